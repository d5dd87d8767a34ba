import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

interface Event {
  readonly id: number;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Terms {
  readonly query?: string;
  readonly last?: number;
  readonly key?: string;
}

/** The first events of a feed. */
async function first(aegis: Running, count: number, { query = '', last, key = aegis.admin }: Terms = {}): Promise<readonly Event[]> {
  const stop = new AbortController();
  const response = await fetch(`${aegis.daemon.url}/v1/feed${query}`, {
    signal: stop.signal,
    headers: { authorization: `Bearer ${key}`, ...(last === undefined ? {} : { 'last-event-id': String(last) }) },
  });
  assert.equal(response.status, 200);
  const found: Event[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, id, name, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      if (id !== undefined && name !== undefined && data !== undefined) found.push({ id: Number(id), name, data: JSON.parse(data) as Event['data'] });
    }
    if (found.length >= count) break;
  }
  stop.abort();
  return found.slice(0, count);
}

async function worked(context: TestContext): Promise<{ aegis: Running; act: (id: string, body: object) => Promise<unknown> }> {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const act = (id: string, body: object): Promise<unknown> =>
    aegis.ask('POST', '/v1/actions', { key, body: { id, session: 's1', name: 'lookup', args: {}, ...body } });
  await act('a-1', {});
  await aegis.ask('POST', '/v1/actions/a-1/outcome', { key, body: { status: 'succeeded', usage: { tokens: 3 } } });
  await act('a-2', { name: 'run_shell', args: { command: 'rm -rf /' }, session: 's2' });
  return { aegis, act };
}

test('[VIEW-9] the feed pushes decisions as the rows of the lists, live, and resumes behind the last index seen', async (context) => {
  const { aegis, act } = await worked(context);
  const { size } = aegis.daemon.gate.world('default' as never);
  const live = first(aegis, 1, { query: `?from=${String(size)}` });
  await act('a-3', { name: 'note\n\ndata: forged' });
  const [pushed] = await live;
  const { body } = await aegis.ask('GET', '/v1/views/actions?limit=1', { key: aegis.admin });
  assert.deepEqual([pushed?.name, pushed?.data], ['action', (body['actions'] as unknown[])[0]]);
  assert.equal(pushed?.data['name'], 'note\n\ndata: forged');
  const all = (await first(aegis, 5, { query: '?from=0' })).filter(({ name }) => name !== 'policy');
  assert.deepEqual(
    all.map(({ name, data }) => [name, data['action']]),
    [
      ['action', 'a-1'],
      ['outcome', 'a-1'],
      ['action', 'a-2'],
      ['action', 'a-3'],
    ],
  );
  const [, outcome] = all;
  assert.deepEqual([outcome?.data['status'], outcome?.data['tokens'], outcome?.data['agent']], ['succeeded', 3, 'bot']);
  assert.equal((await first(aegis, 1, { last: outcome?.id ?? 0, query: '?from=0' }))[0]?.data['action'], 'a-2');
  for (const last of ['x', '-1', '1e3', '9'.repeat(40)])
    assert.equal(
      (await aegis.ask('GET', '/v1/feed', { key: aegis.admin, headers: { 'last-event-id': last } })).body['code'],
      'REQUEST_INVALID',
      last,
    );
});

test('[VIEW-9] the feed takes the filters of the lists; halts and policies are told whatever is looked for', async (context) => {
  const { aegis } = await worked(context);
  await aegis.ask('POST', '/v1/agents/bot/halt', { key: aegis.admin, body: { reason: 'looking' } });
  const told = async (query: string, count: number): Promise<unknown[]> =>
    (await first(aegis, count, { query: `?from=0&${query}` })).map(({ name, data }) => data['action'] ?? name);
  assert.deepEqual(await told('effect=deny&session=s2', 3), ['policy', 'a-2', 'halt']);
  assert.deepEqual(await told('agent=nobody', 2), ['policy', 'halt']);
  assert.deepEqual(await told('q=LOOKUP', 4), ['policy', 'a-1', 'a-1', 'halt']);
});

test('[VIEW-9] a question and its answer are told, and a removed operator’s feed ends', async (context) => {
  const { aegis, act } = await worked(context);
  const key = await aegis.operator('olga', 'operator');
  const { size } = aegis.daemon.gate.world('default' as never);
  const events = first(aegis, 2, { query: `?from=${String(size)}`, key });
  await act('a-9', { name: 'run_shell', args: { command: 'sudo reboot' }, session: 's9' });
  const { body } = await aegis.ask('GET', '/v1/approvals', { key });
  const [waiting] = body['approvals'] as { approval: string }[];
  const approval = waiting?.approval ?? '';
  assert.equal((await aegis.ask('POST', `/v1/approvals/${approval}/refuse`, { key, body: { reason: 'no' } })).status, 200);
  const [asked, answered] = await events;
  assert.deepEqual([asked?.data['action'], asked?.data['effect'], asked?.data['approval']], ['a-9', 'ask', approval]);
  const { index: _index, at: _at, ...told } = answered?.data ?? {};
  assert.deepEqual(told, { agent: 'bot', session: 's9', approval, status: 'refused', by: 'olga', reason: 'no', channel: 'api' });
  const ended = first(aegis, 1_000, { query: '?from=0', key });
  await aegis.ask('DELETE', '/v1/operators/olga', { key: aegis.admin });
  assert.ok((await ended).length > 0);
});
