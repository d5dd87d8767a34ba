import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { running } from '../../api/daemon.ts';
import { ROOT } from './conversation.ts';

const SUITE = join(ROOT, 'test/peers/node_modules/@modelcontextprotocol/conformance/dist/index.js');

async function started(context: TestContext, file: string): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, file)], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return (JSON.parse(said.toString('utf8')) as { url: string }).url;
}

/** The suite sends no key; this adds one and changes nothing else but the port in Host and Origin, which is its own. */
async function withKey(context: TestContext, target: string, key: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const moved = (text = ''): string => text.replace(`:${String((server.address() as AddressInfo).port)}`, `:${new URL(target).port}`);
    const { host, origin } = incoming.headers;
    const own = { host: moved(host), ...(origin === undefined ? {} : { origin: moved(origin) }), authorization: `Bearer ${key}` };
    const headers = { ...incoming.headers, ...own };
    const sent = request(target, { method: incoming.method ?? 'GET', headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    sent.on('error', () => outgoing.destroy());
    outgoing.on('close', () => sent.destroy());
    incoming.pipe(sent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`;
}

/** Scenario → checks passed, as the suite's own summary says it. */
async function scored(url: string): Promise<Readonly<Record<string, number>>> {
  const child = spawn(process.execPath, [SUITE, 'server', '--url', url, '--suite', 'all'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  // Not its exit: its last lines may come after that.
  await once(child, 'close');
  const lines = [...said.matchAll(/^[✓✗] ([\w-]+): (\d+) passed/gm)];
  return Object.fromEntries(lines.map(([, scenario, passed]) => [scenario, Number(passed)]));
}

test(
  '[MCP-15] the official conformance suite says the same of a server and of the same server behind the gateway',
  { timeout: 240_000 },
  async (context) => {
    assert.ok(existsSync(SUITE), 'the suite is one of the programs in test/peers: `npm ci --prefix test/peers`');
    const bare = await started(context, 'test/intercept/mcp/everything-server.ts');
    const aegis = await running(context, { config: { mcp: { servers: [{ name: 'everything', url: bare }] } } });
    const key = await aegis.agent('a1');
    const through = await withKey(context, `${aegis.daemon.url}/mcp/everything`, key);
    const [alone, governed] = [await scored(bare), await scored(through)];
    assert.ok(Object.keys(alone).length >= 30, `the suite ran ${String(Object.keys(alone).length)} scenarios`);
    assert.deepEqual(governed, alone);
    assert.ok(Object.values(alone).filter((passed) => passed > 0).length >= 31, JSON.stringify(alone));
  },
);
