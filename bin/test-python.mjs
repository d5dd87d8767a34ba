/**
 * `npm run test:python [-- arguments of pytest]`: everything about sdk/python. Needs Python 3.10 or newer with venv; installs the rest into
 * sdk/python/.venv. With arguments, only pytest runs, without the libraries Aegis guards: those are `npm run test:libraries`.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENTS, testLibraries } from './python-libraries.mjs';
import { build, environment, hostPython, inside, install, PACKAGE, run } from './python.mjs';

/** Python versions the package is checked for; it runs on the host's. */
const TARGETS = ['3.10', '3.11', '3.12', '3.13', '3.14'];

const host = hostPython();
if (host === null) {
  console.error('Python 3.10 or newer with venv is needed for this, and none was found. On Debian: apt-get install python3 python3-venv.');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'aegis-python-'));
try {
  const python = environment(host);
  run(python, ['-m', 'pytest', '-W', 'error', ...process.argv.slice(2)], { cwd: PACKAGE });
  if (process.argv.length === 2) {
    for (const version of TARGETS) run(python, ['-m', 'mypy', '--strict', '--python-version', version], { cwd: PACKAGE });
    run(python, ['-m', 'pyright'], { cwd: PACKAGE });
    installed(python);
    for (const name of ENVIRONMENTS) testLibraries(host, name);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What a user installs: the folder by path, and the wheel; each in an environment that has nothing else. */
function installed(python) {
  const files = build(python, folder);
  if (files.length !== 2) throw new Error(`Wheel and sdist were expected, built were: ${readdirSync(folder).join(', ')}.`);
  for (const what of [PACKAGE, ...files.filter((file) => file.endsWith('.whl'))]) {
    const fresh = join(folder, 'fresh');
    run(host, ['-m', 'venv', fresh]);
    const mine = inside(fresh);
    install(mine, [what]);
    const check = 'import aegis, importlib.resources as r; assert r.files("aegis").joinpath("py.typed").is_file(); print("aegis", aegis.__version__)';
    run(mine, ['-I', '-c', check], { cwd: folder });
    run(mine, ['-I', '-m', 'aegis', 'verify', join(PACKAGE, '../../conformance/chain/good.jsonl')], { cwd: folder });
    rmSync(fresh, { recursive: true, force: true });
  }
}
