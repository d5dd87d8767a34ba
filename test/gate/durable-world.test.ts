import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Gate } from '../../src/gate/gate.ts';
import { fold } from '../../src/kernel/fold.ts';
import { encodeWorld } from '../../src/kernel/snapshot.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import type { LogStore } from '../../src/log/store.ts';
import { digestOf } from '../../src/wire/digest.ts';
import { Dice } from '../oracle/dice.ts';
import { entriesOf } from './entries.ts';
import { document, id, OPERATOR, proposal, register, sampleGate, TENANT } from './sample-gate.ts';
import type { HandClock } from './sample-gate.ts';

const AGENTS = ['a1', 'a2', 'a3'] as const;
const POLICY = document({
  budgets: [{ scope: 'agent', period: 'day', toolCalls: 60 }],
  rates: [{ scope: 'tenant', tool: 'often', perMinute: 30 }],
  loops: { identical: { max: 3, windowMs: 60_000 }, sequences: true, noProgress: 2 },
  agents: { a2: { allow: ['read_thing', 'often'], review: ['pay'] } },
  approvals: { maxPending: 5 },
});

const imageOf = (world: World): string => digestOf(encodeWorld(world));

/** A store of which every so many appends fail before anything is written. */
function failing(store: LogStore, fails: () => boolean): LogStore {
  return {
    ...store,
    append: (...args) => (fails() ? Promise.reject(new Error('ENOSPC: no space left on device')) : store.append(...args)),
  };
}

async function answer(gate: Gate, dice: Dice): Promise<void> {
  for (const { approval } of await gate.pending(TENANT)) {
    if (dice.chance(0.5)) await gate.grant(TENANT, approval, OPERATOR, { reason: 'r', channel: 'c' });
    else await gate.refuse(TENANT, approval, OPERATOR, { reason: 'r', channel: 'c' });
  }
}

/** One thing somebody does; what it comes to does not matter here. */
function act(gate: Gate, dice: Dice, n: number): Promise<unknown> {
  const agent = dice.pick(AGENTS);
  const session = `${agent}-${String(Math.floor(n / 200))}-${String(dice.upTo(3))}`;
  const lock = dice.maybe(0.5, () => ({ resource: { resource: dice.pick(['wallet:x', 'wallet:y']), slots: 1, ttlMs: dice.pick([1, 30_000]) } }));
  const claims = { ...dice.maybe(0.5, () => ({ usdMicros: dice.upTo(50) })), ...dice.maybe(0.3, () => ({ priority: 1 + dice.upTo(9) })) };
  const name = dice.chance(0.03) ? 'drop_everything' : dice.pick(['read_thing', 'read_thing', 'often', 'pay']);
  const about = { tenant: TENANT, agent: id<never>(agent), session: id<never>(session) };
  const admit = async (): Promise<void> => {
    const { action, effect } = await gate.admit(proposal({ id: `x${String(n)}`, agent, session, name, args: { n: dice.upTo(4) }, claims, ...lock }));
    if ((effect !== 'allow' && effect !== 'modify') || n % 3 === 0) return;
    const usage = n % 5 === 0 ? { tokens: n } : {};
    await gate.settle({
      ...about,
      action,
      status: 'succeeded',
      usage,
      source: 'tool_output',
      trusted: false,
      result: { said: `thing ${String(n % 7)}` },
    });
  };
  const rest: (() => Promise<unknown>)[] = [
    () => gate.label({ ...about, source: 'retrieved_doc', trusted: false, value: `a page about ${String(n % 9)}` }),
    () => gate.openSession(TENANT, id(agent), id(session)),
    () => gate.closeSession(TENANT, id(session), 'done', OPERATOR),
    () => gate.halt(TENANT, { kind: 'session', id: id(session) }, 'enough', OPERATOR),
    () => gate.resume(TENANT, { kind: 'agent', id: id(agent) }, 'go on', OPERATOR),
    () => answer(gate, dice),
    () => gate.record(TENANT, 'budget-set', { ledger: 'tenant', limit: { toolCalls: 500 }, reason: 'r' }, OPERATOR),
  ];
  return dice.chance(0.8) ? admit() : dice.pick(rest as [() => Promise<unknown>])();
}

async function reopened(gate: Gate, clock: HandClock): Promise<void> {
  while (!gate.state().open) {
    clock.move(1_001);
    await new Promise(setImmediate);
  }
}

test('[GATE-2] [GATE-5] [DEC-15] whatever fails amid many batches, the world is what the log holds, and no world that was read ever changes', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const dice = new Dice(seed);
    const folder = mkdtempSync(join(tmpdir(), 'aegis-durable-'));
    const sqlite = await openSqliteStore({ path: join(folder, 'log.db') });
    let share = 0;
    let failed = 0;
    const store = failing(sqlite, () => dice.chance(share) && ++failed > 0);
    const { gate, clock } = await sampleGate({ store, policy: POLICY });
    for (const agent of AGENTS.slice(1)) await register(gate, agent);
    // Every other time another gate writes the same log, so that what was decided is decided again.
    const other = seed % 2 === 0 ? null : await sampleGate({ store, policy: POLICY, hand: clock });
    const held: { readonly world: World; readonly image: string }[] = [];
    const hold = (): void => void held.push({ world: gate.world(TENANT), image: imageOf(gate.world(TENANT)) });
    gate.follow(() => (dice.chance(0.5) ? hold() : undefined));
    for (let round = 0; round < 12; round++) {
      share = 0.2;
      const all: Promise<unknown>[] = [];
      for (let n = 1 + dice.upTo(60); n > 0; n--) {
        const by = other !== null && dice.chance(0.3) ? other.gate : gate;
        all.push(act(by, dice, round * 100 + n).catch(() => undefined));
        if (dice.chance(0.1)) await new Promise(setImmediate);
      }
      await Promise.all(all);
      share = 0;
      clock.move(dice.pick([10, 3_000, 70_000]));
      for (const one of other === null ? [gate] : [gate, other.gate]) await reopened(one, clock);
      const { size } = gate.world(TENANT);
      const entries = (await entriesOf(store)).slice(0, size);
      assert.equal(imageOf(gate.world(TENANT)), imageOf(entries.reduce(fold, emptyWorld())), `seed ${String(seed)}, round ${String(round)}`);
    }
    assert.ok(failed > 0 && held.length > 5);
    for (const { world, image } of held) assert.equal(imageOf(world), image, `seed ${String(seed)}`);
    if (other !== null) await other.gate.close();
    await gate.close();
    await sqlite.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
