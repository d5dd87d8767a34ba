import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A folder of the test file's own, gone when the file is done. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-log-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
