// `npm run test:go`: the tests of sdk/go. Aegis itself needs no Go, so `npm test` does not run them.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'sdk', 'go');
const middleware = join(folder, 'middleware');
const OLDEST = 22;

const go = [process.env.GO, 'go', '/usr/local/go/bin/go'].find((one) => one !== undefined && run(one, ['version'], folder).status === 0);
if (go === undefined)
  fail(`sdk/go is tested with Go 1.${OLDEST} or newer, and there is none here. Install it from https://go.dev/dl, or name it: GO=/path/to/go`);
const version = /go1\.(\d+)/.exec(run(go, ['env', 'GOVERSION'], folder).stdout ?? '');
if (Number(version?.[1] ?? 0) < OLDEST) fail(`sdk/go needs Go 1.${OLDEST} or newer; this is ${version?.[0] ?? 'unknown'}.`);

const skipped = testFiles(folder).filter((file) => readFileSync(file, 'utf8').includes('t.Skip'));
if (skipped.length > 0) fail(`A test that may be skipped proves nothing: ${skipped.join(', ')}`);

const formatted = run(join(run(go, ['env', 'GOROOT'], folder).stdout.trim(), 'bin', 'gofmt'), ['-l', '.'], folder);
if (formatted.status !== 0 || formatted.stdout !== '') fail(`gofmt would change: ${formatted.stdout || formatted.stderr}`);

// The race detector is built with a C compiler.
const race = run('cc', ['--version'], folder).status === 0 ? ['-race'] : [];
if (race.length === 0) console.error('No C compiler here, so the race detector is off.');
step('vet', [go, 'vet', './...'], folder);
step('test', [go, 'test', ...race, ...process.argv.slice(2), './...'], folder);
// The libraries it guards are large, and need a newer Go than the SDK itself.
step('test of the middleware', [go, 'test', ...process.argv.slice(2), './...'], middleware);

function testFiles(within) {
  return readdirSync(within, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('_test.go'))
    .map((name) => join(within, name));
}

function run(file, args, cwd) {
  return spawnSync(file, args, { cwd, encoding: 'utf8' });
}

function step(name, [file, ...args], cwd) {
  const done = spawnSync(file, args, { cwd, stdio: 'inherit' });
  if (done.status !== 0) fail(`${name} in ${cwd} ended with ${done.status ?? done.signal}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
