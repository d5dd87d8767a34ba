import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { setImmediate as others } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openInspectPool } from '../../src/daemon/inspect-pool.ts';
import type { InspectPool, InspectThread, PoolTerms } from '../../src/daemon/inspect-pool.ts';
import { processTimers } from '../../src/gate/timers.ts';
import { createInspect } from '../../src/inspect/create-inspect.ts';
import { inspectWork } from '../../src/inspect/inspected.ts';
import type { Inspected, Work } from '../../src/inspect/inspected.ts';
import type { Json } from '../../src/kernel/json.ts';
import { canonicalBytes } from '../../src/wire/jcs.ts';
import { handClock, proposal, register, sampleGate, TENANT } from '../gate/sample-gate.ts';
import { CATASTROPHIC } from '../inspect/shell/catastrophic.ts';
import { DANGEROUS } from '../inspect/shell/dangerous.ts';
import { ORDINARY } from '../inspect/shell/benign.ts';
import { BENIGN } from '../inspect/sql/benign.ts';
import { INSTRUCTIONS } from '../inspect/variants/instructions.ts';
import { PERSONAL } from '../inspect/variants/personal.ts';
import { SQL_FRAGMENTS } from '../inspect/variants/sql-fragments.ts';

const inspect = await createInspect();
const LONG = 'The committee met on Tuesday; call 555-0100-2000 for the minutes. '.repeat(400);

interface Sample {
  readonly pool: InspectPool;
  readonly faults: string[];
  readonly started: InspectThread[];
}

function samplePool({ startThread, limits, ...part }: Partial<PoolTerms> = {}): Sample {
  const faults: string[] = [];
  const started: InspectThread[] = [];
  const start = startThread ?? ((): InspectThread => new Worker(new URL('../../src/daemon/inspect-thread.ts', import.meta.url)));
  const pool = openInspectPool({
    inspect,
    timers: processTimers,
    onFault: ({ what }) => faults.push(what),
    ...part,
    limits: { startBytes: 0, ...limits },
    startThread: () => {
      const thread = start();
      started.push(thread);
      return thread;
    },
  });
  return { pool, faults, started };
}

/** As the gate hands it over: read back from its canonical bytes. */
const own = <T extends Json>(value: T): T => JSON.parse(new TextDecoder().decode(canonicalBytes(value))) as T;

const action = (args: { readonly [key: string]: Json }, name = 'create_note'): Work => ({
  type: 'action',
  subject: { kind: 'tool', name, args: own(args) },
});

function ask({ pool }: Sample, work: Work, agent = 'a1', session = 's1'): Promise<Inspected> | null {
  const content: Json = work.type === 'action' ? work.subject.args : work.subject.args.value;
  return pool.inspectAside(work, { agent, session, bytes: canonicalBytes(content) });
}

/** A thread that runs this instead of the readers. */
const running =
  (code: string): (() => InspectThread) =>
  () =>
    new Worker(`const { parentPort } = require('node:worker_threads'); ${code}`, { eval: true });

/** A thread that has nothing to say of anything. */
const silent = running(`parentPort.on('message', () => parentPort.postMessage({ ok: true, inspected: { reading: {}, traces: [], prints: [] } }));`);

test('[GATE-21] a thread answers what would have been answered in place, byte for byte', async () => {
  const sample = samplePool({ limits: { longBytes: 1 } });
  const texts = [
    ...[...CATASTROPHIC, ...DANGEROUS, ...ORDINARY, ...BENIGN].filter((_, i) => i % 6 === 0),
    ...INSTRUCTIONS.slice(0, 20),
    ...`${PERSONAL}\n${SQL_FRAGMENTS}`.split('\n').filter((_, i) => i % 3 === 0),
    LONG,
    `${LONG}\n${DANGEROUS.join('\n')}`,
    '`id`; '.repeat(3_000),
    'pаypаl \u200b 日本語 \u{e0041}\u{e0042} ',
  ];
  for (const [i, text] of texts.entries()) {
    const [name, key] = (
      [
        ['Bash', 'command'],
        ['execute_sql', 'query'],
        ['search', 'q'],
        ['http_post', 'body'],
      ] as const
    )[i % 4] ?? ['x', 'y'];
    const works: Work[] = [
      action({ [key]: text, to: ['bob@example.com', { amount: 12.5 }] }, name),
      {
        type: 'value',
        subject: { kind: 'resource', name, args: own({ value: { text, list: [text.slice(0, 40), null, 1] } }) },
        source: 'tool_output',
      },
    ];
    for (const work of works) assert.equal(JSON.stringify(await ask(sample, work)), JSON.stringify(inspectWork(work, inspect)));
  }
  assert.equal(sample.started.length, 1);
  await sample.pool.close();
});

test('[GATE-21] nothing starts before the first long argument, and what is short is not taken', async () => {
  const sample = samplePool({ startThread: silent });
  assert.equal(ask(sample, action({ text: 'short' })), null);
  assert.equal(sample.started.length, 0);
  await ask(sample, action({ text: LONG }));
  assert.equal(sample.started.length, 1);
  await sample.pool.close();
});

test('[GATE-21] until a thread has started, reading in place goes on for what is sooner read than a thread starts', async () => {
  const sample = samplePool({ limits: { startBytes: 131_072 } });
  assert.equal(ask(sample, action({ text: LONG })), null);
  assert.equal(ask(sample, action({ text: LONG })), null);
  const [thread] = sample.started;
  assert.ok(thread instanceof Worker);
  assert.equal(sample.started.length, 1);
  await once(thread, 'message');
  assert.notEqual(await ask(sample, action({ text: LONG })), null);
  assert.notEqual(await ask(sample, action({ text: LONG.repeat(6) })), null);
  await sample.pool.close();
});

test('[GATE-21] one session is answered in the order it asked, and nobody else waits for it', async () => {
  const sample = samplePool({ startThread: silent });
  const order: string[] = [];
  const note = (what: string) => (): void => void order.push(what);
  const mine = [ask(sample, action({ text: LONG }))?.then(note('long')), ask(sample, action({ text: 'short' }))?.then(note('short'))];
  assert.equal(ask(sample, action({ text: 'short' }), 'a2'), null);
  assert.equal(ask(sample, action({ text: 'short' }), 'a1', 's2'), null);
  assert.ok(mine.every((one) => one !== undefined));
  await Promise.all(mine);
  assert.deepEqual(order, ['long', 'short']);
  await others();
  await others();
  assert.equal(ask(sample, action({ text: 'short' })), null, 'nothing of it is under way any more');
  await sample.pool.close();
});

/** How far behind others each thread of this process stands, as Linux tells it (proc_pid_stat(5), field 19). */
function niceOfThreads(): number[] {
  return readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      const [, after = ''] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(/\) (?!.*\) )/);
      return [Number(after.split(' ')[16])];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

test(
  '[GATE-21] a thread that reads gives way to the one that orders',
  { skip: process.platform === 'linux' ? false : 'only Linux tells' },
  async () => {
    const before = getPriority();
    const sample = samplePool();
    await ask(sample, action({ text: LONG }));
    assert.equal(getPriority(), before);
    assert.ok(niceOfThreads().includes(Math.min(19, before + 5)), niceOfThreads().join(' '));
    await sample.pool.close();
  },
);

test('[GATE-21] agents take turns, whoever asks for more', async () => {
  const sample = samplePool({ startThread: silent, limits: { threads: 1 } });
  const order: string[] = [];
  const of = (owner: string, i: number): Promise<unknown> | undefined =>
    ask(sample, action({ text: `${LONG} ${String(i)}` }), owner)?.then(() => order.push(owner));
  await Promise.all([of('greedy', 1), of('greedy', 2), of('greedy', 3), of('greedy', 4), of('modest', 1)]);
  assert.ok(order.indexOf('modest') <= 1, order.join());
  await sample.pool.close();
});

test('[GATE-21] an agent may have so much waiting and no more', async () => {
  const sample = samplePool({ startThread: silent, limits: { share: 2, waiting: 3 } });
  const waiting = [1, 2].map((i) => ask(sample, action({ text: LONG, i })));
  assert.throws(() => ask(sample, action({ text: LONG })), { code: 'RATE_LIMITED' });
  waiting.push(ask(sample, action({ text: LONG }), 'a2'));
  assert.throws(() => ask(sample, action({ text: LONG }), 'a3'), { code: 'RATE_LIMITED' });
  await Promise.all(waiting);
  await sample.pool.close();
});

test('[GATE-21] work whose thread breaks down is refused, and the next piece of work has another thread', async () => {
  for (const code of [
    'parentPort.on("message", () => process.exit(3));',
    'parentPort.on("message", () => { throw new Error("broken"); });',
    'throw 1;',
  ]) {
    let first = true;
    const broken = running(code);
    const sample: Sample = samplePool({
      startThread: () => {
        const thread = first ? broken() : silent();
        first = false;
        return thread;
      },
    });
    const refused = ask(sample, action({ text: LONG }));
    const next = ask(sample, action({ text: LONG }));
    await assert.rejects(async () => refused, { code: 'INTERNAL' });
    assert.deepEqual((await next)?.traces, []);
    assert.deepEqual(sample.faults, ['inspection-thread-failed']);
    assert.equal(sample.started.length, 2);
    await sample.pool.close();
  }
});

test('[GATE-21] work that does not end in time is refused, and its thread is ended', async () => {
  const hand = handClock();
  const sample = samplePool({ timers: hand, startThread: running('parentPort.on("message", () => { for (;;); });'), limits: { deadlineMs: 30_000 } });
  const refused = ask(sample, action({ text: LONG }));
  const [thread] = sample.started;
  assert.ok(thread instanceof Worker);
  await once(thread, 'online');
  const ended = once(thread, 'exit');
  hand.move(29_999);
  assert.deepEqual(sample.faults, []);
  hand.move(1);
  await assert.rejects(async () => refused, { code: 'INTERNAL' });
  await ended;
  await sample.pool.close();
});

test('[GATE-21] an idle thread gives its memory back, and another starts when there is work again', async () => {
  const hand = handClock();
  const sample = samplePool({ startThread: silent, timers: hand, limits: { idleMs: 60_000 } });
  await ask(sample, action({ text: LONG }));
  const [thread] = sample.started;
  assert.ok(thread instanceof Worker);
  const ended = once(thread, 'exit');
  hand.move(60_000);
  await ended;
  await ask(sample, action({ text: LONG }));
  assert.equal(sample.started.length, 2);
  assert.deepEqual(sample.faults, []);
  await sample.pool.close();
});

test('[GATE-21] at the end what is not read yet is refused', async () => {
  const sample = samplePool();
  const refused = [ask(sample, action({ text: LONG })), ask(sample, action({ text: 'short' }))];
  const told = Promise.allSettled(refused);
  await sample.pool.close();
  for (const one of await told) assert.equal(one.status === 'rejected' && (one.reason as { code?: string }).code, 'GATE_CLOSED');
  assert.throws(() => ask(sample, action({ text: LONG })), { code: 'GATE_CLOSED' });
});

test('[GATE-21] a gate decides nothing about an argument that could not be read, and goes on with the next', async () => {
  let broken = true;
  const sample: Sample = samplePool({
    startThread: () => (broken ? running('process.exit(1);')() : new Worker(new URL('../../src/daemon/inspect-thread.ts', import.meta.url))),
  });
  const { gate, deps } = await sampleGate({ inspect, inspectAside: sample.pool.inspectAside });
  await assert.rejects(gate.admit(proposal({ id: 'x1', args: { text: LONG } })), { code: 'INTERNAL' });
  assert.equal((await deps.store.read(TENANT, { type: 'action-decided', limit: 10 })).length, 0);
  broken = false;
  assert.equal((await gate.admit(proposal({ id: 'x2', args: { text: LONG } }))).effect, 'allow');
  await gate.close();
  await sample.pool.close();
});

test('[GATE-21] decisions on long arguments are recorded as those made in place are, one session in the order it asked', async () => {
  const pooled = samplePool();
  const logs = [];
  for (const inspectAside of [pooled.pool.inspectAside, undefined]) {
    const { gate, deps } = await sampleGate({ inspect, ...(inspectAside === undefined ? {} : { inspectAside }) });
    await register(gate, 'a2');
    const args = (text: string): Json => ({ text, to: 'bob@example.com' });
    await Promise.all([
      gate.admit(proposal({ id: 'x1', args: args(LONG) })),
      gate.admit(proposal({ id: 'x2', args: args('short') })),
      gate.admit(proposal({ id: 'x3', args: args(`${LONG}!`) })),
      gate.admit(proposal({ id: 'x4', args: args('short too') })),
    ]);
    await gate.settle({
      tenant: TENANT,
      agent: proposal().agent,
      action: proposal({ id: 'x1' }).id ?? fail(),
      ...OUTCOME,
      result: `${LONG} a.example.com`,
    });
    await gate.label({ tenant: TENANT, agent: proposal().agent, session: proposal().session, source: 'retrieved_doc', trusted: false, value: LONG });
    logs.push((await deps.store.read(TENANT, { limit: 100 })).map(({ bytes }) => new TextDecoder().decode(bytes)));
    await gate.close();
  }
  assert.equal(pooled.started.length, 1);
  assert.deepEqual(logs[0], logs[1]);
  await pooled.pool.close();
});

const OUTCOME = { status: 'succeeded', usage: {}, source: 'tool_output', trusted: false } as const;

function fail(): never {
  throw new Error('a proposal has an id');
}
