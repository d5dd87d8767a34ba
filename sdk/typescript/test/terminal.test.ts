import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { startGateway, type Gateway } from './gateway.ts';

const INDEX = JSON.stringify(resolve(import.meta.dirname, '../src/index.ts'));

for (const [typed, ended] of [
  ['yes', 'ran'],
  ['no', 'blocked'],
  ['', 'blocked'],
  ['yes please', 'blocked'],
] as const) {
  test(`[SDK-81] a person at the terminal types ${JSON.stringify(typed)} while Aegis is away: ${ended}, and journalled so`, async (context) => {
    const gateway: Gateway = await startGateway(() => {
      // The first question is answered, and nothing after it.
      gateway.broken = { status: 502, body: '' };
      return undefined;
    });
    gateway.self = { onUnavailable: 'local_approval' };
    const folder = mkdtempSync(join(tmpdir(), 'aegis-terminal-'));
    context.after(async () => {
      await gateway.close();
      rmSync(folder, { recursive: true });
    });
    const journal = join(folder, 'journal.jsonl');
    const text = `
      import { connect, wrap } from ${INDEX};
      const aegis = connect({ url: ${JSON.stringify(gateway.url)}, key: 'k', agentId: 'a', socket: 'off', journalPath: ${JSON.stringify(journal)} });
      await wrap(aegis, 'look', () => 1)();
      await wrap(aegis, 'wipe', () => console.log('it ran'))({ path: '/tmp/x\\u001b[2Jy' }).catch((error) => console.log('it was blocked', error.name));
    `;
    // Python gives the program a terminal of its own.
    const program = spawn(
      'python3',
      [
        '-c',
        'import pty, sys; pty.spawn(sys.argv[1:])',
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        '--input-type=module',
        '-e',
        text,
      ],
      { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } },
    );
    let said = '';
    for await (const part of program.stdout.setEncoding('utf8')) {
      const before = said;
      said += String(part);
      if (said.includes('block it: ') && !before.includes('block it: ')) program.stdin.write(`${typed}\n`);
      if (/it (?:ran|was blocked)/.test(said)) break;
    }
    program.stdin.end();
    await once(program, 'close');
    assert.match(said, /wipe \{"path":"\/tmp\/x/);
    assert.ok(!said.includes('\u001b'), JSON.stringify(said));
    assert.match(said, ended === 'ran' ? /it ran/ : /it was blocked AegisUnavailableError/);
    const entry = JSON.parse(readFileSync(journal, 'utf8').trim()) as { readonly effect: string; readonly mode: string };
    assert.deepEqual([entry.effect, entry.mode], [ended === 'ran' ? 'allow' : 'deny', 'local_approval']);
  });
}
