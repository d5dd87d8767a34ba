import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/kernel/entry.ts';
import { AgentsView } from '../../src/views/agents.ts';
import { exhaustedAt, PaceView } from '../../src/views/pace.ts';
import { createFollower } from '../../src/views/follower.ts';
import { SessionsView } from '../../src/views/sessions.ts';
import { TenantViews } from '../../src/views/views.ts';
import { createViews } from '../../src/views/views.ts';
import { DEFAULT_TENANT } from '../../src/kernel/ids.ts';
import { proposal, sampleGate, TENANT } from '../gate/sample-gate.ts';
import { entriesOf } from '../gate/entries.ts';
import { decided, entry, settled, START } from './entries.ts';

const NONE = { charge: null, row: null };

function views(entries: Iterable<Entry>): TenantViews {
  const made = new TenantViews();
  for (const one of entries) made.fold(one);
  return made;
}

test('[VIEW-8] agents and sessions are counted with what they cost, and paged by a cursor', () => {
  const made = views([
    entry({ index: 0, type: 'session-opened', agent: 'bot', session: 's1', body: { salt: '', parent: 's0' } }),
    decided({ index: 1, action: 'a', reserved: 5 }),
    settled({ index: 2, action: 'a', usage: { usdMicros: 40, tokens: 7 } }),
    decided({ index: 3, effect: 'deny', door: 'mcp' }),
    decided({ index: 4, effect: 'ask', agent: 'Zoë', session: 's2' }),
    entry({ index: 5, type: 'canary-answered', agent: 'Zoë', body: { protection: 'unprotected' } }),
    entry({ index: 6, type: 'session-closed', agent: 'bot', session: 's1', body: { reason: 'r' } }),
  ]);
  const { agents, next } = made.agents.page({ limit: 1 });
  assert.deepEqual([agents.map(({ agent }) => agent), next], [['Zoë'], 'Zoë']);
  const [bot] = made.agents.page({ limit: 1, after: next }).agents;
  assert.deepEqual(
    { ...bot, integrations: bot?.integrations.map(({ name }) => name) },
    {
      agent: 'bot',
      firstSeen: START,
      lastSeen: START + 6_000,
      actions: 2,
      effects: { allow: 1, deny: 1, modify: 0, ask: 0, defer: 0 },
      sessions: 1,
      usdMicros: 40,
      tokens: 7,
      integrations: ['http', 'mcp'],
    },
  );
  assert.equal(made.agents.page({ limit: 9, q: 'ZO' }).agents[0]?.protection, 'unprotected');
  const { sessions } = made.sessions.page({ limit: 9 });
  assert.deepEqual(
    sessions.map(({ session, closed, actions, denied, asked, usdMicros, parent }) => [session, closed, actions, denied, asked, usdMicros, parent]),
    [
      ['s1', true, 2, 1, 0, 40, 's0'],
      ['s2', false, 1, 0, 1, 0, undefined],
    ],
  );
  assert.deepEqual(made.sessions.page({ limit: 9, agent: 'Zoë' }).sessions.length, 1);
  const first = made.sessions.page({ limit: 1 });
  assert.equal(made.sessions.page({ limit: 1, before: first.next }).sessions[0]?.session, 's2');
  assert.deepEqual(
    [made.agents.page({ agent: 'bot', limit: 1 }).agents.map(({ agent }) => agent), made.agents.page({ agent: 'bo', limit: 1 }).agents],
    [['bot'], []],
  );
});

test('[VIEW-8] an approval shows who decided what and how it went on; with a quorum the first vote decides nothing', () => {
  const granted = (index: number, by: string): Entry =>
    entry({ index, type: 'approval-granted', body: { approval: 'ap-0', by, channel: 'api', reason: 'fine' } });
  const asked = decided({ index: 0, effect: 'ask', risk: 'HIGH' });
  (asked.body as unknown as { decision: { ask: { quorum: number } } }).decision.ask.quorum = 2;
  const made = views([asked, decided({ index: 1, effect: 'ask' }), granted(2, 'olga')]);
  assert.equal(made.approvals.page({ limit: 9, status: 'pending' }).approvals.length, 2);
  made.fold(granted(3, 'otto'));
  made.fold(entry({ index: 4, type: 'approval-consumed', body: { approval: 'ap-0', action: 'a-0' } }));
  made.fold(entry({ index: 5, type: 'approval-expired', body: { approval: 'ap-1' } }));
  made.fold(entry({ index: 6, type: 'approval-refused', body: { approval: 'ap-gone', by: 'olga', channel: 'api', reason: '' } }));
  const { approvals, next } = made.approvals.page({ limit: 1 });
  assert.deepEqual([approvals[0]?.status, next], ['expired', 1]);
  const [first] = made.approvals.page({ limit: 1, before: next }).approvals;
  assert.deepEqual(
    [first?.status, first?.decidedAt, first?.by.map(({ operator }) => operator), first?.risk],
    ['consumed', START + 3_000, ['olga', 'otto'], 'HIGH'],
  );
});

test('[VIEW-8] reasons, timeline and spend are sums of their stretch of time', () => {
  const hour = 3_600_000;
  const at = Math.floor(START / 86_400_000) * 86_400_000 + 10 * hour;
  const made = views([
    decided({ index: 0, at, effect: 'deny', codes: ['FINDING'] }),
    decided({ index: 1, at: at + 1, effect: 'deny', codes: ['FINDING', 'HALTED'] }),
    decided({ index: 2, at: at + hour, action: 'm', model: 'gpt-x', reserved: 9 }),
    settled({ index: 3, at: at + hour, action: 'm', usage: { usdMicros: 30, tokens: 100 } }),
    settled({ index: 4, at: at + 24 * hour, action: 'later', usage: { usdMicros: 5 } }),
  ]);
  assert.deepEqual(
    made.reasons.read(at, at + 2 * hour).map(({ code, effect, count }) => [code, effect, count]),
    [
      ['FINDING', 'deny', 2],
      ['DEFAULT', 'allow', 1],
    ],
  );
  assert.deepEqual(made.reasons.read(at + 2 * hour, at + 3 * hour), []);
  assert.deepEqual(
    made.timeline.read(hour, at, at + 2 * hour).map(({ at: start, deny, allow, usdMicros }) => [start - at, deny, allow, usdMicros]),
    [
      [0, 2, 0, 0],
      [hour, 0, 1, 30],
    ],
  );
  assert.equal(made.timeline.read(60_000, at, at + 60_000)[0]?.deny, 2);
  const spend = made.spend.read(at, at + 25 * hour);
  assert.deepEqual(spend.total, { usdMicros: 35, tokens: 100 });
  assert.deepEqual(spend.byModel, [
    { model: 'gpt-x', usdMicros: 30, tokens: 100 },
    { model: '', usdMicros: 5, tokens: 0 },
  ]);
  assert.deepEqual(
    spend.byTool.map(({ tool, usdMicros }) => [tool, usdMicros]),
    [['', 35]],
    'a model’s cost is no tool’s, and of a settlement whose decision nobody knows none is named',
  );
  const paid = views([
    decided({ index: 0, at, action: 'p', name: 'pay', reserved: 40 }),
    settled({ index: 1, at, action: 'p', usage: { usdMicros: 40 } }),
  ]);
  assert.deepEqual(paid.spend.read(at, at + hour).byTool, [{ tool: 'pay', usdMicros: 40, tokens: 0 }]);
  assert.deepEqual([spend.byDay.length, made.spend.read(at + 24 * hour, at + 25 * hour).total.usdMicros], [2, 5]);
});

test('[SPEND-13] the pace is what was spent in the last hour, or since the first of it, and the end is told where it comes before the reset', () => {
  const minute = 60_000;
  const at = Math.floor(START / 3_600_000) * 3_600_000;
  const pace = new PaceView();
  const charge = (agent: string, when: number, usdMicros: number): void =>
    pace.fold(decided({ index: 0, at: when }), { row: null, charge: { agent, session: 's', model: '', tool: '', usdMicros, tokens: 0 } });
  charge('a', at, 300);
  assert.equal(pace.of('a', 'usdMicros', at) * minute, 60, 'five minutes at least');
  charge('a', at + 20 * minute, 300);
  charge('b', at + 20 * minute, 900);
  assert.equal(pace.of('a', 'usdMicros', at + 30 * minute) * minute, 20);
  assert.equal(pace.of(() => true, 'usdMicros', at + 30 * minute) * minute, 50);
  assert.deepEqual([pace.of('a', 'tokens', at + 30 * minute), pace.of('c', 'usdMicros', at + 30 * minute)], [0, 0]);
  assert.equal(pace.of('a', 'usdMicros', at + 26 * 60 * minute), 0, 'an hour later nothing of it counts');
  const perMinute = 20 / minute;
  assert.equal(exhaustedAt({ left: 100, pace: perMinute, at }), at + 5 * minute);
  assert.equal(exhaustedAt({ left: 100, pace: perMinute, at, resetsAt: at + 6 * minute }), at + 5 * minute);
  assert.equal(exhaustedAt({ left: 100, pace: perMinute, at, resetsAt: at + 5 * minute }), null);
  assert.equal(exhaustedAt({ left: 100, pace: 0, at }), null);
  assert.equal(exhaustedAt({ left: 0, pace: 0, at, resetsAt: at + minute }), at);
});

test('[VIEW-6] views are bounded: what was idle longest makes room', () => {
  const [agents, sessions] = [new AgentsView(64), new SessionsView(64)];
  for (let index = 0; index < 1_000; index++) {
    const one = decided({ index, agent: `agent-${String(index)}`, session: `s-${String(index)}` });
    agents.fold(one, NONE);
    sessions.fold(one, NONE);
    assert.ok(agents.size <= 64 && sessions.size <= 64);
  }
  assert.equal(sessions.page({ limit: 1 }).sessions[0]?.session, 's-999');
  assert.equal(agents.page({ limit: 500, q: 'agent-999' }).agents.length, 1);
});

test('[VIEW-6] a view follows the log by a cursor, is the same when it is made again, and holds nothing that is sealed', async () => {
  const {
    gate,
    deps: { store },
  } = await sampleGate();
  const follow = createViews(store);
  for (const name of ['one', 'two', 'three']) {
    await gate.admit(proposal({ session: `s-${name}`, args: { text: `secret of ${name}` } }));
    const { views: seen, asOf } = await follow.of(TENANT);
    assert.equal(asOf, (await store.head(TENANT)).size);
    assert.equal(seen.sessions.page({ limit: 9 }).sessions[0]?.session, `s-${name}`);
  }
  const again = views(await entriesOf(store));
  const { views: seen } = await follow.of(TENANT);
  const turn = (): Promise<void> => Promise.resolve();
  assert.deepEqual(await seen.actions.page({}, 9, turn), await again.actions.page({}, 9, turn));
  assert.deepEqual(seen.agents.page({ limit: 9 }), again.agents.page({ limit: 9 }));
  assert.doesNotMatch(JSON.stringify(await seen.actions.page({}, 9, turn)), /secret of/);
});

test('[VIEW-6] a long log is answered for before all of it is read, and a failed reading is tried again', async () => {
  let fails = true;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const store = {
    read: async () => {
      await held;
      if (fails) throw new Error('the disk is gone');
      return [];
    },
  };
  const follow = createViews(store, 0);
  assert.equal((await follow.of(DEFAULT_TENANT)).asOf, 0);
  release();
  const follower = createFollower(store, DEFAULT_TENANT, new TenantViews());
  await assert.rejects(follower.catchUp(), /the disk is gone/);
  fails = false;
  await follower.catchUp();
  assert.equal(follower.size, 0);
});
