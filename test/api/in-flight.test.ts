import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

interface Row {
  readonly action: string;
  readonly agent: string;
  readonly session: string;
  readonly name: string;
  readonly index: number;
  readonly at: number;
  readonly ageMs: number;
}

interface List {
  readonly count: number;
  readonly actions: readonly Row[];
  readonly next?: number;
}

const POLICY =
  'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nloops: off\nautoHalt: off\nagents:\n  a: { allow: ["*"], review: [pay], block: [drop] }\n';

async function place(context: Parameters<typeof running>[0]) {
  const aegis = await running(context);
  const keys: Readonly<Record<string, string>> = { a: await aegis.agent('a'), b: await aegis.agent('b') };
  const activated = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(activated.status, 200, activated.text);
  const act = async (agent: string, session: string, id: string, name = 'look'): Promise<void> => {
    const answer = await aegis.ask('POST', '/v1/actions', { key: keys[agent] ?? '', body: { id, session, name, args: { id } } });
    assert.ok(answer.status === 200 || answer.status === 202, answer.text);
  };
  const settle = async (agent: string, id: string, status = 'succeeded'): Promise<void> => {
    const answer = await aegis.ask('POST', `/v1/actions/${id}/outcome`, { key: keys[agent] ?? '', body: { status } });
    assert.equal(answer.status, 200, answer.text);
  };
  return { aegis, keys, act, settle };
}

async function list(aegis: Running, query = '', key = aegis.admin): Promise<List> {
  const answer = await aegis.ask('GET', `/v1/actions?state=unsettled${query}`, { key });
  assert.equal(answer.status, 200, answer.text);
  return answer.body as unknown as List;
}

const ids = ({ actions }: List): readonly string[] => actions.map(({ action }) => action);

test('[GATE-33] what was allowed and has no outcome is listed with its age, by agent and session, through restarts', async (context) => {
  const { aegis, keys, act, settle } = await place(context);
  assert.deepEqual(await list(aegis), { count: 0, actions: [] });
  await act('a', 's1', 'one');
  await act('a', 's2', 'two');
  await act('b', 's3', 'three', 'send_mail');
  await act('a', 's1', 'denied', 'drop');
  await act('a', 's1', 'asked', 'pay');
  await act('a', 's1', 'four');
  await settle('a', 'two');
  await settle('a', 'four', 'unknown');
  for (let again = 0; again < 2; again++) {
    const all = await list(aegis);
    assert.deepEqual([all.count, ids(all)], [2, ['three', 'one']]);
    const [first] = all.actions;
    assert.deepEqual([first?.agent, first?.session, first?.name], ['b', 's3', 'send_mail']);
    assert.ok(first !== undefined && first.ageMs >= 0 && first.ageMs < 600_000);
    assert.deepEqual(ids(await list(aegis, '&agent=a')), ['one']);
    assert.deepEqual(ids(await list(aegis, '&session=s3')), ['three']);
    assert.deepEqual(ids(await list(aegis, '&agent=a&session=s3')), []);
    assert.deepEqual(ids(await list(aegis, '', keys['a'])), ['one'], 'an agent sees its own');
    assert.deepEqual(ids(await list(aegis, '&agent=b', keys['a'])), ['one']);
    await aegis.restart();
  }
  // What a person grants is in flight once it is released.
  const { approvals } = (await aegis.ask('GET', '/v1/approvals', { key: aegis.admin })).body as { approvals: readonly { approval: string }[] };
  const granted = await aegis.ask('POST', `/v1/approvals/${approvals[0]?.approval ?? ''}/grant`, { key: aegis.admin, body: { reason: 'yes' } });
  assert.equal(granted.status, 200, granted.text);
  assert.deepEqual(ids(await list(aegis)), ['asked', 'three', 'one']);
  for (const [agent, id] of [
    ['a', 'asked'],
    ['b', 'three'],
    ['a', 'one'],
  ] as const)
    await settle(agent, id);
  assert.deepEqual(await list(aegis), { count: 0, actions: [] });
});

test('[GATE-33] two agents with one action id in sessions of one name are two actions in flight', async (context) => {
  const { aegis, act, settle } = await place(context);
  await act('a', 'shared', 'one');
  await act('b', 'shared', 'one');
  for (let again = 0; again < 2; again++) {
    const both = await list(aegis, '&session=shared');
    assert.deepEqual(
      both.actions.map(({ agent, action }) => [agent, action]),
      [
        ['b', 'one'],
        ['a', 'one'],
      ],
    );
    assert.deepEqual(
      (await list(aegis, '&session=shared&agent=a')).actions.map(({ agent }) => agent),
      ['a'],
    );
    await aegis.restart();
  }
  await settle('a', 'one');
  const halted = await aegis.ask('POST', '/v1/halt', { key: aegis.admin, body: { scope: { kind: 'session', id: 'shared' }, reason: 'stop' } });
  const { inFlight } = halted.body as { inFlight: List };
  assert.deepEqual([inFlight.count, inFlight.actions[0]?.agent], [1, 'b']);
});

test('[GATE-33] the list comes in pages and takes no filter that would need a search', async (context) => {
  const { aegis, act } = await place(context);
  for (let n = 0; n < 7; n++) await act('a', 's', `n${String(n)}`);
  const seen: string[] = [];
  for (let to: number | undefined; ;) {
    const page = await list(aegis, `&limit=3${to === undefined ? '' : `&to=${String(to)}`}`);
    assert.equal(page.count, 7);
    seen.push(...ids(page));
    to = page.next;
    if (to === undefined) break;
  }
  assert.deepEqual(seen, ['n6', 'n5', 'n4', 'n3', 'n2', 'n1', 'n0']);
  for (const filter of ['effect=allow', 'from=1', 'type=action-decided', 'action=n1', 'reverse=false']) {
    const refused = await aegis.ask('GET', `/v1/actions?state=unsettled&${filter}`, { key: aegis.admin });
    assert.deepEqual([refused.status, refused.body['code']], [400, 'REQUEST_INVALID'], filter);
  }
  const unknown = await aegis.ask('GET', '/v1/actions?state=settled', { key: aegis.admin });
  assert.equal(unknown.status, 400);
});

test('[GATE-34] a halt names what was allowed before it in its scope, and so does the state of things', async (context) => {
  const { aegis, act, settle } = await place(context);
  await act('a', 's1', 'one');
  await act('a', 's2', 'two');
  await act('b', 's3', 'three');
  for (let n = 0; n < 25; n++) await act('b', 's4', `many-${String(n)}`);
  const halt = async (scope: object): Promise<{ index: number; leaf: string; inFlight: List }> => {
    const answer = await aegis.ask('POST', '/v1/halt', { key: aegis.admin, body: { scope, reason: 'stop' } });
    assert.equal(answer.status, 200, answer.text);
    return answer.body as never;
  };
  const session = await halt({ kind: 'session', id: 's2' });
  assert.deepEqual([session.inFlight.count, ids(session.inFlight)], [1, ['two']]);
  assert.ok(session.index > 0 && session.leaf.length === 64);
  const agent = await halt({ kind: 'agent', id: 'a' });
  assert.deepEqual(ids(agent.inFlight), ['two', 'one']);
  const all = await halt({ kind: 'all' });
  assert.deepEqual([all.inFlight.count, all.inFlight.actions.length, all.inFlight.actions[0]?.action], [28, 20, 'many-24']);
  const nobody = await halt({ kind: 'agent', id: 'later' });
  assert.deepEqual(nobody.inFlight, { count: 0, actions: [] });
  const { inFlight } = (await aegis.ask('GET', '/v1/stats', { key: aegis.admin })).body as { inFlight: List };
  assert.deepEqual([inFlight.count, inFlight.actions.length], [28, 20]);
  // An end that comes while everything is halted is taken.
  await settle('a', 'one', 'unknown');
  assert.deepEqual(ids((await halt({ kind: 'agent', id: 'a' })).inFlight), ['two']);
});
