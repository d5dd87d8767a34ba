import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from '../daemon.ts';
import type { Running } from '../daemon.ts';
import { lineClient } from './line-client.ts';

const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: asking }
default: allow
agents:
  bot: { allow: [look], review: [pay] }
`;

async function asking(aegis: Running): Promise<void> {
  const { status, text } = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(status, 200, text);
}

/** The one approval that waits, as soon as it does. */
async function pending(aegis: Running): Promise<string> {
  for (;;) {
    const { body } = await aegis.ask('GET', '/v1/approvals', { key: aegis.admin });
    const [first] = body['approvals'] as { approval: string }[];
    if (first !== undefined) return first.approval;
  }
}

test('[DOOR-15] a request that waits for a person is answered when they decided, and others are answered meanwhile', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, await aegis.agent('bot'));
  await asking(aegis);
  const waiting = client.send('POST', '/v1/actions?wait=60000', { id: 'p1', session: 's1', name: 'pay', args: { to: 'ada' } });
  const approval = await pending(aegis);
  const look = await client.ask('POST', '/v1/actions', { session: 's1', name: 'look', args: {} });
  assert.equal(look.body['effect'], 'allow');
  assert.deepEqual(client.heard, [], 'the other still waits');
  const granted = await aegis.ask('POST', `/v1/approvals/${approval}/grant`, { key: aegis.admin, body: {} });
  assert.equal(granted.status, 200, granted.text);
  const answer = await client.answer(waiting);
  assert.deepEqual([answer.status, answer.body['effect'], answer.body['action']], [200, 'allow', 'p1']);
});

test('[DOOR-15] a cancelled request ends its waiting and is still answered once; what was asked stays asked', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, await aegis.agent('bot'));
  await asking(aegis);
  const waiting = client.send('POST', '/v1/actions?wait=600000', { id: 'p1', session: 's1', name: 'pay', args: { to: 'ada' } });
  const approval = await pending(aegis);
  client.raw(`{"cancel":${String(waiting)}}\n{"cancel":${String(waiting)}}\n{"cancel":424242}\n`);
  const answer = await client.answer(waiting);
  assert.deepEqual([answer.status, answer.body['effect']], [200, 'ask']);
  assert.equal(await pending(aegis), approval);
  // A request that is cancelled in the same breath waits for nobody either.
  client.raw(
    `${JSON.stringify({ id: 900, method: 'POST', path: '/v1/actions?wait=600000', body: { id: 'p2', session: 's1', name: 'pay', args: { to: 'bob' } } })}\n{"cancel":900}\n`,
  );
  assert.equal((await client.answer(900)).body['effect'], 'ask');
  assert.deepEqual(client.heard, []);
});

test('[DOOR-11, DOOR-15] a client that leaves while it waits leaves nothing behind: the same question is asked again and answered', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  await asking(aegis);
  const body = { id: 'p1', session: 's1', name: 'pay', args: { to: 'ada' } };
  const first = await lineClient(context, aegis, key);
  first.send('POST', '/v1/actions?wait=600000', body);
  const approval = await pending(aegis);
  first.socket.destroy();
  const second = await lineClient(context, aegis, key);
  const waiting = second.send('POST', '/v1/actions?wait=600000', body);
  const refused = await aegis.ask('POST', `/v1/approvals/${approval}/refuse`, { key: aegis.admin, body: { reason: 'no' } });
  assert.equal(refused.status, 200, refused.text);
  assert.equal((await second.answer(waiting)).body['effect'], 'deny');
});
