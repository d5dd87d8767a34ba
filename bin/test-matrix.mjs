/** `npm run test:matrix [-- LIBRARY]`: the oldest supported version of each library (sdk/python/tests/libraries/matrix.json), each in an environment of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostPython, PACKAGE } from './python.mjs';
import { testVersion } from './python-libraries.mjs';

const host = hostPython();
const matrix = JSON.parse(readFileSync(join(PACKAGE, 'tests/libraries/matrix.json'), 'utf8'));
const [wanted] = process.argv.slice(2);
if (host === null || (wanted !== undefined && !Object.hasOwn(matrix, wanted))) {
  console.error(
    host === null ? 'Python 3.10 or newer with venv is needed for this.' : `Unknown library ${wanted}. Expected: ${Object.keys(matrix).join(', ')}.`,
  );
  process.exit(2);
}
const failed = [];
for (const library of wanted === undefined ? Object.keys(matrix) : [wanted]) {
  console.log(`== ${library}: ${matrix[library].packages.join(' ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'aegis-matrix-'));
  try {
    if (!(await testVersion(host, folder, matrix[library]))) failed.push(library);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
