import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startModelServer } from '../../examples/model-server/server.ts';
import { agentKey, asker, atEnd, places, up } from '../fault/daemon.ts';
import type { Daemon } from '../fault/daemon.ts';
import { oneToolServer } from '../intercept/mcp/one-tool-server.ts';

const SLOW = 500;
const MOST_RSS = 512 * 1_024 * 1_024;
const LIMITS = { headersTimeoutMs: 2_000, requestTimeoutMs: 3_000, connections: 1_024, requestsPerSecond: 100_000 };
const POLICY =
  'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nloops: { identical: { max: 100000, windowMs: 1000 } }\n';

interface Place {
  readonly daemon: Daemon;
  readonly key: string;
  readonly models: string;
}

/** A daemon in a process of its own, with an MCP server and a model behind it. */
async function place(t: TestContext): Promise<Place> {
  const folders = places(t);
  const models = await startModelServer(() => ({ text: 'Good day.' }));
  atEnd(t, () => models.close());
  const tools = await oneToolServer();
  atEnd(t, tools.close);
  const settings = {
    limits: LIMITS,
    mcp: { servers: [{ name: 'srv', url: tools.url }] },
    llm: { port: 0, openai: { url: models.url, key: 'sk-upstream' } },
  };
  mkdirSync(folders.root, { recursive: true });
  // JSON is YAML.
  writeFileSync(join(folders.root, 'aegis.yaml'), JSON.stringify(settings));
  writeFileSync(join(folders.root, 'policy.yaml'), POLICY);
  const daemon = await up(t, { ...folders, policy: 'policy.yaml' });
  return { daemon, key: await agentKey(daemon, daemon.firstKey ?? '', 'a1'), models: daemon.modelUrl ?? '' };
}

interface Slow {
  readonly socket: Socket;
  readonly what: string;
  readonly said: Promise<string>;
  /** One more byte, for as long as anybody listens. */
  drip(): void;
}

function slowClient(url: string, what: string, start: string): Slow {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // A byte that comes after the end is answered with a reset; what was said before it was heard.
  socket.on('error', () => undefined);
  const said = new Promise<string>((resolve) => void socket.on('close', () => resolve(text)));
  if (start !== '') socket.write(start);
  return { socket, what, said, drip: () => void (socket.writable && start !== '' && text === '' && socket.write('x')) };
}

/** Of every kind the same number: nothing said, headers that never end, bodies that never end, at each port. */
function slowClients({ daemon, key, models }: Place): readonly Slow[] {
  const head = (path: string, url: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
  const body = 'Content-Length: 100000\r\n\r\n{"';
  const kinds = [
    ['nothing', daemon.url, ''],
    ['headers', daemon.url, `${head('/v1/actions', daemon.url)}X-Slow: `],
    ['body', daemon.url, `${head('/v1/actions', daemon.url)}${body}`],
    ['MCP headers', daemon.url, `${head('/mcp/srv', daemon.url)}X-Slow: `],
    ['MCP body', daemon.url, `${head('/mcp/srv', daemon.url)}${body}`],
    ['model, nothing', models, ''],
    ['model headers', models, `${head('/v1/chat/completions', models)}X-Slow: `],
    ['model body', models, `${head('/v1/chat/completions', models)}${body}`],
  ] as const;
  return Array.from({ length: SLOW }, (_, n) => {
    const [what, url, start] = kinds[n % kinds.length] ?? kinds[0];
    return slowClient(url, what, start);
  });
}

/** One decision, one tool call and one model request, each of which must be answered with what it asked for. */
async function everythingOnce({ daemon, key, models }: Place, n: number): Promise<void> {
  const action = { session: 's1', name: 'look_up', args: { n } };
  const decided = await daemon.ask('POST', '/v1/actions', { key, body: action });
  assert.equal(decided.body['effect'], 'allow', decided.text);
  const call = { jsonrpc: '2.0', id: n, method: 'tools/call', params: { name: 'look', arguments: { n } } };
  assert.match((await daemon.ask('POST', '/mcp/srv', { key, body: call })).text, /seen/);
  const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `Hello ${String(n)}` }] };
  assert.match((await asker(models)('POST', '/v1/chat/completions', { key, body: asked })).text, /Good day/);
}

/** The most memory the process ever had, where the system tells; else what it has now is not asked. */
function mostMemory(pid: number): number | null {
  const file = `/proc/${String(pid)}/status`;
  if (!existsSync(file)) return null;
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8'))?.[1]) * 1_024;
}

test(
  `[DOOR-10] ${String(SLOW)} clients that drip at three doors are each told 408, and everybody else is answered meanwhile`,
  { timeout: 240_000 },
  async (t) => {
    const where = await place(t);
    await everythingOnce(where, 0);
    const slow = slowClients(where);
    atEnd(t, () => slow.forEach(({ socket }) => socket.destroy()));
    let open = slow.length;
    for (const { said } of slow) void said.then(() => (open -= 1));
    let done = 0;
    const client = async (first: number): Promise<void> => {
      for (let n = first; open > 0; n += 4) {
        await everythingOnce(where, n);
        done += 1;
        for (const { drip } of slow) drip();
      }
    };
    await Promise.all([1, 2, 3, 4].map(client));
    assert.ok(done >= 4);
    const answers = await Promise.all(slow.map(async ({ what, said }) => [what, await said] as const));
    for (const [what, said] of answers) assert.match(said, /^HTTP\/1\.1 408 [^]*REQUEST_TIMEOUT/, what);
    await everythingOnce(where, 1_000_000);
    const memory = mostMemory(where.daemon.pid);
    assert.ok(memory === null || memory < MOST_RSS, `${String(memory)} bytes`);
  },
);
