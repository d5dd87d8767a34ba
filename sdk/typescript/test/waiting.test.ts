import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { startGateway } from './gateway.ts';

const INDEX = JSON.stringify(resolve(import.meta.dirname, '../src/index.ts'));

test('[SDK-8] Ctrl-C ends a program at once that waits for a person, and nothing runs', async (context) => {
  const gateway = await startGateway(() => ({ effect: 'ask' }));
  const folder = mkdtempSync(join(tmpdir(), 'aegis-waiting-'));
  context.after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });
  const text = `
    import { connect, wrap } from ${INDEX};
    const aegis = connect({ url: ${JSON.stringify(gateway.url)}, key: 'k', agentId: 'a', socket: 'off', journalPath: ${JSON.stringify(join(folder, 'j'))} });
    await wrap(aegis, 'pay', () => console.log('ran'))();
  `;
  const program = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', text], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  let said = '';
  program.stdout.setEncoding('utf8').on('data', (part: string) => (said += part));
  let waits = '';
  for await (const part of program.stderr.setEncoding('utf8')) {
    waits += String(part);
    if (waits.includes('waits for approval')) break;
  }
  program.kill('SIGINT');
  const [code, signal] = (await once(program, 'close')) as [number | null, string | null];
  assert.deepEqual([code, signal, said], [null, 'SIGINT', '']);
});
