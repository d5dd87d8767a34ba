import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AegisError } from '../../src/errors.ts';
import { createGate } from '../../src/gate/create-gate.ts';
import type { Outcome } from '../../src/gate/nouns.ts';
import { actionOf, sessionOf } from '../../src/kernel/owned.ts';
import { entriesOf, ofType } from './entries.ts';
import { FROZEN, historyStore } from './histories/history.ts';
import { ADMIN, dependencies, document, id, OPERATOR, proposal, register, sampleGate, TENANT } from './sample-gate.ts';

const AGENTS = ['a1', 'a2'] as const;
const ASKS = document({ agents: { a1: { review: ['pay'], allow: ['*'] }, a2: { review: ['pay'], allow: ['*'] } } });

function coded(code: string, says = ''): (error: unknown) => boolean {
  return (error) => error instanceof AegisError && error.code === code && error.message.includes(says);
}

async function two(policy = ASKS): Promise<Awaited<ReturnType<typeof sampleGate>>> {
  const made = await sampleGate({ policy });
  await register(made.gate, 'a2');
  return made;
}

function outcome(agent: string, result: string): Outcome {
  return { tenant: TENANT, agent, action: 'call-1', status: 'succeeded', usage: {}, result, source: 'tool_output', trusted: false } as never;
}

const both = <T>(run: (agent: string) => Promise<T>): Promise<readonly T[]> => Promise.all(AGENTS.map(run));

test('[DEC-22] two agents use the same ids and never meet: decisions, outcomes, taint, calls and money are each their own', async () => {
  const { gate, deps } = await two(document({ budgets: [{ scope: 'session', toolCalls: 2 }], loops: { identical: { max: 2, windowMs: 60_000 } } }));
  const decided = await both((agent) => gate.admit(proposal({ agent, id: 'call-1', args: { of: agent } })));
  assert.deepEqual(
    decided.map(({ effect }) => effect),
    ['allow', 'allow'],
  );
  const again = await both((agent) => gate.admit(proposal({ agent, id: 'call-1', args: { of: agent } })));
  assert.deepEqual(again, decided, 'one id of one agent is one decision');
  await assert.rejects(gate.admit(proposal({ agent: 'a2', id: 'call-1', args: { of: 'a1' } })), coded('IDEMPOTENCY_MISMATCH'));
  await both((agent) => gate.settle(outcome(agent, `told to ${agent} alone`)));
  const world = gate.world(TENANT);
  for (const agent of AGENTS) {
    const session = sessionOf(world, { agent: id(agent), session: id('s1') });
    assert.deepEqual([session?.agent, session?.calls.length, actionOf(world, id(agent), id('call-1'))?.settled], [agent, 1, true]);
    assert.equal(world.ledgers.get(`session/${agent}~s1`)?.spent.toolCalls, 1);
  }
  const [one, other] = AGENTS.map((agent) => sessionOf(world, { agent: id(agent), session: id('s1') }));
  assert.notEqual(one?.salt, other?.salt);
  assert.equal((await ofType(deps.store, 'session-opened')).length, 2);
  assert.equal((await gate.admit(proposal({ agent: 'a1', args: { more: 1 } }))).effect, 'allow');
  assert.equal((await gate.admit(proposal({ agent: 'a1', args: { more: 2 } }))).effect, 'deny', 'its session’s two calls are used');
  assert.equal((await gate.admit(proposal({ agent: 'a2', args: { more: 1 } }))).effect, 'allow');
  await gate.close();
});

test('[DEC-22] approvals, locks and waiting callers of one name are kept apart', async () => {
  const { gate } = await two();
  const held = AGENTS.map((agent) => gate.admit(proposal({ agent, id: 'p', name: 'pay', args: { to: agent } }), 60_000));
  const pending = await until(
    () => gate.pending(TENANT),
    (found) => found.length === 2,
  );
  const [first, second] = pending.toSorted((a, b) => (a.action.agent < b.action.agent ? -1 : 1));
  assert.equal((await gate.grant(TENANT, first?.approval ?? id(''), OPERATOR, { reason: 'ok', channel: 'test' })).effect, 'allow');
  assert.equal((await held[0])?.effect, 'allow');
  assert.equal((await gate.wait({ tenant: TENANT, agent: id('a2'), action: id('p') }, 0)).effect, 'ask');
  assert.equal((await gate.refuse(TENANT, second?.approval ?? id(''), OPERATOR, { reason: 'no', channel: 'test' })).effect, 'deny');
  assert.equal((await held[1])?.effect, 'deny');
  const resource = { resource: 'file:/x', slots: 1, ttlMs: 60_000 };
  assert.equal((await gate.admit(proposal({ agent: 'a1', id: 'lock', resource }))).effect, 'allow');
  assert.equal((await gate.admit(proposal({ agent: 'a2', id: 'lock', resource }))).effect, 'defer', 'the same id in the same session holds nothing');
  const [[, lock] = []] = gate.world(TENANT).locks.entries();
  assert.deepEqual([lock?.holders.map(({ agent }) => agent), lock?.waiting.map(({ agent }) => agent)], [['a1'], ['a2']]);
  await gate.settle({ ...outcome('a1', 'done'), action: id('lock') });
  assert.equal((await gate.admit(proposal({ agent: 'a2', id: 'lock', resource }))).effect, 'allow');
  await gate.close();
});

/** Asks again, a turn of the loop later, until the answer is the one waited for. */
async function until<T>(ask: () => Promise<T>, is: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (is(answer)) return answer;
    await new Promise(setImmediate);
  }
}

test('[GATE-38] a halt of a session’s name stops every owner’s and lists them; one is resumed by its agent’s name', async () => {
  const { gate, deps } = await two();
  await both((agent) => gate.admit(proposal({ agent })));
  const { sessions } = await gate.halt(TENANT, { kind: 'session', id: id('s1') }, 'stop', OPERATOR);
  assert.deepEqual(
    sessions,
    AGENTS.map((agent) => ({ agent, session: 's1' })),
  );
  assert.equal((await ofType(deps.store, 'agent-halted')).length, 2);
  const tried = (): Promise<readonly string[]> => both(async (agent) => (await gate.admit(proposal({ agent }))).effect);
  assert.deepEqual(await tried(), ['deny', 'deny']);
  const bare = { kind: 'session', id: id<never>('s1') } as const;
  await assert.rejects(gate.resume(TENANT, bare, 'go', OPERATOR), coded('OWNER_AMBIGUOUS', '`a1`, `a2`'));
  await gate.resume(TENANT, { ...bare, agent: id('a2') }, 'go', OPERATOR);
  assert.deepEqual(await tried(), ['deny', 'allow']);
  await gate.resume(TENANT, bare, 'go', OPERATOR);
  assert.deepEqual(await tried(), ['allow', 'allow'], 'only one was left under the name');
  await gate.halt(TENANT, { ...bare, agent: id('a1') }, 'stop', OPERATOR);
  assert.deepEqual(await tried(), ['deny', 'allow']);
  const denied = await gate.admit(proposal({ agent: 'a1' }));
  assert.deepEqual(
    [denied.reasons[0].message, denied.reasons[0].hint],
    ['Session `s1` of agent `a1` is halted: stop', 'Resume with `aegis resume session s1 --agent a1`.'],
  );
  await gate.close();
});

test('[GATE-38] an agent halts its own session of a name and nobody else’s; a name nobody has is halted for whoever opens it', async () => {
  const { gate } = await two();
  await both((agent) => gate.admit(proposal({ agent })));
  const mine = { role: 'agent', tenant: TENANT, agent: id<never>('a1') } as const;
  await gate.halt(TENANT, { kind: 'session', id: id('s1') }, 'enough', mine);
  await assert.rejects(gate.halt(TENANT, { kind: 'session', id: id('s1'), agent: id('a2') }, 'enough', mine), coded('FORBIDDEN'));
  assert.deepEqual(await both(async (agent) => (await gate.admit(proposal({ agent }))).effect), ['deny', 'allow']);
  await gate.halt(TENANT, { kind: 'session', id: id('later') }, 'never', OPERATOR);
  assert.deepEqual(await both(async (agent) => (await gate.admit(proposal({ agent, session: 'later' }))).effect), ['deny', 'deny']);
  await gate.resume(TENANT, { kind: 'session', id: id('later') }, 'go', OPERATOR);
  assert.deepEqual(await both(async (agent) => (await gate.admit(proposal({ agent, session: 'later' }))).effect), ['allow', 'allow']);
  await gate.close();
});

test('[GATE-37] people name whose session is meant where several agents have one; an agent always means its own', async () => {
  const { gate } = await two();
  await both((agent) => gate.admit(proposal({ agent })));
  const close = (named: object): Promise<unknown> => gate.closeSession(TENANT, { session: id('s1'), ...named }, 'done', OPERATOR);
  const endorse = (named: object): Promise<unknown> => gate.endorse(TENANT, { session: id('s1'), value: 'x', reason: 'ok', ...named }, OPERATOR);
  for (const act of [close, endorse]) {
    await assert.rejects(act({}), coded('OWNER_AMBIGUOUS', '`a1`, `a2`'));
    await assert.rejects(act({ agent: 'nobody' }), coded('NOT_FOUND'));
  }
  await endorse({ agent: 'a2' });
  await gate.closeSession(TENANT, { session: id('s1') }, 'mine', { role: 'agent', tenant: TENANT, agent: id('a2') });
  const closed = AGENTS.map((agent) => sessionOf(gate.world(TENANT), { agent: id(agent), session: id('s1') })?.closed);
  assert.deepEqual(closed, [false, true]);
  await gate.handOver(TENANT, { agent: id('a2'), session: id('child'), parent: id('s1'), parentAgent: id('a1') }, OPERATOR);
  const child = sessionOf(gate.world(TENANT), { agent: id('a2'), session: id('child') });
  assert.deepEqual([child?.parent, child?.parentAgent], ['s1', 'a1']);
  await gate.close();
});

test('[GATE-39] one agent’s session is erased and another’s of that name is not', async () => {
  const { gate, deps } = await two();
  await both((agent) => gate.admit(proposal({ agent, args: { secret: `of ${agent}` } })));
  await assert.rejects(gate.erase(TENANT, 'session/s1', 'asked to', ADMIN), coded('OWNER_AMBIGUOUS', '`a1`, `a2`'));
  const { erased } = await gate.erase(TENANT, 'session/a1~s1', 'asked to', ADMIN);
  assert.equal(erased, 1);
  const decided = await ofType(deps.store, 'action-decided');
  const kept = await Promise.all(decided.map(async ({ payload }) => (await deps.store.payload(TENANT, payload ?? id(''))) !== 'erased'));
  assert.deepEqual(kept, [false, true]);
  await gate.close();
});

for (const semantics of FROZEN) {
  test(`[DEC-23] [GATE-39] a store of semantics ${String(semantics)} goes on: what was open is its agent’s, and names are free for the others`, async () => {
    const store = await historyStore(semantics);
    const before = await entriesOf(store);
    const { hand, ...deps } = dependencies({ store, policy: ASKS });
    hand.set((before.at(-1)?.at ?? 0) + 1_000);
    const gate = await createGate(deps);
    const world = gate.world(TENANT);
    assert.deepEqual(
      ['s1', 's2', 's9'].map((session) => sessionOf(world, { agent: id('a1'), session: id(session) })?.agent),
      ['a1', 'a1', 'a1'],
    );
    assert.equal(sessionOf(world, { agent: id('a2'), session: id('s1') }), undefined);
    assert.ok((world.ledgers.get('session/a1~s1')?.reserved.usdMicros ?? 0) > 0, 'what was reserved under the old name is under the new one');
    assert.equal(world.ledgers.get('session/s1'), undefined);
    const known = await gate.admit(proposal({ id: 'n0', args: { n: 0 } }));
    assert.ok(known.worldIndex < before.length, 'what was decided before is not decided again');
    const mine = await gate.admit(proposal({ agent: 'a2', id: 'n0', args: { other: true } }));
    assert.deepEqual([mine.semantics, mine.worldIndex > before.length], [3, true]);
    await gate.settle({ ...outcome('a1', 'late'), action: id('n0') });
    const { erased } = await gate.erase(TENANT, 'session/a1~s1', 'asked to', ADMIN);
    assert.ok(erased > 10, `${String(erased)} payloads lay under the bare name of its first owner`);
    await gate.close();
  });
}
