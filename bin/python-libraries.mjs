/** The Python SDK beside the libraries it guards: one environment of pinned packages for each file of requirements in sdk/python/tests/libraries. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environment, inside, install, PACKAGE, run } from './python.mjs';

/** What installs together, newest first. */
export const ENVIRONMENTS = ['newest', 'crewai', 'adk'];

const QUIET = ['-p', 'no:asyncio', '-p', 'no:anyio', '-p', 'no:cacheprovider', '-W', 'error'];

/** Runs the tests of an environment; `args` are for pytest, all of its files where there are none. */
export function testLibraries(host, name, args = []) {
  console.log(`== libraries: ${name}`);
  const python = environment(host, { folder: `.venv-${name}`, requirements: `tests/libraries/${name}.txt` });
  const given = args.length > 0 ? args : ['tests/libraries'];
  run(python, ['-m', 'pytest', ...QUIET, ...given], {
    cwd: PACKAGE,
    env: environmentOf(name),
  });
}

/** Its packages are only what it is tested beside, so the SDK is read from its source. */
function environmentOf(name) {
  return { ...process.env, PYTHONPATH: join(PACKAGE, 'src'), AEGIS_TEST_ENVIRONMENT: name, AEGIS_NODE: process.execPath };
}

/** One test file beside one older version, in an environment that is thrown away. Answers whether it passed. */
export function testVersion(host, folder, { test, packages }) {
  run(host, ['-m', 'venv', folder]);
  const python = inside(folder);
  install(python, [...packages, 'pytest==9.2.0', 'wrapt==2.5.2']);
  const env = environmentOf('newest');
  // Older versions warn of their own past.
  const done = spawnSync(python, ['-m', 'pytest', ...QUIET.slice(0, -2), '-W', 'ignore', `tests/libraries/${test}`], {
    cwd: PACKAGE,
    env,
    stdio: 'inherit',
  });
  return done.status === 0;
}
