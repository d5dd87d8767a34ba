import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createSharedMemory } from '../../../src/intercept/llm/memory/shared-memory.ts';
import { CLAUDE, GPT, stage } from './stage.ts';
import { chunk, EVENTS, JSON_TYPE, upstream } from './upstream.ts';

const SHORT = { headersMs: 300, idleMs: 300, connectMs: 1_000 };

const USER = [{ role: 'user', content: 'Go on.' }];
const ROUTES: Readonly<Record<string, { readonly path: string; readonly body: object; readonly code: (body: never) => unknown }>> = {
  chat: { path: '/v1/chat/completions', body: { model: GPT, messages: USER }, code: (body: { error: { code: string } }) => body.error.code },
  responses: { path: '/v1/responses', body: { model: GPT, input: 'Go on.' }, code: (body: { error: { code: string } }) => body.error.code },
  messages: {
    path: '/v1/messages',
    body: { model: CLAUDE, max_tokens: 50, messages: USER },
    code: (body: { type: string; error: { message: string } }) =>
      body.type === 'error' && /silent for 0.3 s/.test(body.error.message) && 'UPSTREAM_TIMEOUT',
  },
  gemini: {
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'Go on.' }] }] },
    code: (body: { error: { message: string } }) => /silent for 0.3 s/.test(body.error.message) && 'UPSTREAM_TIMEOUT',
  },
};

/** Takes connections and says nothing on them, ever. */
async function mute(context: TestContext): Promise<string> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => undefined).on('close', () => open.delete(socket)));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test('[DOOR-20] a provider that never answers is given up in its own error shape, and what it may have done is unknown', async (context) => {
  const s = await stage(context, await mute(context), { llm: SHORT });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${s.key}` };
  for (const [name, { path, body, code }] of Object.entries(ROUTES)) {
    for (const stream of name === 'gemini' ? [{}] : [{}, { stream: true }]) {
      const session = `${name}-${JSON.stringify(stream).length.toString()}`;
      const answer = await fetch(s.models + path, {
        method: 'POST',
        headers: { ...headers, 'x-aegis-session': session },
        body: JSON.stringify({ ...body, ...stream }),
      });
      assert.equal(answer.status, 504, name);
      assert.equal(answer.headers.get('x-aegis-code'), 'UPSTREAM_TIMEOUT', name);
      assert.equal(code((await answer.json()) as never), 'UPSTREAM_TIMEOUT', name);
      const [action] = await s.actions(session);
      const settled = await s.settled(action?.action ?? '');
      assert.deepEqual([settled.status, settled.errorCode], ['unknown', 'UPSTREAM_TIMEOUT'], name);
    }
  }
});

test('[DOOR-20] a provider that falls silent within an answer is given up, and the stream says why', async (context) => {
  const there = await upstream(context, (response, { text }) => {
    if (text.includes('"stream":true')) return void response.writeHead(200, EVENTS).write(chunk({ content: 'On and' }));
    response.writeHead(200, JSON_TYPE).write('{"id":');
  });
  const s = await stage(context, there.url, { llm: SHORT });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${s.key}` };
  const ask = (stream: boolean): Promise<Response> =>
    fetch(`${s.models}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify({ model: GPT, stream, messages: USER }) });
  const whole = await ask(false);
  assert.deepEqual([whole.status, whole.headers.get('x-aegis-code')], [504, 'UPSTREAM_TIMEOUT']);
  const text = await (await ask(true)).text();
  assert.match(text, /On and/);
  assert.match(text, /UPSTREAM_TIMEOUT/);
  await Promise.all(there.seen.map(({ gone }) => gone));
});

test('[DOOR-20] a route that is only passed on has the same deadline', async (context) => {
  const s = await stage(context, await mute(context), { llm: { ...SHORT, uninspected: 'pass' }, policy: null });
  const answer = await fetch(`${s.models}/v1/files`, { headers: { authorization: `Bearer ${s.key}` } });
  assert.deepEqual([answer.status, answer.headers.get('x-aegis-code')], [504, 'UPSTREAM_TIMEOUT']);
});

test('[DOOR-19] what is remembered of one agent’s conversations is not pushed out by another’s', () => {
  const [busy, quiet] = ['busy', 'quiet'].map((agent) => ({ tenant: 'default', agent }) as never);
  const counted = createSharedMemory<number>({ values: 100 });
  counted.set(quiet as never, 's', 1);
  for (let n = 0; n < 10_000; n++) counted.set(busy as never, `s${String(n)}`, n);
  assert.equal(counted.get(quiet as never, 's'), 1);
  assert.equal(counted.get(busy as never, 's0'), undefined);
  assert.equal(counted.get(busy as never, 's9999'), 9_999);
  const weighed = createSharedMemory<string>({ values: 100, weight: 1_000 });
  weighed.set(quiet as never, 's', 'kept', 10);
  weighed.set(busy as never, 'huge', 'held while it lasts', 5_000);
  assert.deepEqual([weighed.get(quiet as never, 's'), weighed.get(busy as never, 'huge')], ['kept', 'held while it lasts']);
  weighed.set(busy as never, 'next', 'small', 1);
  assert.equal(weighed.get(busy as never, 'huge'), undefined);
  for (let n = 0; n < 100; n++) weighed.set(busy as never, 'next', 'small', 1);
  assert.deepEqual([weighed.get(quiet as never, 's'), weighed.get(busy as never, 'next')], ['kept', 'small']);
});
