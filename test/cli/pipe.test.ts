import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { terminal } from './terminal.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

test('[CLI-3] a reader that leaves early ends a command as any program, without a word, and never with success', async (context) => {
  const shell = await terminal(context);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'log', '--help'], {
    cwd: shell.folder,
    env: shell.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(said, '');
  assert.equal(code, 141);
});

test('[CLI-3] a daemon goes on when nobody reads what it says any more', async (context) => {
  const shell = await terminal(context);
  const up = await shell.up();
  assert.equal((await fetch(`${up.url}/readyz`)).status, 200);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, 'up', '--port', '0', '--data', 'other', '--checkpoints', 'c'],
    {
      cwd: shell.folder,
      env: shell.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\/\/[\d.:]+/.exec(first.toString())?.[0] ?? '';
  child.stdout.destroy();
  child.stderr.destroy();
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
});
