import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';
import type { Running } from './daemon.ts';

/** Ids of the events that come until `count` have come. */
async function ids(aegis: Running, terms: { count: number; query?: string; last?: string }): Promise<number[]> {
  const stop = new AbortController();
  const response = await fetch(`${aegis.daemon.url}/v1/stream${terms.query ?? ''}`, {
    signal: stop.signal,
    headers: { authorization: `Bearer ${aegis.admin}`, ...(terms.last === undefined ? {} : { 'last-event-id': terms.last }) },
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const found: number[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const id = /^id: (\d+)$/m.exec(event)?.[1];
      if (id === undefined) continue;
      const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as { index: number; leaf: string };
      assert.equal(data.index, Number(id));
      assert.equal(data.leaf.length, 64);
      found.push(Number(id));
    }
    if (found.length >= terms.count) break;
  }
  stop.abort();
  return found;
}

test('[AUTH-10] the stream carries every entry once, live, and resumes after the last one seen', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const { size } = aegis.daemon.gate.world('default' as never);
  const live = ids(aegis, { count: size + 2, query: '?from=0' });
  await aegis.ask('POST', '/v1/actions', { key, body: { session: 's1', name: 'lookup', args: {} } });
  assert.deepEqual(
    await live,
    Array.from({ length: size + 2 }, (_, at) => at),
  );
  assert.deepEqual((await ids(aegis, { count: 2, last: '1' })).slice(0, 2), [2, 3]);
  const bad = await aegis.ask('GET', '/v1/stream', { key: aegis.admin, headers: { 'last-event-id': 'x' } });
  assert.deepEqual([bad.status, bad.body['code']], [400, 'REQUEST_INVALID']);
});
