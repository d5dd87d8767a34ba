import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGate } from '../../src/gate/create-gate.ts';
import { logTime } from '../../src/gate/queue/log-time.ts';
import type { Gate } from '../../src/gate/gate.ts';
import type { ApprovalId } from '../../src/kernel/ids.ts';
import { fc } from '../random.ts';
import { entriesOf, ofType } from './entries.ts';
import { dependencies, document, id, OPERATOR, proposal, sampleGate, START, TENANT } from './sample-gate.ts';
import type { HandClock, SampleGate } from './sample-gate.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const POLICY = document({
  agents: { a1: { review: ['pay'], allow: ['*'] } },
  approvals: { timeoutMs: 60_000 },
  rates: [{ scope: 'agent', tool: 'often', perMinute: 1 }],
  budgets: [{ scope: 'agent', period: 'hour', toolCalls: 6 }],
});

/** What a wall clock may do while `ms` go by. */
const WALLS: Readonly<Record<string, (clock: HandClock, ms: number) => void>> = {
  'stands still': (clock, ms) => clock.pass(ms),
  'jumps back an hour': (clock, ms) => {
    clock.set(clock.now() - HOUR);
    clock.pass(ms);
  },
  'jumps back a year': (clock, ms) => {
    clock.set(clock.now() - YEAR);
    clock.move(ms);
  },
  'goes forward a year and back': (clock, ms) => {
    clock.set(clock.now() + YEAR);
    clock.set(clock.now() - YEAR);
    clock.pass(ms);
  },
  'goes on': (clock, ms) => clock.move(ms),
};

async function again({ clock, deps }: SampleGate): Promise<Gate> {
  const { hand: _hand, ...rest } = dependencies({ ...deps, hand: clock, policy: POLICY });
  return createGate({ ...rest, store: deps.store });
}

async function asked(gate: Gate, name = 'p1'): Promise<ApprovalId> {
  const decision = await gate.admit(proposal({ id: name, name: 'pay' }));
  assert.equal(decision.effect, 'ask');
  return (decision as { ask: { approval: ApprovalId } }).ask.approval;
}

for (const [wall, pass] of Object.entries(WALLS)) {
  test(`[GATE-25] approvals, remembered grants, locks, rates and periods end while the wall clock ${wall}`, async () => {
    const made = await sampleGate({ policy: POLICY });
    const { gate, clock } = made;
    const effect = async (part: Parameters<typeof proposal>[0]): Promise<string> => (await gate.admit(proposal(part))).effect;
    const first = await asked(gate);
    await gate.grant(TENANT, first, OPERATOR, { reason: 'ok', channel: 'test', remember: { uses: 5, ttlMs: 30_000, exactArgs: false } });
    const second = await gate.admit(proposal({ id: 'p2', name: 'pay', args: { other: 1 } }));
    assert.equal(second.effect, 'allow', 'remembered');
    const lock = { resource: 'file:/x', slots: 1, ttlMs: 20_000 };
    assert.equal(await effect({ name: 'edit', resource: lock }), 'allow');
    assert.equal(await effect({ name: 'edit', resource: lock, session: 's2' }), 'defer');
    assert.equal(await effect({ name: 'often', id: 'o1' }), 'allow');
    assert.equal(await effect({ name: 'often', id: 'o2' }), 'defer');
    const held = await (async () => {
      pass(clock, 31_000);
      const approval = await asked(gate, 'p3');
      return { approval, waits: gate.wait({ tenant: TENANT, agent: id('a1'), action: id('p3') }, 600_000) };
    })();
    assert.equal(await effect({ name: 'edit', resource: lock, session: 's2' }), 'allow', 'the lock');
    pass(clock, 61_000);
    assert.equal((await held.waits).effect, 'deny');
    assert.equal(gate.world(TENANT).approvals.get(held.approval)?.status, 'expired');
    assert.equal(await effect({ name: 'often', id: 'o3' }), 'allow', 'the rate');
    for (const call of ['b1', 'b2', 'b3']) await effect({ id: call });
    assert.equal(await effect({ id: 'b4' }), 'deny', 'the budget of the hour');
    pass(clock, HOUR);
    assert.equal(await effect({ id: 'b5' }), 'allow', 'the period');
    await gate.close();
  });

  test(`[GATE-25] what waits over a restart expires while the wall clock ${wall}`, async () => {
    const made = await sampleGate({ policy: POLICY });
    const approval = await asked(made.gate);
    await made.gate.close();
    pass(made.clock, 10);
    const second = await again(made);
    const waits = second.wait({ tenant: TENANT, agent: id('a1'), action: id('p1') }, 600_000);
    pass(made.clock, 60_000);
    assert.equal((await waits).effect, 'deny');
    assert.equal(second.world(TENANT).approvals.get(approval)?.status, 'expired');
    await second.close();
  });
}

test('[GATE-25] a clock that was a year ahead leaves the log ahead, going on at its own pace, and each start says so once', async () => {
  const made = await sampleGate({ policy: POLICY });
  made.clock.set(START + YEAR);
  await made.gate.admit(proposal({ id: 'ahead' }));
  made.clock.set(START);
  for (const call of ['x1', 'x2']) {
    made.clock.move(5_000);
    await made.gate.admit(proposal({ id: call }));
  }
  assert.equal(made.gate.now(TENANT), START + YEAR + 10_000);
  await made.gate.close();
  const second = await again(made);
  made.clock.move(1_000);
  await second.admit(proposal({ id: 'x3' }));
  assert.equal(second.world(TENANT).at, START + YEAR + 11_000);
  const said = (await ofType(made.deps.store, 'clock-regressed')).map(({ body }) => body.byMs);
  assert.deepEqual(said, [YEAR, YEAR]);
  await second.close();
});

test('[GATE-25] parts of milliseconds add up: the log goes as fast as the monotonic clock, however often it is written', () => {
  let run = 0.3;
  const time = logTime({ now: () => START, monotonic: () => run }, START);
  for (let n = 0; n < 10_000; n++) {
    run += 0.4;
    time.wrote(time.now());
  }
  assert.ok(Math.abs(time.now() - START - 4_000) <= 1);
});

test('[GATE-25] whatever both clocks do, over restarts too, times in the log go forward by no less than what went by', async () => {
  const step = fc.record({
    wall: fc.oneof(fc.constant(0), fc.integer({ min: -YEAR, max: YEAR }), fc.integer({ min: -2_000, max: 2_000 })),
    pass: fc.integer({ min: 0, max: 120_000 }),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const made = await sampleGate({ policy: document() });
      let { gate } = made;
      let last = gate.world(TENANT).at;
      for (const [n, { wall, pass, restart }] of steps.entries()) {
        if (restart) {
          await gate.close();
          gate = await again(made);
          last = gate.world(TENANT).at;
        }
        made.clock.set(made.clock.now() + wall);
        made.clock.pass(pass);
        await gate.admit(proposal({ id: `c${String(n)}` }));
        const { at } = gate.world(TENANT);
        assert.ok(at >= last + pass && at >= made.clock.now(), `${String(at)} after ${String(last)} and ${String(pass)}`);
        last = at;
      }
      const times = (await entriesOf(made.deps.store)).map(({ at }) => at);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      await gate.close();
    }),
    { numRuns: 40 },
  );
});
