import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { GPT, stage } from './stage.ts';
import { chunk, DONE, EVENTS, JSON_TYPE, upstream } from './upstream.ts';

/** No two alike: the same request again and again is a loop. */
const ask = (stream: boolean, at = 0): string => JSON.stringify({ model: GPT, stream, messages: [{ role: 'user', content: `go ${String(at)}` }] });
const WHOLE = JSON.stringify({
  id: 'c1',
  model: GPT,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }],
});

test('[LLM-18] a client that does not read stops its provider, and what it did not read yet is not piled up', async (context) => {
  const piece = chunk({ content: 'w'.repeat(65_536) });
  const most = 500 * piece.length;
  let written = 0;
  const there = await upstream(context, async (response, { text }) => {
    if (!text.includes('"stream":true')) return void response.writeHead(200, JSON_TYPE).end(WHOLE);
    response.writeHead(200, EVENTS);
    while (written < most && !response.destroyed) {
      written += piece.length;
      if (!response.write(piece)) await once(response, 'drain');
    }
    response.end(chunk({}, 'stop') + DONE);
  });
  const s = await stage(context, there.url);
  const url = `${s.models}/v1/chat/completions`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${s.key}` };
  const slow = request(url, { method: 'POST', headers });
  slow.end(ask(true));
  const [answer] = (await once(slow, 'response')) as [IncomingMessage];
  answer.pause();
  // Others are served meanwhile; however long that takes, the slow one’s provider waits.
  for (let at = 0; at < 20; at++) assert.equal((await fetch(url, { method: 'POST', headers, body: ask(false, at) })).status, 200);
  assert.ok(written < most, `${String(written)} bytes were taken for a client that took none`);
  let taken = 0;
  for await (const part of answer) taken += (part as Buffer).length;
  assert.ok(taken > most - piece.length, 'and all of it arrives when the client reads on');
});

test('[LLM-11] when a halt is durable no answer of its agent is live, whatever the number of streams', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, EVENTS).write(chunk({ content: 'On and' })));
  const s = await stage(context, there.url);
  const streams = await Promise.all(
    Array.from({ length: 8 }, async (_, at) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${s.key}` };
      const reader = (await fetch(`${s.models}/v1/chat/completions`, { method: 'POST', headers, body: ask(true, at) }))
        .body!.pipeThrough(new TextDecoderStream())
        .getReader();
      assert.match((await reader.read()).value ?? '', /On and/);
      return reader;
    }),
  );
  const live = async (): Promise<number> => ((await (await fetch(`${s.models}/healthz`)).json()) as { answers: number }).answers;
  assert.equal(await live(), 8);
  await s.aegis.daemon.gate.halt('default' as never, { kind: 'agent', id: 'a1' as never }, 'enough', 'system');
  assert.equal(await live(), 0, 'ended by the append, not by a later look');
  for (const reader of streams) {
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    assert.match(text, /HALTED/);
  }
  await Promise.all(there.seen.map(({ gone }) => gone));
});
