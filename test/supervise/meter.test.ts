import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitFault } from '../../src/supervise/limits.ts';
import { createMeter } from '../../src/supervise/meter.ts';
import { readReport } from '../../src/supervise/report.ts';
import { rollingSum } from '../../src/supervise/rolling-sum.ts';
import { tripText } from '../../src/supervise/trip.ts';
import { TRIP_CODES } from '../../src/kernel/words/runs.ts';
import { fc } from '../random.ts';

test('[RUN-10] each limit trips when it is passed, never when it is reached, with what was measured', () => {
  const cases = [
    [{ maxTokensPerMinute: 100 }, { tokens: 100 }, { tokens: 1 }, { code: 'TOKEN_BURN_RATE_EXCEEDED', detail: { tokensPerMinute: 101, limit: 100 } }],
    [{ maxApiCallsPerMinute: 1 }, { call: 'a' }, { call: 'b' }, { code: 'API_CALL_RATE_EXCEEDED', detail: { callsPerMinute: 2, limit: 1 } }],
    [
      { maxRepeatedActions: 1 },
      { action: 'x' },
      { action: 'x' },
      { code: 'REPETITIVE_LOOP_DETECTED', detail: { signature: 'x', count: 2, limit: 1, windowMs: 60_000 } },
    ],
    [{ maxCostUsd: 0.5 }, { costUsd: 0.5 }, { costUsd: 0.25 }, { code: 'COST_EXCEEDED', detail: { usd: 0.75, limit: 0.5 } }],
    [{ maxSteps: 2 }, { steps: 2 }, { steps: 1 }, { code: 'STEPS_EXCEEDED', detail: { steps: 3, limit: 2 } }],
  ] as const;
  for (const [limits, reached, passes, trip] of cases) {
    const meter = createMeter(limits);
    assert.equal(meter.use(reached, 1_000), null, JSON.stringify(limits));
    assert.deepEqual(meter.use(passes, 1_001), trip);
    assert.equal(createMeter({}).use({ ...reached, ...passes }, 0), null);
  }
  assert.deepEqual(createMeter({ maxMemoryBytes: 10 }).sample({ bytes: 11, processes: 1 }), {
    code: 'MEMORY_EXCEEDED',
    detail: { bytes: 11, limit: 10 },
  });
  assert.deepEqual(createMeter({ maxProcesses: 1 }).sample({ bytes: 11, processes: 2 }), {
    code: 'PROCESSES_EXCEEDED',
    detail: { processes: 2, limit: 1 },
  });
  assert.equal(createMeter({ maxProcesses: 2, maxMemoryBytes: 11 }).sample({ bytes: 11, processes: 2 }), null);
  assert.deepEqual(createMeter({ maxWallTimeMs: 5 }).elapsed(6), { code: 'WALL_TIME_EXCEEDED', detail: { ms: 6, limit: 5 } });
});

test('[RUN-28] a tool with a limit of its own trips when it is called more often, and no other tool counts for it', () => {
  const meter = createMeter({ maxToolCallsPerMinute: { send_email: 2, __proto__x: 1 } });
  for (const call of ['send_email', 'read', 'read', 'read', 'send_email', 'constructor', 'send_email '])
    assert.equal(meter.use({ call, tokens: 5 }, 0), null, call);
  assert.deepEqual(meter.use({ call: 'send_email' }, 1), {
    code: 'TOOL_RATE_EXCEEDED',
    detail: { tool: 'send_email', callsPerMinute: 3, limit: 2 },
  });
  assert.equal(meter.use({ call: 'send_email' }, 61_000), null);
  for (const wrong of [5, null, [], {}, { a: 0 }, { a: -1 }, { a: 1.5 }, { a: '5' }, { '': 5 }, { ['x'.repeat(513)]: 5 }])
    assert.equal(limitFault({ maxToolCallsPerMinute: wrong })?.name, 'maxToolCallsPerMinute', JSON.stringify(wrong));
  assert.equal(limitFault({ maxToolCallsPerMinute: { 'mcp:send': 1 } }), null);
});

test('[RUN-10] what is older than the window no longer counts, and other actions in between are no repetition', () => {
  const meter = createMeter({ maxTokensPerMinute: 100, maxRepeatedActions: 2, repeatedActionWindowMs: 1_000 });
  assert.equal(meter.use({ tokens: 100, action: 'x' }, 0), null);
  assert.equal(meter.use({ tokens: 100, action: 'x' }, 60_200), null);
  const loops = createMeter({ maxRepeatedActions: 2, repeatedActionWindowMs: 1_000 });
  for (const [action, at] of [
    ['x', 0],
    ['x', 900],
    ['y', 950],
    ['y', 960],
    ['x', 1_950],
  ] as const)
    assert.equal(loops.use({ action }, at), null, `${action} at ${String(at)}`);
  assert.equal(loops.use({ action: 'x' }, 1_960), null);
  assert.equal(loops.use({ action: 'x' }, 1_970)?.code, 'REPETITIVE_LOOP_DETECTED');
});

test('[RUN-10] a sum over a window is what a slow count finds, give or take one six-hundredth of it', () => {
  const event = fc.tuple(fc.nat(1_000), fc.nat(30_000));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const sum = rollingSum(60_000);
      let at = 0;
      const seen: (readonly [number, number])[] = [];
      for (const [amount, step] of events) {
        at += step;
        seen.push([amount, at]);
        const total = sum.add(amount, at);
        const within = (window: number): number => seen.filter(([, when]) => at - when <= window).reduce((all, [one]) => all + one, 0);
        assert.ok(total >= within(59_999) && total <= within(60_200), `${String(total)} of ${String(within(60_000))}`);
      }
    }),
  );
});

test('[RUN-10] a flood of new actions costs no more than its bound and hides no loop that goes on', () => {
  const meter = createMeter({ maxRepeatedActions: 3 });
  for (let at = 0; at < 300_000; at++) assert.equal(meter.use({ action: `new ${String(at)}` }, at / 1_000), null);
  for (let at = 0; at < 3; at++) assert.equal(meter.use({ action: 'same' }, 400), null);
  assert.equal(meter.use({ action: 'same' }, 400)?.code, 'REPETITIVE_LOOP_DETECTED');
});

test('[RUN-11] a report that is negative, not a number, unknown or empty is refused', () => {
  for (const [body, says] of [
    [{ tokens: -1 }, /whole number/],
    [{ tokens: 1.5 }, /whole number/],
    [{ tokens: Number.NaN }, /whole number/],
    [{ tokens: '5' }, /whole number/],
    [{ tokens: 1e12 }, /whole number/],
    [{ steps: -1 }, /whole number/],
    [{ costUsd: -0.01 }, /number from 0/],
    [{ costUsd: Infinity }, /number from 0/],
    [{ costUsd: null }, /number from 0/],
    [{ call: '' }, /text of 1/],
    [{ call: 'a'.repeat(513) }, /text of 1/],
    [{ action: 7 }, /text of 1/],
    [{ token: 5 }, /`token` is not part of a report/],
    [{ __proto__x: 5 }, /not part/],
    [{}, /says nothing/],
    [[], /JSON object/],
    [null, /JSON object/],
    ['5', /JSON object/],
  ] as const) {
    const read = readReport(body as never);
    assert.match('fault' in read ? read.fault : 'taken', says, JSON.stringify(body));
  }
  assert.deepEqual(readReport({ tokens: 0, steps: 2, costUsd: 0.25, call: 'a', action: 'b' }), {
    use: { tokens: 0, steps: 2, costUsd: 0.25, call: 'a', action: 'b' },
  });
});

test('[RUN-9] a limit that is none is an error, never no limit', () => {
  for (const [limits, name] of [
    [{ maxTokensPerMinute: 0 }, 'maxTokensPerMinute'],
    [{ maxTokensPerMinute: -5 }, 'maxTokensPerMinute'],
    [{ maxTokensPerMinute: Number.NaN }, 'maxTokensPerMinute'],
    [{ maxTokensPerMinute: Infinity }, 'maxTokensPerMinute'],
    [{ maxSteps: 1.5 }, 'maxSteps'],
    [{ maxSteps: '5' }, 'maxSteps'],
    [{ maxTokens: 5 }, 'maxTokens'],
    [{ repeatedActionWindowMs: 90_000_000 }, 'repeatedActionWindowMs'],
  ] as const)
    assert.equal(limitFault(limits)?.name, name);
  assert.equal(limitFault({ maxCostUsd: 0.5, maxSteps: undefined, maxWallTimeMs: 5 }), null);
});

test('[RUN-10] every trip has a sentence that holds what was measured', () => {
  const detail = {
    tokensPerMinute: 7,
    callsPerMinute: 7,
    signature: 'x',
    count: 7,
    windowMs: 7_000,
    usd: 7,
    steps: 7,
    ms: 7_000,
    bytes: 7_340_032,
    processes: 7,
    reason: '7',
    message: '7',
    limit: 3,
  };
  for (const code of TRIP_CODES) assert.match(tripText({ code, detail }), /7/, code);
});
