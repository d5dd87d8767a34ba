import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DEFAULT_TENANT } from '../src/kernel/ids.ts';
import type { EntryDraft } from '../src/kernel/entry.ts';
import type { Digest, SessionId, TenantId } from '../src/kernel/ids.ts';
import { fold } from '../src/kernel/fold.ts';
import { encodeWorld } from '../src/kernel/snapshot.ts';
import { emptyWorld } from '../src/kernel/world.ts';
import { chainVerifier } from '../src/log/chain.ts';
import { EMPTY_HEAD, seal, sealAll } from '../src/log/entry.ts';
import { toDigest } from '../src/log/tree-hash.ts';
import { rootOf } from '../src/log/merkle.ts';
import { openSqliteStore } from '../src/log/sqlite/sqlite.ts';
import type { SealedEntry } from '../src/log/sealed-entry.ts';
import { verifyStore } from '../src/log/verify.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { openGate } from './gate.ts';

const TENANT = 'bench' as TenantId;
const ROUNDS = 5;

/** An entry of about 500 bytes. */
function draft(n: number): EntryDraft {
  return {
    tenant: TENANT,
    at: 1_700_000_000_000 + n,
    type: 'event-ingested',
    actor: { kind: 'system' },
    session: `session-${String(n % 64)}` as SessionId,
    body: { eventType: 'x'.repeat(200), eventSeq: n, payloadDigest: 'a'.repeat(64) as Digest },
  };
}

function middle(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? 0;
}

/** Producers that each wait for their own entry. */
const PRODUCERS = 64;

/** Fewer set out with those that come in the same turn of the loop. */
const LEAST_EARLY = 8;

/** Entries in one window of a rate. */
const WINDOW = 100;

/** How fast a run was, on the whole and window by window. */
interface Run {
  readonly perSecond: number;
  readonly windows: readonly number[];
}

/** Told of every entry that is done; times each run of WINDOW of them. */
function stopwatch(): { readonly tick: () => void; readonly result: () => Run } {
  const start = performance.now();
  const windows: number[] = [];
  let count = 0;
  let since = start;
  return {
    tick: () => {
      if (++count % WINDOW !== 0) return;
      const now = performance.now();
      windows.push(WINDOW / (Math.max(now - since, 0.001) / 1000));
      since = now;
    },
    result: () => ({ perSecond: count / ((performance.now() - start) / 1000), windows }),
  };
}

/**
 * 64 producers, each waiting for its own entry before it makes the next. The appender is the gate's (src/gate/commit.ts): what arrives is sealed
 * at once, and appended as one batch when the batch before it is durable; of a burst the first half sets out while the other half is sealed.
 */
async function durable(path: string, count: number): Promise<Run> {
  const store = await openSqliteStore({ path });
  let sealedTo = EMPTY_HEAD;
  let durableTo = EMPTY_HEAD;
  let made = 0;
  let open: { readonly entry: SealedEntry; readonly done: () => void }[] = [];
  let running = false;
  let scheduled = false;
  let burst = 0;
  const watch = stopwatch();
  const commit = async (): Promise<void> => {
    running = true;
    while (open.length > 0) {
      const batch = open;
      const to = sealedTo;
      burst = batch.length;
      open = [];
      const entries = batch.map((item) => item.entry);
      const result = await store.append(TENANT, durableTo, entries, []);
      if (result.kind !== 'appended') throw new Error('somebody else writes this log');
      durableTo = to;
      for (const item of batch) {
        watch.tick();
        item.done();
      }
    }
    running = false;
  };
  const producer = async (): Promise<void> => {
    while (made < count) {
      const entry = seal(draft(made++), sealedTo.size, sealedTo.leaf);
      sealedTo = { size: entry.index + 1, leaf: entry.leaf };
      await new Promise<void>((done) => {
        open.push({ entry, done });
        if (running) return;
        if (open.length >= Math.max(LEAST_EARLY, burst / 2)) void commit();
        else if (!scheduled) {
          scheduled = true;
          setImmediate(() => {
            scheduled = false;
            if (!running) void commit();
          });
        }
      });
    }
  };
  await Promise.all(Array.from({ length: PRODUCERS }, producer));
  const result = watch.result();
  await store.close();
  return result;
}

/**
 * The peer: the same bytes into one bare table, as many to a synced transaction as there are producers. More would be less durable work than
 * ours: each of 64 that wait for their own entry can be in a transaction once.
 */
function rawSqlite(path: string, entries: readonly SealedEntry[]): Run {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  const insert = database.prepare('INSERT INTO entry VALUES (?, ?)');
  const watch = stopwatch();
  for (let from = 0; from < entries.length; from += PRODUCERS) {
    const batch = entries.slice(from, from + PRODUCERS);
    database.exec('BEGIN IMMEDIATE');
    for (const entry of batch) insert.run(entry.index, entry.bytes);
    database.exec('COMMIT');
    for (let at = 0; at < batch.length; at++) watch.tick();
  }
  const result = watch.result();
  database.close();
  return result;
}

/** The chain alone, in memory, on one thread. */
function verified(entries: readonly SealedEntry[]): Run {
  const verifier = chainVerifier(TENANT);
  const watch = stopwatch();
  for (const entry of entries) {
    if (verifier.push(entry) !== null) throw new Error('a good chain was refused');
    watch.tick();
  }
  return watch.result();
}

/** Entries per second of a verification as `aegis log verify` does it: the file read, payloads looked for, the tree and a checkpoint compared. */
async function verifiedStore(path: string): Promise<number[]> {
  const store = await openSqliteStore({ path });
  const frontier = await store.frontier(DEFAULT_TENANT);
  const checkpoint = { origin: `bench/${DEFAULT_TENANT}`, size: frontier.size, root: toDigest(rootOf(frontier)) };
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const result = await verifyStore(store, DEFAULT_TENANT, { checkpoints: [checkpoint] });
    if (!result.ok || result.anchored !== frontier.size) throw new Error('a good log was refused');
    rates.push(frontier.size / ((performance.now() - start) / 1000));
  }
  await store.close();
  return rates;
}

/** Entries after the last snapshot of the world: as many as there can be. */
const TAIL = 49_000;

/** Milliseconds from nothing to a gate that decides: the store opened, the snapshot read, the tail folded. */
async function openMillion(folder: string, count: number): Promise<Float64Array> {
  const path = join(folder, 'log.db');
  const store = await openSqliteStore({ path });
  let head = EMPTY_HEAD;
  let world = emptyWorld();
  while (head.size < count) {
    const drafts = Array.from({ length: 1_000 }, (_, n) => ({ ...draft(head.size + n), tenant: DEFAULT_TENANT }));
    const sealed = sealAll(drafts, head);
    world = drafts.reduce(fold, world);
    await store.append(DEFAULT_TENANT, head, sealed.entries, []);
    head = sealed.head;
    if (head.size + TAIL !== count) continue;
    const bytes = new TextEncoder().encode(JSON.stringify(encodeWorld(world)));
    await store.saveSnapshot(DEFAULT_TENANT, { size: head.size, leaf: head.leaf, parts: [bytes] });
  }
  await store.close();
  const samples = new Float64Array(ROUNDS);
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const { close } = await openGate(folder);
    samples[round] = performance.now() - start;
    await close();
  }
  return samples;
}

function rateOf(name: string, runs: readonly Run[]): Pick<Figure, 'name' | 'unit' | 'n' | 'median' | 'p99'> {
  const windows = Float64Array.from(runs.flatMap((run) => run.windows));
  return { name, unit: '1/s', n: windows.length, median: middle(runs.map((run) => run.perSecond)), p99: quantile(windows, 0.01) };
}

/** The log's figures: durable appends against bare SQLite in the same run, verification, opening a long log. BENCH_ENTRIES shortens the last. */
export async function run(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-log-'));
  try {
    const { entries } = sealAll(
      Array.from({ length: 20_000 }, (_, n) => draft(n)),
      EMPTY_HEAD,
    );
    const ours: Run[] = [];
    const raw: Run[] = [];
    const checks: Run[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      raw.push(rawSqlite(join(folder, `raw-${String(round)}.db`), entries));
      ours.push(await durable(join(folder, `ours-${String(round)}.db`), 20_000));
      checks.push(verified(entries));
    }
    const appends = rateOf('log: durable entries, 64 producers', ours);
    const bare = rateOf('log: raw SQLite, one bare table, 64 a transaction', raw);
    const chain = rateOf('log: verify the chain alone, in memory, one thread', checks);
    const ratio = middle(ours.map((run, at) => run.perSecond / (raw[at]?.perSecond ?? Number.NaN)));
    const count = Number(process.env['BENCH_ENTRIES'] ?? 1_000_000);
    const open = middle([...(await openMillion(folder, count))]);
    const verify = middle(await verifiedStore(join(folder, 'log.db')));
    return [
      { ...appends, peer: 'raw SQLite', ratio, goal: '≥ 50,000/s and ≥ 0.5 × raw batched SQLite', holds: ratio >= 0.5 && appends.median >= 50_000 },
      { ...bare, goal: 'reported', holds: true },
      { ...chain, goal: 'reported', holds: true },
      {
        n: ROUNDS,
        unit: '1/s',
        name: `log: verify a stored log of ${String(count)} entries, offline`,
        median: verify,
        goal: '≥ 250,000/s',
        holds: verify >= 250_000,
      },
      { n: ROUNDS, unit: 'ms', name: `log: open with ${String(count)} entries, gate and all`, median: open, goal: '≤ 5 s', holds: open <= 5000 },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
