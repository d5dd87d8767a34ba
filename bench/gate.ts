import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createGate } from '../src/gate/create-gate.ts';
import type { Gate } from '../src/gate/gate.ts';
import type { Proposal } from '../src/gate/nouns.ts';
import { processTimers } from '../src/gate/timers.ts';
import { createInspect } from '../src/inspect/create-inspect.ts';
import type { TenantId } from '../src/kernel/ids.ts';
import { openSqliteStore } from '../src/log/sqlite/sqlite.ts';
import { compilePolicy } from '../src/policy/compile.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';

const TENANT = 'default' as TenantId;
const ROUNDS = 5;
const CALLS = { 1: 400, 64: 6_400 } as const;

/** What a durable write of one small record costs on this disk, in milliseconds. */
function fdatasyncMs(folder: string): number {
  const file = openSync(join(folder, 'probe'), 'w');
  const bytes = randomBytes(512);
  const samples = new Float64Array(200);
  for (let n = 0; n < samples.length; n++) {
    const start = performance.now();
    writeSync(file, bytes);
    fdatasyncSync(file);
    samples[n] = performance.now() - start;
  }
  closeSync(file);
  return quantile(samples, 0.5);
}

/** A session lasts a hundred calls of its agent. */
function call(worker: number, n: number): Proposal {
  return {
    tenant: TENANT,
    agent: `agent-${String(worker)}`,
    session: `session-${String(worker)}-${String(Math.floor(n / 100))}`,
    kind: 'tool',
    name: 'lookup_balance',
    args: { account: `ACC-${String(10_000 + n)}`, note: 'monthly statement for the customer, please include pending transfers', limit: 20 },
    claims: { usdMicros: 100, confidence: 0.9, intent: 'answer a question about a balance' },
    door: 'http',
    enforcement: 'enforcing',
  } as unknown as Proposal;
}

interface Round {
  readonly perSecond: number;
  readonly latencies: Float64Array;
}

let made = 0;

async function round(gate: Gate, width: number, calls: number): Promise<Round> {
  const latencies = new Float64Array(calls);
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: width }, async (_, worker) => {
      let own = made++ * 1_000;
      while (next < calls) {
        const n = next++;
        const before = performance.now();
        const { effect, reasons } = await gate.admit(call(worker, own++));
        if (effect !== 'allow') throw new Error(`the bench was ${effect}: ${reasons[0].message}`);
        latencies[n] = performance.now() - before;
      }
    }),
  );
  return { perSecond: (calls / (performance.now() - start)) * 1_000, latencies };
}

/** A gate over `<folder>/log.db` with everything a daemon's has but its doors. */
export async function openGate(folder: string): Promise<{ gate: Gate; close: () => Promise<void> }> {
  const store = await openSqliteStore({ path: join(folder, 'log.db') });
  const gate = await createGate({
    store,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    timers: processTimers,
    ids: { next: () => randomUUID() },
    random: { bytes: (length) => randomBytes(length) },
    inspect: await createInspect(),
    version: 'bench',
    policies: {
      compile: compilePolicy,
      resolve: () => {
        throw new Error('no files');
      },
      initial: readFileSync('policies/default.yaml', 'utf8'),
    },
  });
  const close = async (): Promise<void> => {
    await gate.close();
    await store.close();
  };
  return { gate, close };
}

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values), 0.5);
}

/** Durable decisions per second and their latency, through inspection, decision and SQLite with fsync. */
export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-bench-'));
  const { gate, close } = await openGate(folder);
  try {
    for (let n = 0; n < 64; n++) {
      await gate.register(TENANT, `agent-${String(n)}` as never, { capabilities: [], maxPriority: 5, onUnavailable: 'deny' }, 'system');
    }
    await round(gate, 64, 2_000);
    const figures: Figure[] = [];
    const sync = fdatasyncMs(folder);
    for (const width of [1, 64] as const) {
      const rounds: Round[] = [];
      for (let n = 0; n < ROUNDS; n++) rounds.push(await round(gate, width, CALLS[width]));
      const rate = median(rounds.map(({ perSecond }) => perSecond));
      const p50 = median(rounds.map(({ latencies }) => quantile(latencies, 0.5)));
      const p99 = quantile(Float64Array.from(rounds.flatMap(({ latencies }) => [...latencies])), 0.99);
      const n = ROUNDS * CALLS[width];
      const bound = 2 * sync + 1;
      const goal = width === 1 ? 'p50 ≤ 2 × fdatasync + 1 ms' : 'reported';
      const holds = width === 1 ? p50 <= bound : true;
      figures.push({ name: `gate: durable decisions at ${String(width)}`, unit: '1/s', n, median: rate, goal: 'reported', holds: true });
      figures.push({
        name: `gate: admit latency at ${String(width)}`,
        unit: 'ms',
        n,
        median: p50,
        p99,
        peer: 'fdatasync',
        ratio: p50 / sync,
        goal,
        holds,
      });
    }
    return figures;
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
