// The two commands, on a machine that has only Node 20 or newer and npm. No dependency may be imported here.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCockpit } from './build-cockpit.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command = 'help', ...rest] = process.argv.slice(2);

// What a decision makes lives for one commit: in a larger nursery most of it is gone before it is looked at. An idle process takes no more.
const NURSERY = '--max-semi-space-size=32';
// The daemon gives back what its start used (src/daemon/warm-up.ts).
const GIVES_BACK = '--expose-gc';

const COMMANDS = {
  start: [[NURSERY, GIVES_BACK, 'src/cli/main.ts', 'up']],
  aegis: [[NURSERY, GIVES_BACK, join(root, 'src/cli/main.ts')]],
  test: [['--test', '--test-concurrency=2', 'test/**/*.test.ts', 'sdk/**/*.test.ts']],
  check: [
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
    ['node_modules/typescript/bin/tsc', '-p', 'src/kernel/tsconfig.json'],
    ['node_modules/typescript/bin/tsc', '-p', 'cockpit/tsconfig.json'],
    ['node_modules/eslint/bin/eslint.js', '.', '--cache', '--cache-location', 'node_modules/.cache/eslint/'],
    ['node_modules/prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn', '--cache'],
    [
      '--test',
      '--test-concurrency=2',
      '--test-reporter=dot',
      'test/*.test.ts',
      'test/pins/*.test.ts',
      'test/kernel/*.test.ts',
      'test/inspect/**/*.test.ts',
      'test/policy/*.test.ts',
    ],
  ],
  bench: [['--expose-gc', 'bench/main.ts']],
  soak: [['bench/soak/main.ts']],
  eval: [['eval/main.ts']],
  'eval:harness': [['eval/harness/main.ts']],
  differential: [['test/inspect/shell/bash/differential.ts']],
  fuzz: [['test/inspect/fuzz/run.ts']],
  mutate: [['test/fault/mutations.ts']],
  pictures: [['docs/pictures/draw.ts']],
  'test:cockpit': [['--test', '--test-concurrency=1', 'test/cockpit/*.browser.ts']],
  'pack:sdk': [['bin/pack-sdk.mjs'], ['bin/pack-python.mjs']],
  'test:python': [['bin/test-python.mjs']],
  'test:go': [['bin/test-go.mjs']],
  'test:libraries': [['bin/test-libraries.mjs']],
  'test:matrix': [['bin/test-matrix.mjs']],
};

if (!Object.hasOwn(COMMANDS, command)) {
  console.error(`usage: node bin/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
  process.exit(2);
}
requireNode();
install(root, ['--include=dev'], 'Installing dependencies into node_modules (once, about half a minute; Ctrl-C is safe, the next start goes on) …');
// Programs of others that tests and benchmarks run beside Aegis; nobody else needs them.
if (command === 'test' || command === 'bench') {
  install(join(root, 'test/peers'), ['--ignore-scripts'], 'Installing the programs tests are run against into test/peers/node_modules (once) …');
}
const node = runtime();
if (command === 'start' || command === 'test:cockpit' || command === 'pictures') await buildCockpit(root, node);
for (const args of COMMANDS[command]) {
  // Every part of a packing gets its folder; of other commands the last part is what they are about.
  const last = command === 'pack:sdk' || args === COMMANDS[command].at(-1);
  const code = await run(node, [...args, ...(last ? rest : [])]);
  if (code !== 0) process.exit(code);
}

function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return;
  console.error(`Aegis needs Node 20 or newer; this is ${process.version}. Install it from https://nodejs.org and run the command again.`);
  process.exit(1);
}

/** `npm ci` when what lies in node_modules is not what the lockfile says: after a clone, a pull, or an interrupted installation. */
function install(folder, options, notice) {
  if (installed(folder)) return;
  if (linked(folder)) {
    // npm would empty the folder behind the link, which is somebody else's.
    console.error(
      'node_modules is a link and holds other versions than package-lock.json asks for; nothing is installed through it. Going on with what is there.',
    );
    return;
  }
  console.error(notice);
  const npm = process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const args = [...npm[1], 'ci', ...options, '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(npm[0], args, { cwd: folder, stdio: ['ignore', 2, 2], shell: npm[0] === 'npm.cmd' });
  if (done.signal !== null) process.exit(130);
  if (done.error !== undefined) console.error(`npm could not be started: ${done.error.message}`);
  if (done.status !== 0) {
    console.error(
      'Dependencies were not installed (what npm said stands above). Check that npm works and reaches its registry, then run the same command again.',
    );
    process.exit(done.status ?? 1);
  }
}

function linked(folder) {
  return lstatSync(join(folder, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** npm writes its own account of node_modules last, so an interrupted installation has none. */
function installed(folder) {
  try {
    const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, { version, optional, link }]) => {
      if (!path.startsWith('node_modules/') || optional === true || link === true) return true;
      return present[path]?.version === version;
    });
  } catch {
    return false;
  }
}

/** Node 24 from the `node` development dependency; a host that is new enough will do when install scripts were switched off. */
function runtime() {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  console.error(`The Node 24 runtime was not installed (were install scripts switched off?) and this host has ${process.version}.`);
  console.error('Run `npm rebuild node`, or use Node 24.');
  process.exit(1);
}

function run(file, args) {
  return new Promise((resolve) => {
    // The command line ends when this process does, however that ends: a kill passes no signal on, but closes the channel (src/cli/stopped.ts).
    const channel = command === 'start' || command === 'aegis' ? ['ipc'] : [];
    const child = spawn(file, ['--disable-warning=ExperimentalWarning', ...args], {
      // A person's `npx aegis init` means the folder they stand in; everything else is about this one.
      cwd: command === 'aegis' ? process.cwd() : root,
      stdio: ['inherit', 'inherit', 'inherit', ...channel],
      env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'), ...process.env, PATH: `${dirname(file)}:${process.env.PATH}` },
    });
    // A terminal sends Ctrl-C to the child as well; only what was sent to this process alone is passed on.
    process.on('SIGINT', () => (process.stdin.isTTY ? undefined : child.kill('SIGINT')));
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      console.error(`${file} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15)));
  });
}
