import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { running } from '../../api/daemon.ts';
import { CLI, ROOT } from './conversation.ts';

const PATIENT = { timeout: 240_000 };
const QUIET = '--disable-warning=ExperimentalWarning';
const EVERYTHING = join(ROOT, 'test/peers/node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const POLICY =
  'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nagents:\n  a1: { allow: ["*"], block: [get-env] }\nrules:\n  - id: small-sums\n    when: action.name == "get-sum" && action.args.a > 100\n    effect: deny\n    reason: { code: LARGE_SUM, message: "Only small sums." }\n';
const textIn = ({ content }: { content: unknown }): string => (content as { text?: string }[]).map(({ text }) => text ?? '').join('');

/** The protocol's reference server cannot say which port it took, so it is given one that was just free. */
async function everything(context: TestContext): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  context.after(() => void child.kill('SIGKILL'));
  let said = '';
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
    said += chunk.toString('utf8');
    if (said.includes('listening')) break;
  }
  assert.match(said, /listening/);
  return `http://127.0.0.1:${String(port)}/mcp`;
}

/** Lists, an allowed call, a picture, a structured answer, a resource, a denied call and a hidden tool. */
async function tour(agent: Client): Promise<void> {
  const { tools } = await agent.listTools();
  const names = tools.map(({ name }) => name);
  for (const name of ['echo', 'get-sum', 'get-tiny-image']) assert.ok(names.includes(name), names.join());
  assert.ok(!names.includes('get-env'));
  assert.match(textIn(await agent.callTool({ name: 'echo', arguments: { message: 'hello' } })), /hello/);
  assert.match(textIn(await agent.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } })), /5/);
  const denied = await agent.callTool({ name: 'get-sum', arguments: { a: 200, b: 3 } });
  assert.ok(denied.isError);
  assert.match(textIn(denied), /LARGE_SUM/);
  const hidden = await agent.callTool({ name: 'get-env', arguments: {} });
  assert.ok(hidden.isError && !textIn(hidden).includes('PATH'));
  const picture = await agent.callTool({ name: 'get-tiny-image', arguments: {} });
  assert.ok((picture.content as { type: string }[]).some(({ type }) => type === 'image'));
  const weather = await agent.callTool({ name: 'get-structured-content', arguments: { location: 'New York' } });
  assert.ok(weather.structuredContent);
  const { resources } = await agent.listResources();
  const read = await agent.readResource({ uri: resources[0]?.uri ?? '' });
  assert.ok(read.contents.length > 0);
  const { prompts } = await agent.listPrompts();
  assert.ok(prompts.length > 0);
}

for (const way of ['stdio', 'Streamable HTTP'] as const)
  test(`[MCP-15] the official reference server with everything, over ${way}`, PATIENT, async (context) => {
    const servers = way === 'stdio' ? [] : [{ name: 'everything', url: await everything(context) }];
    const aegis = await running(context, { config: { mcp: { servers } } });
    const key = await aegis.agent('a1');
    const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
    assert.equal(activated.status, 200, activated.text);
    const env = { ...(process.env as Record<string, string>), AEGIS_URL: aegis.daemon.url, AEGIS_KEY: key };
    const args = [QUIET, CLI, 'mcp', '--name', 'everything', '--', process.execPath, EVERYTHING, 'stdio'];
    const transport =
      way === 'stdio'
        ? new StdioClientTransport({ command: process.execPath, args, cwd: ROOT, env })
        : new StreamableHTTPClientTransport(new URL(`${aegis.daemon.url}/mcp/everything`), {
            requestInit: { headers: { authorization: `Bearer ${key}` } },
          });
    const agent = new Client({ name: 'test', version: '1' });
    await agent.connect(transport);
    context.after(() => agent.close());
    await tour(agent);
  });
