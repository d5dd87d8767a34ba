/**
 * `npm run test:python [-- arguments of pytest]`: everything about sdk/python. Needs Python 3.10 or newer with venv; installs the rest into
 * sdk/python/.venv. With arguments, only pytest runs, without the libraries Aegis guards: those are `npm run test:libraries`.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inLanes, run } from './lanes.mjs';
import { partOfLibraries, testLibraries } from './python-libraries.mjs';
import { build, environment, hostPython, inside, install, PACKAGE } from './python.mjs';

/** Python versions the package is checked for; it runs on the host's. */
const TARGETS = ['3.10', '3.11', '3.12', '3.13', '3.14'];

const host = hostPython();
if (host === null) {
  console.error('Python 3.10 or newer with venv is needed for this, and none was found. On Debian: apt-get install python3 python3-venv.');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'aegis-python-'));
try {
  if (process.argv.length > 2) await tests(process.argv.slice(2));
  else {
    await inLanes([
      { name: 'libraries: newest, first half', do: () => testLibraries(host, 'newest', partOfLibraries(0, 2)) },
      { name: 'the package', do: () => tests([]) },
      { name: 'libraries: newest, second half', do: () => testLibraries(host, 'newest', partOfLibraries(1, 2)) },
      { name: 'libraries: crewai', do: () => testLibraries(host, 'crewai') },
      { name: 'types', do: types },
      { name: 'installed', do: installed },
      { name: 'libraries: adk', do: () => testLibraries(host, 'adk') },
    ]);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function tests(args) {
  await run(await environment(host), ['-m', 'pytest', '-W', 'error', ...args], { cwd: PACKAGE });
}

async function types() {
  const python = await environment(host);
  for (const version of TARGETS) await run(python, ['-m', 'mypy', '--strict', '--python-version', version], { cwd: PACKAGE });
  await run(python, ['-m', 'pyright'], { cwd: PACKAGE });
}

/** What a user installs: the folder by path, and the wheel; each in an environment that has nothing else. */
async function installed() {
  const python = await environment(host);
  const files = build(python, folder);
  if (files.length !== 2) throw new Error(`Wheel and sdist were expected, built were: ${readdirSync(folder).join(', ')}.`);
  for (const what of [PACKAGE, ...files.filter((file) => file.endsWith('.whl'))]) {
    const fresh = join(folder, 'fresh');
    await run(host, ['-m', 'venv', fresh]);
    const mine = inside(fresh);
    await install(mine, [what]);
    const check = 'import aegis, importlib.resources as r; assert r.files("aegis").joinpath("py.typed").is_file(); print("aegis", aegis.__version__)';
    await run(mine, ['-I', '-c', check], { cwd: folder });
    await run(mine, ['-I', '-m', 'aegis', 'verify', join(PACKAGE, '../../conformance/chain/good.jsonl')], { cwd: folder });
    rmSync(fresh, { recursive: true, force: true });
  }
}
