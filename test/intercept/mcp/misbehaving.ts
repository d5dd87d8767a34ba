import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { CLI, ROOT } from './conversation.ts';
import type { Wire } from './conversation.ts';

export interface Said {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly uri?: string;
    readonly cursor?: string;
    readonly arguments?: Readonly<Record<string, unknown>>;
    readonly [key: string]: unknown;
  };
}

export interface Exchange {
  readonly said: Said;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers as a server does that keeps the rules. */
  say(result: object, headers?: Readonly<Record<string, string>>): void;
}

/** What a server does out of the ordinary; true when it answered. */
export type Deed = (exchange: Exchange) => boolean;

export interface BadServer {
  readonly url: string;
  readonly heard: { readonly verb: string | undefined; readonly said: Said; readonly session: string | undefined }[];
  /** Sockets that are open now. */
  readonly open: Set<ServerResponse>;
}

export const toolNamed = (name: string, description = `Does ${name}.`): object => ({ name, description, inputSchema: { type: 'object' } });

/** An MCP server over HTTP that keeps the rules but for what `deed` does. */
export async function badServer(
  context: Pick<TestContext, 'after'>,
  deed: Deed,
  tools: readonly object[] = [toolNamed('do_it')],
): Promise<BadServer> {
  const heard: BadServer['heard'] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const said = (text === '' ? {} : JSON.parse(text)) as Said;
      heard.push({ verb: request.method, said, session: request.headers['mcp-session-id'] as string | undefined });
      const say = (result: object, headers = {}): void =>
        void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ jsonrpc: '2.0', id: said.id, result }));
      if (deed({ said, request, response, say })) return;
      if (request.method !== 'POST') return void response.writeHead(405).end();
      if (said.id === undefined || said.method === undefined) return void response.writeHead(202).end();
      if (said.method === 'initialize')
        return say({
          protocolVersion: '2025-11-25',
          capabilities: { tools: {}, resources: {}, logging: {}, completions: {} },
          serverInfo: { name: 'bad', version: '1' },
        });
      if (said.method === 'tools/list') return say({ tools });
      say({ content: [{ type: 'text', text: 'done' }] });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`, heard, open };
}

export interface Way {
  readonly aegis: Running;
  readonly key: string;
  /** Sends one message; resolves with its answer, or with null where it has none. */
  send(message: object): Promise<Wire | null>;
  entries(type: string): Promise<readonly Wire[]>;
}

export interface WayTerms {
  readonly policy?: string;
  readonly answerMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export const POLICY = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nloops: off\n';

async function daemon(context: TestContext, url: string, { policy = POLICY, answerMs, headers = {} }: WayTerms): Promise<Way> {
  const mcp = {
    servers: [{ name: 'srv', url, headers: Object.entries(headers).map(([name, variable]) => ({ name, variable })) }],
    ...(answerMs === undefined ? {} : { answerMs }),
  };
  const aegis = await running(context, { config: { mcp } });
  const key = await aegis.agent('a1');
  const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
  if (activated.status !== 200) throw new Error(activated.text);
  const entries: Way['entries'] = async (type) => {
    const { text } = await aegis.ask('GET', '/v1/log/export', { key: aegis.admin });
    return text
      .split('\n')
      .filter((line) => line.includes(`"type":"${type}"`))
      .map((line) => JSON.parse(line) as Wire);
  };
  return { aegis, key, entries, send: () => Promise.resolve(null) };
}

/** The two doors through which a server over HTTP is reached. */
export const WAYS: Readonly<Record<string, (context: TestContext, url: string, terms?: WayTerms) => Promise<Way>>> = {
  'the gateway': async (context, url, terms = {}) => {
    const way = await daemon(context, url, terms);
    const headers = { accept: 'application/json, text/event-stream' };
    return {
      ...way,
      send: async (message) => {
        const { text } = await way.aegis.ask('POST', '/mcp/srv', { key: way.key, body: { jsonrpc: '2.0', ...message }, headers });
        return text === '' ? null : wireIn(text);
      },
    };
  },
  'aegis mcp --url': async (context, url, terms = {}) => {
    const way = await daemon(context, url, terms);
    const seconds = terms.answerMs === undefined ? [] : ['--timeout', String(Math.max(1, Math.round(terms.answerMs / 1_000)))];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'mcp', '--name', 'srv', '--url', url, ...seconds], {
      cwd: ROOT,
      env: { ...process.env, AEGIS_URL: way.aegis.daemon.url, AEGIS_KEY: way.key },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    context.after(() => void child.kill('SIGKILL'));
    const waiting = new Map<unknown, (wire: Wire) => void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const wire = JSON.parse(line) as Wire;
      if (wire.method === undefined) waiting.get(wire.id)?.(wire);
    });
    return {
      ...way,
      send: (message) => {
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
        const { id } = message as { id?: unknown };
        return id === undefined ? Promise.resolve(null) : new Promise((resolve) => waiting.set(id, resolve));
      },
    };
  },
};

/** The last message of an answer, alone or in a stream. */
export function wireIn(text: string): Wire {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  return JSON.parse(lines.length === 0 ? text : (lines.at(-1) ?? '').slice(6)) as Wire;
}

let next = 100;

/** What the agent reads of a call, whether it is a result or an error. */
export async function call(
  way: Way,
  name = 'do_it',
  args: object = {},
): Promise<{ readonly text: string; readonly isError: boolean; readonly code: unknown }> {
  const id = ++next;
  const wire = await way.send({ id, method: 'tools/call', params: { name, arguments: { ...args, id } } });
  const content = (wire?.result?.['content'] ?? []) as { text?: string }[];
  const error = wire?.error as { message: string; data?: { code?: string } } | undefined;
  return {
    text: error?.message ?? content.map((part) => part.text ?? '').join(''),
    isError: error !== undefined || wire?.result?.['isError'] === true,
    code: error?.data?.code,
  };
}
