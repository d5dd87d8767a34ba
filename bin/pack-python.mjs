/** Builds wheel and sdist of the Python SDK into `dist`, or into the folder that is named. `npm run pack:sdk` runs it too. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, environment, hostPython } from './python.mjs';

const words = process.argv.slice(2);
const folder = resolve(words.find((word) => word !== '--json') ?? fileURLToPath(new URL('../dist', import.meta.url)));
const host = hostPython();
if (host === null) {
  console.error('The Python SDK was not packed: Python 3.10 or newer with venv is not installed here (on Debian: apt-get install python3-venv).');
} else {
  const files = build(await environment(host), folder);
  if (words.includes('--json')) console.log(JSON.stringify({ files }));
  else console.log(`\n${files.join('\n')}\n\nIn your environment:\n  pip install ${files.find((file) => file.endsWith('.whl')) ?? ''}`);
}
