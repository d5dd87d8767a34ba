import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { asker, atEnd, childrenOf, places } from './daemon.ts';
import type { Places } from './daemon.ts';
import type { TestContext } from 'node:test';

const AEGIS = join(import.meta.dirname, '../../bin/aegis.mjs');

interface Started {
  readonly url: string;
  /** SIGKILL to the process a person started, and nothing to the one it started; resolves when both are gone. */
  kill(): Promise<void>;
}

/** As a person starts it: through the set-up, which starts the daemon as a process of its own. */
async function start(t: TestContext, command: string, { data, checkpoints, port, root }: Places & { port: string; root: string }): Promise<Started> {
  const words = [AEGIS, command, '--port', port, '--data', data, '--checkpoints', checkpoints, '--json'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root, env: { ...process.env, XDG_RUNTIME_DIR: root } });
  let said = '';
  let faults = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (faults += text));
  // Both hold the other end of this pipe: it closes when the last of them is gone.
  const gone = once(child, 'close');
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve();
    });
    void gone.then(() => reject(new Error(faults)));
  });
  const [daemon] = childrenOf(child.pid ?? 0);
  assert.ok(daemon !== undefined, 'the daemon is a process of its own');
  let over = false;
  void gone.then(() => (over = true));
  atEnd(t, async () => {
    if (over) return;
    process.kill(daemon, 'SIGKILL');
    child.kill('SIGKILL');
    await gone;
  });
  return {
    url: (JSON.parse(said.slice(0, said.indexOf('\n'))) as { url: string }).url,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

for (const command of ['up', 'proxy']) {
  test(`[GATE-22] a killed \`aegis ${command}\` leaves no daemon behind, and it can be started again at once`, { timeout: 120_000 }, async (t) => {
    const where = places(t);
    const first = await start(t, command, { ...where, port: '0' });
    const { port } = new URL(first.url);
    assert.equal((await asker(first.url)('GET', '/healthz')).status, 200);
    await first.kill();
    await assert.rejects(fetch(`${first.url}/healthz`), 'nobody listens any more');
    const again = await start(t, command, { ...where, port });
    assert.equal(again.url, first.url);
    assert.equal((await asker(again.url)('GET', '/healthz')).status, 200);
    await again.kill();
  });
}
