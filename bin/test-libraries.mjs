/** `npm run test:libraries [-- ENVIRONMENT [arguments of pytest]]`: the Python SDK beside the libraries it guards, in every environment or in one. */
import { hostPython } from './python.mjs';
import { ENVIRONMENTS, testLibraries } from './python-libraries.mjs';

const [name, ...args] = process.argv.slice(2);
const host = hostPython();
if (host === null) {
  console.error('Python 3.10 or newer with venv is needed for this, and none was found. On Debian: apt-get install python3 python3-venv.');
  process.exit(1);
}
if (name !== undefined && !ENVIRONMENTS.includes(name)) {
  console.error(
    `Unknown environment ${name}. Expected: ${ENVIRONMENTS.join(' or ')}. Example: npm run test:libraries -- newest tests/libraries/test_openai.py`,
  );
  process.exit(2);
}
try {
  for (const one of name === undefined ? ENVIRONMENTS : [name]) {
    console.log(`== libraries: ${one}`);
    await testLibraries(host, one, args.length > 0 ? args : undefined);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
