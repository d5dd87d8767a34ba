import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Compares text with a committed file; `UPDATE_PINS=1 npm test` writes it instead, so that the change shows in the diff. */
export function pinned(path: string, text: string): void {
  if (process.env['UPDATE_PINS'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.ok(existsSync(path), `${path} is missing; run once with UPDATE_PINS=1`);
  assert.equal(readFileSync(path, 'utf8'), text, `${path} is out of date; run once with UPDATE_PINS=1 and read the diff`);
}
