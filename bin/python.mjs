/** The Python of this machine, and an environment of its own for the tests and the build of sdk/python. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './lanes.mjs';

export const PACKAGE = fileURLToPath(new URL('../sdk/python', import.meta.url));
const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const ASK = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';

/** The first Python 3.10 or newer on the path that can make environments; null when there is none. */
export function hostPython() {
  for (const name of NAMES) {
    const told = spawnSync(name, ['-c', ASK], { encoding: 'utf8' });
    const [major, minor] = (told.stdout ?? '').trim().split('.').map(Number);
    if (told.status === 0 && major === 3 && minor >= 10) return name;
  }
  return null;
}

/** The interpreter of an environment. */
export const inside = (folder) => join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

const made = new Map();
const DEVELOPMENT = { folder: '.venv', requirements: 'requirements-dev.txt' };

/** Makes an environment in sdk/python with what its file of requirements names, when it holds anything else. Answers its interpreter; whoever asks meanwhile gets the same one. */
export function environment(host, what = DEVELOPMENT) {
  if (!made.has(what.folder)) made.set(what.folder, make(host, what));
  return made.get(what.folder);
}

async function make(host, { folder: name, requirements }) {
  const folder = join(PACKAGE, name);
  const wanted = createHash('sha256')
    .update(readFileSync(join(PACKAGE, requirements)))
    .digest('hex');
  const stamp = join(folder, '.requirements');
  const python = inside(folder);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && spawnSync(python, ['-c', '']).status === 0) return python;
  console.error(`Installing what the tests of sdk/python need into sdk/python/${name} (once) …`);
  rmSync(folder, { recursive: true, force: true });
  await run(host, ['-m', 'venv', folder]);
  await install(python, ['-r', requirements]);
  if (name === DEVELOPMENT.folder) await install(python, ['--no-build-isolation', '--no-deps', '--editable', '.']);
  writeFileSync(stamp, wanted);
  return python;
}

/** Output goes to stderr, where progress is said. */
export function install(python, what) {
  return run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...what], { cwd: PACKAGE, stdio: ['ignore', 2, 2] });
}

/** Builds wheel and sdist into a folder; answers their files. */
export function build(python, folder) {
  const printed = execFileSync(python, ['-m', 'build', '--no-isolation', '--outdir', folder, PACKAGE], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  const files = [...printed.matchAll(/aegis_control_plane-[\w.]+?(?:\.tar\.gz|-py3-none-any\.whl)/g)].map(([name]) => join(folder, name));
  return [...new Set(files)].filter((file) => existsSync(file));
}
