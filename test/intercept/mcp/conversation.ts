import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const CLI = join(ROOT, 'src/cli/main.ts');
export const HOSTILE = fileURLToPath(new URL('hostile-server.ts', import.meta.url));
const QUIET = '--disable-warning=ExperimentalWarning';

export interface Wire {
  readonly [key: string]: unknown;
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A raw MCP client over `aegis mcp`, so that a test can send what no SDK would. */
export interface Conversation {
  readonly child: ChildProcess;
  readonly said: Wire[];
  raw(bytes: string | Uint8Array): void;
  send(message: object): void;
  /** Sends a request and resolves with its answer. */
  ask(method: string, params?: object, id?: number | string): Promise<Wire>;
  /** Resolves with the first message, past or coming, that fits. */
  until(fits: (message: Wire) => boolean): Promise<Wire>;
  call(name: string, args?: object): Promise<{ readonly text: string; readonly isError: boolean; readonly wire: Wire }>;
  initialize(capabilities?: object): Promise<Wire>;
  /** Lines of what the server behind the proxy was sent. */
  heard(): readonly Wire[];
  end(): Promise<number | null>;
}

export interface Talk {
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

export interface Stage {
  readonly aegis: Running;
  readonly key: string;
  readonly folder: string;
  talk(terms?: Talk): Conversation;
  /** Entries of one type, newest last. */
  entries(type: string): Promise<readonly Wire[]>;
}

export async function stage(context: TestContext, policy?: string): Promise<Stage> {
  const aegis = await running(context);
  const key = await aegis.agent('a1');
  if (policy !== undefined) {
    const answer = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: policy } });
    if (answer.status !== 200) throw new Error(answer.text);
  }
  const folder = mkdtempSync(join(tmpdir(), 'aegis-mcp-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return {
    aegis,
    key,
    folder,
    talk: (terms = {}) => {
      const conversation = converse({ aegis, key, heard: join(folder, `heard-${String(count++)}`) }, terms);
      context.after(() => void conversation.child.kill('SIGKILL'));
      return conversation;
    },
    entries: async (type) => {
      const { text } = await aegis.ask('GET', '/v1/log/export', { key: aegis.admin });
      const lines = text.split('\n').filter((line) => line.includes(`"${type}"`));
      return lines.map((line) => (JSON.parse(line) as { entry?: Wire }).entry ?? (JSON.parse(line) as Wire));
    },
  };
}

function converse(place: { aegis: Running; key: string; heard: string }, { name = 'hostile', env = {}, command }: Talk): Conversation {
  const variables = Object.keys({ ...env, HEARD: '' }).join(',');
  const { daemon } = place.aegis;
  const server = command ?? [process.execPath, QUIET, HOSTILE];
  const child = spawn(process.execPath, [QUIET, CLI, 'mcp', '--name', name, '--env', variables, '--', ...server], {
    cwd: ROOT,
    // Over the socket, as it is where nothing is configured; the other tests of this door ask over HTTP.
    env: { ...process.env, ...env, HEARD: place.heard, AEGIS_URL: daemon.url, AEGIS_SOCKET: daemon.socket ?? 'off', AEGIS_KEY: place.key },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said: Wire[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as Wire);
    for (const look of waiting) look();
  });
  let closed = false;
  // What it said last may still be on its way when it exits; nothing is once its streams are closed.
  const ended = once(child, 'close').then(() => {
    closed = true;
    for (const look of waiting) look();
  });
  child.stdin.on('error', () => undefined);
  let next = 1;
  const self: Conversation = {
    child,
    said,
    raw: (bytes) => void child.stdin.write(bytes),
    send: (message) => self.raw(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = said.find(fits);
          if (found === undefined && !closed) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error('the proxy ended'));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ask: (method, params, id = next++) => {
      self.send({ id, method, ...(params === undefined ? {} : { params }) });
      return self.until((message) => message.id === id && message.method === undefined);
    },
    call: async (tool, args = {}) => {
      const wire = await self.ask('tools/call', { name: tool, arguments: args });
      const content = (wire.result?.['content'] ?? []) as { text?: string }[];
      return { wire, text: content.map((part) => part.text ?? '').join(''), isError: wire.error !== undefined || wire.result?.['isError'] === true };
    },
    initialize: async (capabilities = {}) => {
      const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'test', version: '1' } };
      const wire = await self.ask('initialize', params);
      self.send({ method: 'notifications/initialized' });
      return wire;
    },
    heard: () =>
      existsSync(place.heard)
        ? readFileSync(place.heard, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Wire)
        : [],
    end: async () => {
      child.stdin.end();
      await ended;
      return child.exitCode;
    },
  };
  return self;
}
