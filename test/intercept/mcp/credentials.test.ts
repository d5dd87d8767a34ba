import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { places, tryUp } from '../../fault/daemon.ts';
import { oneToolServer } from './one-tool-server.ts';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { CLI, ROOT } from './conversation.ts';

const PATIENT = { timeout: 120_000 };
const SECRET = 'Bearer kq7-not-for-the-agent-4411';

/** Nothing of the secret in the log, nor in what the API tells of servers and tools. */
async function nowhere(aegis: Running): Promise<void> {
  for (const path of ['/v1/log/export', '/v1/mcp/tools']) {
    const { text, status } = await aegis.ask('GET', path, { key: aegis.admin });
    assert.equal(status, 200);
    assert.ok(text.includes('look') && !text.includes('kq7-not'), path);
  }
}

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'look', arguments: {} } };

test('[MCP-19] the gateway gives a server the credential its configuration names, and never the agent’s key', PATIENT, async (context) => {
  const { url, given, close } = await oneToolServer();
  context.after(close);
  process.env['AEGIS_TEST_SERVER_AUTH'] = SECRET;
  context.after(() => delete process.env['AEGIS_TEST_SERVER_AUTH']);
  const headers = [{ name: 'Authorization', variable: 'AEGIS_TEST_SERVER_AUTH' }];
  const aegis = await running(context, { config: { mcp: { servers: [{ name: 'srv', url, headers }] } } });
  const said = await aegis.ask('POST', '/mcp/srv', { key: await aegis.agent('a1'), body: CALL });
  assert.match(said.text, /seen/);
  assert.deepEqual([...given], [SECRET]);
  await nowhere(aegis);
});

test('[MCP-19] `aegis mcp --url` takes it from the variable that is named, and starts nothing where there is none', PATIENT, async (context) => {
  const { url, given, close } = await oneToolServer();
  context.after(close);
  const aegis = await running(context);
  const key = await aegis.agent('a1');
  const start = (env: NodeJS.ProcessEnv) => {
    const words = ['mcp', '--name', 'srv', '--url', url, '--header', 'Authorization=SERVER_AUTH'];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...words], {
      cwd: ROOT,
      env: { ...process.env, ...env, AEGIS_URL: aegis.daemon.url, AEGIS_KEY: key },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    context.after(() => void child.kill('SIGKILL'));
    return child;
  };
  for (const wrong of [{}, { SERVER_AUTH: '' }, { SERVER_AUTH: `${SECRET}\r\nX-Other: 1` }]) {
    const child = start(wrong);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.stdout.resume();
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 2, said);
    assert.ok(said.includes('SERVER_AUTH') && !said.includes('kq7-not'), said);
  }
  assert.equal(given.size, 0);
  const child = start({ SERVER_AUTH: SECRET });
  child.stderr.resume();
  child.stdin.write(`${JSON.stringify(CALL)}\n`);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  assert.match(line, /seen/);
  assert.deepEqual([...given], [SECRET]);
  child.stdin.end();
  await once(child, 'close');
  await nowhere(aegis);
});

test(
  '[MCP-19] a daemon whose configuration names a credential that is not there does not start, and leaves nothing listening',
  PATIENT,
  async (context) => {
    const folders = places(context);
    mkdirSync(folders.root, { recursive: true });
    const headers = [{ name: 'Authorization', variable: 'AEGIS_TEST_NO_SUCH_VARIABLE' }];
    const settings = { mcp: { servers: [{ name: 'srv', url: 'http://127.0.0.1:1/mcp', headers }] } };
    // JSON is YAML.
    writeFileSync(join(folders.root, 'aegis.yaml'), JSON.stringify(settings));
    const { daemon, ended } = await tryUp(context, folders);
    const { code, stdout } = await ended;
    assert.deepEqual([daemon, code, /CONFIG_INVALID[^]*AEGIS_TEST_NO_SUCH_VARIABLE/.test(stdout)], [null, 2, true], stdout);
  },
);
