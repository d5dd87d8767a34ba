import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Files that may pass 400 lines, each with its sentence. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

test('files stay small: median ≤ 80 lines, p90 ≤ 220, max 400', () => {
  const sizes = globSync(['src/**/*.ts', 'sdk/typescript/src/**/*.ts', 'cockpit/src/**/*.{ts,tsx}'])
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .toSorted((a, b) => a.lines - b.lines);
  const at = (share: number): number => sizes[Math.floor((sizes.length - 1) * share)]?.lines ?? 0;
  assert.deepEqual(
    sizes.filter(({ file, lines }) => lines > 400 && !Object.hasOwn(EXCEPTIONS, file)),
    [],
  );
  assert.ok(at(0.9) <= 220, `p90 is ${at(0.9)}`);
  assert.ok(at(0.5) <= 80, `median is ${at(0.5)}`);
});
