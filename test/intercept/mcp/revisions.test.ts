import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { CLI, ROOT } from './conversation.ts';

const PATIENT = { timeout: 120_000 };
const SERVER = join(ROOT, 'test/intercept/mcp/modern-server.ts');
const QUIET = '--disable-warning=ExperimentalWarning';
const POLICY =
  'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nagents:\n  a1: { allow: [say_back], review: [pay_out] }\n';

async function http(context: TestContext): Promise<string> {
  const child = spawn(process.execPath, [QUIET, SERVER, 'http'], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return (JSON.parse(said.toString('utf8')) as { url: string }).url;
}

interface Place {
  readonly aegis: Running;
  readonly key: string;
  readonly url: string;
}

async function place(context: TestContext): Promise<Place> {
  const url = await http(context);
  const aegis = await running(context, { config: { mcp: { servers: [{ name: 'modern', url }] } } });
  const key = await aegis.agent('a1');
  const answer = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(answer.status, 200, answer.text);
  return { aegis, key, url };
}

/** The three ways in; each is the same server to the agent. */
const WAYS = {
  'stdio → stdio': ({ aegis, key }: Place) => stdio(aegis, key, ['--', process.execPath, QUIET, SERVER]),
  'stdio → http': ({ aegis, key, url }: Place) => stdio(aegis, key, ['--url', url]),
  'http → http': ({ aegis, key }: Place) =>
    new StreamableHTTPClientTransport(new URL(`${aegis.daemon.url}/mcp/modern`), { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
};

function stdio(aegis: Running, key: string, target: readonly string[]): StdioClientTransport {
  const args = [QUIET, CLI, 'mcp', '--name', 'modern', ...target];
  return new StdioClientTransport({
    command: process.execPath,
    args,
    cwd: ROOT,
    env: { ...(process.env as Record<string, string>), AEGIS_URL: aegis.daemon.url, AEGIS_KEY: key },
  });
}

type Mode = 'legacy' | { readonly pin: string };
const textIn = (result: { content: unknown }): string => (result.content as { text: string }[]).map(({ text }) => text).join('');

async function client(context: TestContext, way: keyof typeof WAYS, where: Place, mode: Mode): Promise<Client> {
  const made = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } });
  await made.connect(WAYS[way](where));
  context.after(() => made.close());
  return made;
}

async function decide(aegis: Running, verb: 'grant' | 'refuse'): Promise<void> {
  for (;;) {
    const { body } = await aegis.ask('GET', '/v1/approvals', { key: aegis.admin });
    const [pending] = body['approvals'] as { approval: string; status: string }[];
    if (pending === undefined) continue;
    await aegis.ask('POST', `/v1/approvals/${pending.approval}/${verb}`, { key: aegis.admin, body: { reason: 'test' } });
    return;
  }
}

for (const way of Object.keys(WAYS) as (keyof typeof WAYS)[])
  for (const mode of ['legacy', { pin: '2026-07-28' }] as const)
    test(`[MCP-15] the official client in ${typeof mode === 'string' ? 'the revisions before' : mode.pin}, ${way}`, PATIENT, async (context) => {
      const where = await place(context);
      const agent = await client(context, way, where, mode);
      const { tools } = await agent.listTools();
      assert.deepEqual(tools.map(({ name }) => name).toSorted(), ['pay_out', 'say_back']);
      const said = await agent.callTool({ name: 'say_back', arguments: { text: 'hello' } });
      assert.equal(textIn(said), 'say_back: hello');
    });

test('[MCP-6] a client of 2026-07-28 that can elicit gets the ask as input_required; its own yes decides nothing', PATIENT, async (context) => {
  const where = await place(context);
  const agent = await client(context, 'stdio → stdio', where, { pin: '2026-07-28' });
  let asked = 0;
  let granted = Promise.resolve();
  agent.setRequestHandler('elicitation/create', (request) => {
    asked += 1;
    assert.match(JSON.stringify(request), /holding this action/);
    // The agent says yes at once; a person does after that.
    if (asked === 1) granted = decide(where.aegis, 'grant');
    return { action: 'accept', content: {} };
  });
  const paid = await agent.callTool({ name: 'pay_out', arguments: { text: '5' } });
  await granted;
  assert.equal(textIn(paid), 'pay_out: 5');
  assert.ok(asked >= 1);
});

test('[MCP-6] another client waits, and hears the refusal of the person', PATIENT, async (context) => {
  const where = await place(context);
  const agent = await client(context, 'http → http', where, 'legacy');
  const refused = decide(where.aegis, 'refuse');
  const paid = await agent.callTool({ name: 'pay_out', arguments: { text: '5' } });
  await refused;
  assert.equal(paid.isError, true);
  assert.match(textIn(paid), /denied/);
});
