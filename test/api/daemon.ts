import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { DEFAULTS } from '../../src/config/schema.ts';
import type { Config, Partly } from '../../src/config/schema.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import type { Daemon } from '../../src/daemon/main.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Running {
  readonly daemon: Daemon;
  readonly folder: string;
  readonly admin: string;
  readonly answerKey: string;
  ask(
    method: string,
    path: string,
    terms?: { key?: string; body?: unknown; headers?: Record<string, string>; raw?: string | Uint8Array },
  ): Promise<Answer>;
  /** Registers an agent and returns its key. */
  agent(id: string, terms?: object): Promise<string>;
  operator(id: string, role: string): Promise<string>;
  /** Stops and starts again on the same folder. */
  restart(): Promise<void>;
}

export interface RunTerms {
  readonly rehearse?: boolean;
  readonly config?: Partly<Config>;
}

/** A real daemon on a free port and a folder of its own, gone when the test ends. */
export async function running(context: Pick<TestContext, 'after'>, terms: RunTerms = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-api-'));
  const faults: unknown[] = [];
  const config = {
    ...DEFAULTS,
    ...terms.config,
    dataDir: join(folder, 'data'),
    checkpointDir: join(folder, 'witness'),
    // A place of its own, which no client of another test finds by itself.
    server: { ...DEFAULTS.server, port: 0, socket: join(folder, 'run', 'aegis.sock'), ...terms.config?.server },
    limits: { ...DEFAULTS.limits, ...terms.config?.limits },
    llm: { ...DEFAULTS.llm, port: 0, ...terms.config?.llm },
  } as Config;
  const start = (): Promise<Daemon> =>
    startDaemon({ config, cwd: folder, onFault: (fault) => faults.push(fault), rehearse: terms.rehearse ?? false });
  let daemon = await start();
  const admin = daemon.firstKeys[0]?.key ?? '';
  context.after(async () => {
    await daemon.close();
    await rm(folder, { recursive: true, force: true });
    if (faults.length > 0) throw new Error('the daemon told of faults', { cause: faults });
  });
  const ask: Running['ask'] = async (method, path, { key, body, headers, raw } = {}) => {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(daemon.url + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent as string }),
    });
    const text = await response.text();
    const isJson = text !== '' && (response.headers.get('content-type') ?? '').includes('json;');
    return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as Answer['body'] };
  };
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await ask('POST', path, { key: admin, body });
    if (answer.status !== 201) throw new Error(answer.text);
    return String(answer.body['key']);
  };
  return {
    get daemon() {
      return daemon;
    },
    folder,
    admin,
    get answerKey() {
      return daemon.answerKey ?? '';
    },
    ask,
    agent: (id, more = {}) => made('/v1/agents', { agent: id, ...more }),
    operator: (id, role) => made('/v1/operators', { operator: id, role }),
    restart: async () => {
      await daemon.close();
      daemon = await start();
    },
  };
}
