/** The Python SDK beside the libraries it guards: one environment of pinned packages for each file of requirements in sdk/python/tests/libraries. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './lanes.mjs';
import { environment, inside, install, PACKAGE } from './python.mjs';

/** What installs together, newest first. */
export const ENVIRONMENTS = ['newest', 'crewai', 'adk'];

const QUIET = ['-p', 'no:asyncio', '-p', 'no:anyio', '-p', 'no:cacheprovider', '-W', 'error'];

/** Runs the tests of an environment; `args` are for pytest, all of its files where there are none. */
export async function testLibraries(host, name, args = ['tests/libraries']) {
  const python = await environment(host, { folder: `.venv-${name}`, requirements: `tests/libraries/${name}.txt` });
  await run(python, ['-m', 'pytest', ...QUIET, ...args], { cwd: PACKAGE, env: environmentOf(name) });
}

/** Arguments of pytest that are one of `parts` of the test files, of about equal length. */
export function partOfLibraries(part, parts) {
  const folder = join(PACKAGE, 'tests/libraries');
  const files = readdirSync(folder).filter((name) => /^test_.*\.py$/.test(name));
  const sized = files.map((name) => ({ name, size: statSync(join(folder, name)).size })).sort((a, b) => b.size - a.size);
  const others = sized.filter((_, at) => at % parts !== part);
  return ['tests/libraries', ...others.map(({ name }) => `--ignore=tests/libraries/${name}`)];
}

/** Its packages are only what it is tested beside, so the SDK is read from its source. */
function environmentOf(name) {
  return { ...process.env, PYTHONPATH: join(PACKAGE, 'src'), AEGIS_TEST_ENVIRONMENT: name, AEGIS_NODE: process.execPath };
}

/** One test file beside one older version, in an environment that is thrown away. Answers whether it passed. */
export async function testVersion(host, folder, { test, packages }) {
  await run(host, ['-m', 'venv', folder]);
  const python = inside(folder);
  await install(python, [...packages, 'pytest==9.2.0', 'wrapt==2.5.2']);
  const env = environmentOf('newest');
  // Older versions warn of their own past.
  const done = spawnSync(python, ['-m', 'pytest', ...QUIET.slice(0, -2), '-W', 'ignore', `tests/libraries/${test}`], {
    cwd: PACKAGE,
    env,
    stdio: 'inherit',
  });
  return done.status === 0;
}
