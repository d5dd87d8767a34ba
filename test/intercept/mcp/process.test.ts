import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { environment, identityOfCommand, nameOfCommand } from '../../../src/cli/mcp-server-name.ts';
import { CLI, HOSTILE, stage } from './conversation.ts';

const PATIENT = { timeout: 120_000 };

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead child nobody has waited for yet is dead all the same.
    return !/^State:\s+Z/m.test(existsSync(`/proc/${String(pid)}/status`) ? readFileSync(`/proc/${String(pid)}/status`, 'utf8') : '');
  } catch {
    return false;
  }
}

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await turn();
}

test('[MCP-12] kill -9 of the proxy leaves nothing of the server, not even one that ignores the end of its input', PATIENT, async (context) => {
  const { talk, folder } = await stage(context);
  const pids = join(folder, 'pids');
  // The shell stays and ignores its input; the server it started does too.
  const script = `echo $$ >> ${pids}; sleep 600 & echo $! >> ${pids}; exec "${process.execPath}" --disable-warning=ExperimentalWarning "${HOSTILE}"`;
  const agent = talk({ command: ['/bin/sh', '-c', script] });
  await agent.initialize();
  const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  assert.equal(started.length, 2);
  assert.ok(started.every(alive));
  agent.child.kill('SIGKILL');
  await until(() => !started.some(alive));
});

test('[MCP-12] when the agent leaves, the server and what it started end, and so does the proxy', PATIENT, async (context) => {
  const { talk, folder } = await stage(context);
  const pids = join(folder, 'pids');
  const agent = talk({ command: ['/bin/sh', '-c', `sleep 600 & echo $! >> ${pids}; exec "${process.execPath}" "${HOSTILE}"`] });
  await agent.initialize();
  assert.equal(await agent.end(), 0);
  await until(() => !readFileSync(pids, 'utf8').trim().split('\n').map(Number).some(alive));
});

test('[MCP-12] the server gets what every program needs and what was named, and no key of ours', () => {
  const env = { PATH: '/bin', HOME: '/root', AEGIS_KEY: 'k', TOKEN: 't', OTHER: 'o', NODE_OPTIONS: '--require x' };
  assert.deepEqual(environment(['TOKEN', 'AEGIS_KEY'], env), { HOME: '/root', PATH: '/bin', TOKEN: 't' });
  assert.deepEqual(identityOfCommand(['/bin/x', 'a'], ['B', 'A', 'B']), {
    transport: 'stdio',
    command: '/bin/x',
    args: ['a'],
    variables: ['A', 'B'],
  });
  assert.equal(nameOfCommand(['npx', '-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/d']), 'server-filesystem');
  assert.equal(nameOfCommand(['/usr/bin/python3', 'my server.py']), 'my-server');
  assert.equal(nameOfCommand(['mail-mcp']), 'mail-mcp');
});

test('[MCP-7] without Aegis, or with a key that is no agent’s, no server is started', PATIENT, async (context) => {
  const { aegis, folder } = await stage(context);
  const started = join(folder, 'started');
  const tries = [
    { AEGIS_URL: 'http://127.0.0.1:1', AEGIS_KEY: 'aegis_agent_x', code: 3, says: /does not answer/ },
    { AEGIS_URL: aegis.daemon.url, AEGIS_KEY: 'aegis_agent_x', code: 4, says: /not the key of one/ },
    { AEGIS_URL: aegis.daemon.url, AEGIS_KEY: aegis.admin, code: 4, says: /not the key of one/ },
  ];
  for (const { code, says, ...env } of tries) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'mcp', '--', '/bin/sh', '-c', `touch ${started}`], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const [ended] = (await once(child, 'close')) as [number];
    assert.equal(ended, code, said);
    assert.match(said, says);
  }
  assert.ok(!existsSync(started));
});

test('[MCP-7] when Aegis goes away in the middle, calls are refused and the server hears nothing of them', PATIENT, async (context) => {
  const { aegis, talk } = await stage(context);
  const agent = talk();
  await agent.initialize();
  assert.equal((await agent.call('echo_text', { text: 'one' })).text, 'one');
  await aegis.daemon.close();
  const refused = await agent.call('echo_text', { text: 'two' });
  assert.ok(refused.isError);
  assert.match(refused.wire.error?.message ?? '', /Aegis does not answer|refused/);
  assert.equal(agent.heard().filter(({ method }) => method === 'tools/call').length, 1);
});
