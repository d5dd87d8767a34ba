/** What lists answer over a million decisions: the routes' own handlers and the answer as text, without a network. */
import { performance } from 'node:perf_hooks';
import { viewRoutes } from '../src/api/views.ts';
import type { LogGate } from '../src/gate/log-gate.ts';
import type { Call } from '../src/http/route.ts';
import { DEFAULT_TENANT } from '../src/kernel/ids.ts';
import { createInspect } from '../src/inspect/create-inspect.ts';
import { emptyWorld } from '../src/kernel/world.ts';
import type { LogStore } from '../src/log/store.ts';
import { createFollower } from '../src/views/follower.ts';
import { TenantViews } from '../src/views/views.ts';
import { proposal, sampleGate, TENANT } from '../test/gate/sample-gate.ts';
import { decided, settled, START } from '../test/views/entries.ts';
import { quantile } from './figure.ts';
import type { Figure } from './figure.ts';

const DECISIONS = 1_000_000;
const ROUNDS = 40;
const STEP_MS = 400;

const QUERIES: readonly (readonly [list: string, query: object])[] = [
  ['actions', {}],
  ['actions', { agent: 'agent-7' }],
  ['actions', { agent: 'nobody' }],
  ['actions', { session: 's-3' }],
  ['actions', { risk: 'CRITICAL', effect: 'ask', agent: 'agent-1' }],
  ['actions', { reason: 'CODE_4', agent: 'agent-3', risk: 'CRITICAL' }],
  ['actions', { effect: 'defer' }],
  ['actions', { q: 'TOOL_19' }],
  ['actions', { q: 'found nowhere' }],
  ['actions', { since: START, until: START + 100_000 }],
  ['actions', { category: 'payment' }],
  ['actions', { before: 400_000, agent: 'agent-7', effect: 'deny' }],
  ['agents', {}],
  ['sessions', {}],
  ['sessions', { q: 'found nowhere' }],
  ['approvals', { status: 'refused' }],
  ['reasons', {}],
  ['timeline', { step: 'minute' }],
  ['spend', {}],
];

export async function run(): Promise<readonly Figure[]> {
  return [await lists(), await reading()];
}

async function lists(): Promise<Figure> {
  const views = filled();
  const now = START + DECISIONS * STEP_MS;
  const gate = { world: () => emptyWorld(), now: () => now } as unknown as Pick<LogGate, 'world' | 'now'>;
  const seen = Promise.resolve({ views, asOf: DECISIONS });
  const routes = new Map(viewRoutes({ gate, views: { of: () => seen } }).map((one) => [one.path, one]));
  const samples = new Float64Array(ROUNDS * QUERIES.length);
  const principal = { role: 'auditor', tenant: DEFAULT_TENANT, operator: 'o' };
  let at = 0;
  for (let round = 0; round < ROUNDS; round++)
    for (const [list, query] of QUERIES) {
      const begun = performance.now();
      const answer = await routes.get(`/v1/views/${list}`)?.handle({ principal, query } as unknown as Call);
      if (JSON.stringify(answer).length < 10) throw new Error(`${list} answered nothing`);
      samples[at++] = performance.now() - begun;
    }
  const p99 = quantile(samples, 0.99);
  const name = `views: a list over ${String(DECISIONS / 1e6)} M decisions`;
  return { name, unit: 'ms', n: samples.length, median: quantile(samples, 0.5), p99, goal: 'p99 ≤ 50 ms', holds: p99 <= 50 };
}

function filled(): TenantViews {
  const views = new TenantViews();
  for (let i = 0, index = 0; i < DECISIONS; i++) {
    const at = START + i * STEP_MS;
    const agent = `agent-${String(i % 50)}`;
    const action = `0190aaaa-bbbb-7ccc-8ddd-${i.toString(16).padStart(12, '0')}`;
    const effect = i % 10 === 0 ? 'deny' : i % 37 === 0 ? 'ask' : 'allow';
    const risk = i % 999 === 0 ? 'CRITICAL' : i % 10 === 0 ? 'HIGH' : 'LOW';
    const codes = [effect === 'deny' ? `CODE_${String(i % 13)}` : 'DEFAULT'];
    const more = { agent, session: `s-${String(i >> 6)}`, name: `tool_${String((i * 7) % 200)}`, effect, risk, codes } as const;
    views.fold(decided({ index: index++, at, action, categories: i % 3 === 0 ? ['shell', 'network'] : ['file'], ...more }));
    if (effect === 'allow') views.fold(settled({ index: index++, at, action, agent, usage: { usdMicros: 12, tokens: 30 } }));
  }
  return views;
}

/** What following the log costs an entry, of real entries. */
async function reading(): Promise<Figure> {
  const { gate, deps } = await sampleGate({ inspect: await createInspect() });
  for (let at = 0; at < 2_000; at++)
    await gate.admit(proposal({ session: `s${String(at >> 4)}`, name: 'run_shell', args: { command: 'ls -la /tmp' } }));
  const store: LogStore = deps.store;
  const { size } = await store.head(TENANT);
  const samples = new Float64Array(5);
  for (let round = 0; round < samples.length; round++) {
    const begun = process.cpuUsage();
    await createFollower(store, TENANT, new TenantViews()).catchUp();
    const { user, system } = process.cpuUsage(begun);
    samples[round] = (user + system) / size;
  }
  const median = quantile(samples, 0.5);
  return { name: 'views: following the log, an entry', unit: 'µs', n: size, median, goal: '≤ 100 µs', holds: median <= 100 };
}
