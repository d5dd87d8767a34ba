import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import { codes, driver } from './driver.ts';
import type { Driver } from './driver.ts';
import { draft, micro, policy, REGISTERED, world } from './samples.ts';

const day = (usdMicros: number) => [{ scope: 'agent' as const, period: 'day' as const, usd: micro(usdMicros) }];

test('[SPEND-1] [SPEND-3] reserve, settle, refund', () => {
  const drive = driver(world(), policy({ budgets: day(10) }));
  assert.equal(drive.act({ claims: { usdMicros: 8 } }).effect, 'allow');
  assert.equal(drive.act({ claims: { usdMicros: 4 } }).effect, 'deny');
  drive.settle('x1', { usage: { usdMicros: 5 } });
  assert.equal(drive.act({ claims: { usdMicros: 5 } }).effect, 'allow');
  const ledger = drive.now.ledgers.get('agent/a1/day/2026-11-21');
  assert.deepEqual([ledger?.spent.usdMicros, ledger?.reserved.usdMicros, ledger?.spent.steps], [5, 5, 1]);
  drive.settle('x1', { usage: { usdMicros: 0 } });
  assert.equal(drive.now.ledgers.get('agent/a1/day/2026-11-21')?.spent.usdMicros, 5, 'settling twice changes nothing');
});

test('[SPEND-1] the price of named tokens is a floor under the estimate', () => {
  const models = { tiers: [{ model: 'm', tier: 3, inputUsdPerMillion: 1, outputUsdPerMillion: 4 }] };
  const decision = driver(world(), policy({ models })).act({ kind: 'model', claims: { model: 'm', tokens: 10, usdMicros: 1 } });
  assert.equal(decision.effect === 'allow' && decision.reserve.usdMicros, 40);
});

test('[SPEND-4] an unknown price denies where money is limited, and only there', () => {
  const model = { kind: 'model', claims: { model: 'new' } };
  assert.deepEqual(codes(driver(world(), policy({ budgets: day(10) })).act(model)), ['PRICE_UNKNOWN']);
  assert.equal(driver(world(), policy()).act(model).effect, 'allow');
  assert.equal(driver(world(), policy({ budgets: day(10) })).act({ kind: 'model', claims: { usdMicros: 3 } }).effect, 'allow');
});

test('[SPEND-5] [SPEND-6] overruns are charged and seen; lies about usage change nothing', () => {
  const drive = driver(world(), policy({ budgets: day(10) }));
  for (const usdMicros of [-5, Number.NaN, 1.5, Number.POSITIVE_INFINITY]) {
    const start = driver(drive.now, policy());
    start.act({ claims: { usdMicros: 2 } });
    start.settle('x1', { usage: { usdMicros } });
    assert.equal(start.now.ledgers.get('agent/a1')?.spent.usdMicros, 2);
  }
  drive.act({ claims: { usdMicros: 2 } });
  drive.settle('x1', { usage: { usdMicros: 30 } });
  assert.equal(drive.now.ledgers.get('agent/a1')?.overrun?.usdMicros, 28);
  assert.equal(drive.act({ claims: { usdMicros: 1 } }).effect, 'deny');
});

test('[SPEND-7] what is never settled stands, over the end of its session too', () => {
  const drive = driver(world(), policy({ budgets: day(10) }));
  drive.act({ claims: { usdMicros: 10 } });
  drive.append(draft('session-closed', { reason: 'r' }, { session: 's1' }));
  drive.append(draft('session-opened', { salt: 's' }, { agent: 'a1', session: 's2' }));
  assert.equal(drive.act({ session: 's2', claims: { usdMicros: 1 } }).effect, 'deny');
  drive.at += 86_400_000;
  assert.equal(drive.act({ session: 's2', claims: { usdMicros: 1 } }).effect, 'allow', 'the next UTC day is another ledger');
});

test('[SPEND-2] random histories never pass a limit but by a recorded overrun', () => {
  const step = fc.record({
    usd: fc.nat(9),
    tokens: fc.nat(50),
    settle: fc.option(fc.integer({ min: -3, max: 14 })),
    wait: fc.nat(7_200_000),
    agent: fc.nat(1),
  });
  const rules = policy({
    budgets: [
      { scope: 'agent', period: 'day', usd: micro(20) },
      { scope: 'agent', period: 'hour', usd: micro(12), tokens: 90 },
      { scope: 'tenant', usd: micro(60), toolCalls: 25 },
      { scope: 'team', period: 'month', usd: micro(40) },
    ],
  });
  const LIMITS: [string, number][] = [
    ['/day/', 20],
    ['/hour/', 12],
    ['/month/', 40],
  ];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const both = world([
        draft('agent-registered', { ...REGISTERED, team: 'g' }, { agent: 'a1' }),
        draft('agent-registered', { ...REGISTERED, team: 'g' }, { agent: 'a2' }),
        draft('session-opened', { salt: 's' }, { agent: 'a2', session: 's2' }),
      ]);
      const drive = driver(both, rules);
      for (const [i, { usd, tokens, settle, wait, agent }] of steps.entries()) {
        drive.at += wait;
        drive.act({ ...(agent === 1 ? { agent: 'a2', session: 's2' } : {}), claims: { usdMicros: usd, tokens } });
        if (settle !== null) drive.settle(`x${String(i + 1)}`, { usage: { usdMicros: settle } });
        for (const [key, ledger] of drive.now.ledgers.entries()) {
          const limit =
            key === 'tenant'
              ? 60
              : LIMITS.find(
                  ([part]) => key.includes(part) && (part !== '/day/' || key.startsWith('agent/')) && (part !== '/month/' || key.startsWith('team/')),
                )?.[1];
          if (limit === undefined || (key.includes('/hour/') && !key.startsWith('agent/'))) continue;
          assert.ok(ledger.spent.usdMicros + ledger.reserved.usdMicros <= limit + (ledger.overrun?.usdMicros ?? 0), key);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('[SPEND-8] registered and set budgets hold beside the policy’s', () => {
  const start = world([draft('agent-registered', { ...REGISTERED, sessionBudgetUsdMicros: 5 }, { agent: 'a1' })]);
  assert.equal(driver(start, policy()).act({ claims: { usdMicros: 6 } }).effect, 'deny');
  const drive = driver(world([draft('budget-set', { ledger: 'agent/a1/day', limit: { toolCalls: 1 }, reason: 'r' })]), policy());
  assert.deepEqual([drive.act({}).effect, drive.act({}).effect], ['allow', 'deny']);
  drive.at += 86_400_000;
  assert.equal(drive.act({}).effect, 'allow');
});

test('[RATE-1] [RATE-2] a limit holds over sessions and frees with time', () => {
  const rates = [{ scope: 'agent' as const, tool: '*', perMinute: 2 }];
  const drive = driver(world([draft('session-opened', { salt: 's' }, { agent: 'a1', session: 's2' })]), policy({ rates }));
  assert.deepEqual([drive.act({}).effect, drive.act({ session: 's2' }).effect], ['allow', 'allow']);
  drive.at += 30_000;
  const third = drive.act({});
  assert.ok(third.effect === 'defer' && third.defer.retryAfterMs === 30_000);
  assert.equal(drive.act({ name: 'other' }).effect, 'allow', 'each tool is counted by itself');
  drive.at += 29_999;
  assert.equal(drive.act({}).effect, 'defer');
  drive.at += 1;
  assert.equal(drive.act({}).effect, 'allow');
});

test('[RATE-2] a total limit counts all tools, and what can never fit is denied', () => {
  const rates = [{ scope: 'agent' as const, tokensPerMinute: 100 }];
  const drive = driver(world(), policy({ rates }));
  assert.equal(drive.act({ claims: { tokens: 101 } }).effect, 'deny');
  assert.equal(drive.act({ claims: { tokens: 60 } }).effect, 'allow');
  assert.equal(drive.act({ name: 'other', claims: { tokens: 60 } }).effect, 'defer');
});

test('[RATE-3] a clock that goes back frees nothing', () => {
  const drive = driver(world(), policy({ rates: [{ scope: 'tenant', tool: '*', perMinute: 1 }] }));
  drive.act({});
  drive.at -= 7_200_000;
  assert.equal(drive.act({}).effect, 'defer');
});

const loops = { identical: { max: 3, windowMs: 60_000 }, sequences: true, noProgress: 3, effect: 'deny' } as const;

test('[LOOP-1] [LOOP-3] the same call too often, until time has passed', () => {
  const drive = driver(world(), policy({ loops }));
  const same = { argsDigest: '1' };
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => drive.act(same).effect),
    ['allow', 'allow', 'allow', 'deny', 'deny'],
  );
  drive.at += 60_000;
  assert.equal(drive.act(same).effect, 'allow');
});

test('[LOOP-2] a sequence for the third time in a row; six calls of one tool with different arguments are none', () => {
  const drive = driver(world(), policy({ loops: { ...loops, identical: 'off' } }));
  const effects = ['a', 'b', 'a', 'b', 'a', 'b'].map((argsDigest) => drive.act({ argsDigest }).effect);
  assert.deepEqual(effects, ['allow', 'allow', 'allow', 'allow', 'allow', 'deny']);
  assert.equal(drive.act({ argsDigest: 'c' }).effect, 'allow');
  const poll = driver(world(), policy({ loops }));
  for (let i = 0; i < 40; i++) assert.equal(poll.act({ argsDigest: String(i) }).effect, 'allow');
  const seven = driver(world(), policy({ loops }));
  const last = Array.from({ length: 21 }, (_, i) => seven.act({ argsDigest: String(i % 7) }).effect).at(-1);
  assert.equal(last, 'deny');
});

test('[LOOP-3] the same action decided again is not its own repetition', () => {
  const drive = driver(world(), policy({ loops: { ...loops, identical: { max: 1, windowMs: 60_000 } } }));
  assert.equal(drive.act({ id: 'same' }).effect, 'allow');
  assert.equal(drive.act({ id: 'same' }).effect, 'allow');
  assert.equal(drive.act({ id: 'new' }).effect, 'deny');
});

test('[LOOP-4] no progress is the same state of the same tool again and again', () => {
  const drive = driver(world(), policy({ loops }));
  for (const n of ['1', '2', '3']) {
    assert.equal(drive.act({ argsDigest: n }).effect, 'allow');
    drive.settle(`x${n}`, n === '2' ? { stateDigest: 'z' } : { stateDigest: 'z' });
  }
  assert.equal(drive.act({ argsDigest: '4' }).effect, 'deny');
  assert.equal(drive.act({ argsDigest: '4', name: 'other' }).effect, 'allow');
});

const answered = (drive: Driver, answer: string, part: object = {}): string => {
  const { effect, action } = drive.act(part);
  drive.settle(action, { resultDigest: answer.padEnd(64, '0') });
  return effect;
};

test('[LOOP-5] the same call that answers otherwise is watching; with one answer and nothing else it is a loop', () => {
  const polls = driver(world(), policy({ loops }));
  for (let i = 0; i < 20; i++) assert.equal(answered(polls, `done ${String(i)}`, { argsDigest: 'job' }), 'allow');
  const stuck = driver(world(), policy({ loops }));
  const effects = [1, 2, 3, 4, 5].map(() => answered(stuck, 'same', { argsDigest: 'job' }));
  assert.deepEqual(effects, ['allow', 'allow', 'allow', 'deny', 'deny']);
});

test('[LOOP-5] other calls made for the first time are progress; the same ones again and failed ones are not', () => {
  const commits = driver(world(), policy({ loops }));
  for (let i = 0; i < 8; i++) {
    assert.equal(answered(commits, 'clean', { argsDigest: 'status' }), 'allow', String(i));
    assert.equal(answered(commits, 'ok', { argsDigest: `commit ${String(i)}` }), 'allow');
  }
  const failing = driver(world(), policy({ loops: { ...loops, sequences: false, noProgress: 'off' } }));
  const effects: string[] = [];
  for (let i = 0; i < 5; i++) {
    effects.push(answered(failing, 'clean', { argsDigest: 'status' }));
    const { action } = failing.act({ argsDigest: `try ${String(i)}` });
    failing.settle(action, { errorCode: 'E' });
  }
  assert.deepEqual(effects, ['allow', 'allow', 'allow', 'deny', 'deny']);
  const round = driver(world(), policy({ loops: { ...loops, sequences: false } }));
  const rounds = Array.from({ length: 12 }, (_, i) => answered(round, 'x', { argsDigest: ['a', 'b'][i % 2] }));
  assert.deepEqual(rounds.slice(-2), ['deny', 'deny']);
});

test('[LOOP-5] four times the limit with one answer is a loop whatever else was done', () => {
  const drive = driver(world(), policy({ loops: { ...loops, sequences: false } }));
  const effects = Array.from({ length: 14 }, (_, i) => {
    answered(drive, 'ok', { argsDigest: `else ${String(i)}` });
    return answered(drive, 'same', { argsDigest: 'again' });
  });
  assert.deepEqual([effects.slice(0, 12).every((one) => one === 'allow'), effects.slice(12)], [true, ['deny', 'deny']]);
});

test('[LOOP-5] a block of calls that answers otherwise each round goes on; one that does not is a loop', () => {
  for (const [moves, last] of [
    [true, 'allow'],
    [false, 'deny'],
  ] as const) {
    const drive = driver(world(), policy({ loops: { ...loops, identical: 'off' } }));
    const effects = Array.from({ length: 6 }, (_, i) =>
      answered(drive, moves ? `page ${String(i)}` : 'page', { argsDigest: ['next', 'look'][i % 2] }),
    );
    assert.equal(effects.at(-1), last);
  }
});
