import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULTS } from '../../src/config/schema.ts';
import type { Config } from '../../src/config/schema.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import type { Daemon } from '../../src/daemon/main.ts';
import { recoverStore } from '../../src/daemon/recover-store.ts';

/** A store with its second place and an export, as mutations start from. */
export interface Kept {
  readonly name: string;
  /** `data`, `witness` and `audit.jsonl`. */
  readonly folder: string;
  readonly key: string;
  /** Checkpoints that were saved elsewhere. */
  readonly saved: string;
}

const configOf = (folder: string): Config => ({
  ...DEFAULTS,
  dataDir: join(folder, 'data'),
  checkpointDir: join(folder, 'witness'),
  checkpoints: { ...DEFAULTS.checkpoints, everyEntries: 4 },
  server: { ...DEFAULTS.server, port: 0, socket: 'off' },
  llm: { ...DEFAULTS.llm, port: 0 },
});

interface Live {
  readonly daemon: Daemon;
  readonly ask: (method: string, path: string, body?: unknown, key?: string) => Promise<string>;
}

async function start(folder: string, admin?: string): Promise<Live & { readonly admin: string }> {
  const daemon = await startDaemon({ config: configOf(folder), cwd: folder, onFault: () => undefined });
  const own = admin ?? daemon.firstKeys[0]?.key ?? '';
  const ask: Live['ask'] = async (method, path, body, key = own) => {
    const response = await fetch(daemon.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  return { daemon, ask, admin: own };
}

async function work({ ask }: Live, from: number, count: number): Promise<void> {
  const { key } = JSON.parse(await ask('POST', '/v1/agents', { agent: `bot-${String(from)}` })) as { key: string };
  for (let n = from; n < from + count; n++)
    await ask('POST', '/v1/actions', { session: `s${String(n % 3)}-${String(from)}`, name: 'lookup', args: { n, note: 'x'.repeat(n % 40) } }, key);
}

/** Five pasts: plain, erased, rotated, recovered, and all of these with a restart between. */
export async function makeStores(home: string): Promise<readonly Kept[]> {
  const stores: Kept[] = [];
  const folder = join(home, 'growing');
  mkdirSync(folder, { recursive: true });
  const keep = async (name: string, live: Live): Promise<void> => {
    writeFileSync(join(folder, 'audit.jsonl'), await live.ask('GET', '/v1/log/export?payloads=true'));
    await live.daemon.close();
    const to = join(home, name);
    cpSync(folder, to, { recursive: true });
    rmSync(join(to, 'data', 'daemons'), { recursive: true, force: true });
    const saved = join(home, `${name}-saved`);
    cpSync(join(to, 'witness'), saved, { recursive: true });
    const id = readFileSync(join(to, 'data', 'log.id'), 'utf8').trim();
    stores.push({ name, folder: to, saved, key: readFileSync(join(to, 'witness', id, 'key.pub'), 'utf8').trim() });
  };
  let live = await start(folder);
  const { admin } = live;
  await work(live, 0, 6);
  await keep('plain', live);
  live = await start(folder, admin);
  await work(live, 100, 4);
  await live.ask('POST', '/v1/erase', { subject: 'session/s1-100', reason: 'asked for' });
  await keep('erased', live);
  live = await start(folder, admin);
  await live.ask('POST', '/v1/log/keys/rotate', { reason: 'yearly' });
  await work(live, 200, 4);
  await keep('rotated', live);
  // An older copy of the data in the newer place, accepted on record.
  rmSync(join(folder, 'data'), { recursive: true });
  cpSync(join(home, 'erased', 'data'), join(folder, 'data'), { recursive: true });
  await recoverStore(configOf(folder), { by: 'jo', reason: 'restored from a backup' });
  live = await start(folder, admin);
  await work(live, 300, 4);
  await keep('recovered', live);
  live = await start(folder, admin);
  await work(live, 400, 260);
  await keep('long', live);
  renameSync(folder, join(home, 'done'));
  return stores;
}
