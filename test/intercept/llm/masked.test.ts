import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLAUDE, GPT, stage } from './stage.ts';
import { called, chunk, DONE, event, EVENTS, JSON_TYPE, post, upstream, USAGE } from './upstream.ts';

const OPEN = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: open }
default: allow
`;
const HELD = 'sk-upstream';
const ASK = { model: GPT, messages: [{ role: 'user', content: 'go' }] };

function secretless(text: string, key: string): void {
  for (const secret of [HELD, encodeURIComponent(HELD), Buffer.from(HELD).toString('base64').replaceAll('=', ''), key]) {
    assert.ok(!text.includes(secret), `${secret} in ${text}`);
  }
}

test('[LLM-22] an error that quotes the request it got is relayed without the keys of Aegis, in body and headers', async (context) => {
  const there = await upstream(context, (response, { headers }) => {
    const basic = Buffer.from(`user:${HELD}`).toString('base64');
    const said = { error: { message: `Wrong key ${HELD} in ${JSON.stringify(headers)}, also ${basic}`, type: 'invalid_request_error', code: null } };
    response.writeHead(401, { ...JSON_TYPE, 'x-request-id': `r-${HELD}` });
    response.end(JSON.stringify(said).replace('Wrong key sk-', 'Wrong key \\u0073k-'));
  });
  const s = await stage(context, there.url);
  const { status, text, headers } = await post(`${s.models}/v1/chat/completions`, JSON.stringify(ASK), { authorization: `Bearer ${s.key}` });
  assert.equal(status, 401);
  secretless(JSON.stringify(JSON.parse(text)), s.key);
  assert.match(text, /Wrong key \[REDACTED:secret\]/);
  assert.equal(headers.get('x-request-id'), 'r-[REDACTED:secret]');
});

test('[LLM-22] a stream is relayed without the keys of Aegis, however bytes and words are cut', async (context) => {
  const there = await upstream(context, async (response) => {
    response.writeHead(200, EVENTS);
    const pieces = [`It is ${HELD}`, '. Or sk-up', 'str', 'eam, ', 'sk-upwards'].map((content) => chunk({ content }));
    for (const byte of Buffer.from(pieces.join('') + chunk({}, 'stop') + USAGE + DONE)) response.write(Uint8Array.of(byte));
    response.end();
  });
  const s = await stage(context, there.url);
  const stream = await s.openai.chat.completions.create({ ...ASK, messages: [{ role: 'user', content: 'go' }], stream: true });
  let text = '';
  for await (const one of stream) text += one.choices[0]?.delta.content ?? '';
  // Three characters had left before it was known what they begin.
  assert.equal(text, 'It is sk-[REDACTED:secret]. Or [REDACTED:secret], sk-upwards');
});

test('[LLM-22] a Messages stream and its error are relayed without the keys of Aegis', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.write(event('message_start', { message: { id: 'm1', type: 'message', role: 'assistant', content: [], model: CLAUDE, usage: {} } }));
    response.end(event('error', { error: { type: 'authentication_error', message: `x-api-key: ${HELD}` } }));
  });
  const s = await stage(context, there.url);
  const body = JSON.stringify({ model: CLAUDE, max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'go' }] });
  const { text } = await post(`${s.models}/v1/messages`, body, { 'x-api-key': s.key });
  secretless(text, s.key);
  assert.match(text, /x-api-key: \[REDACTED:secret\]/);
});

test('[LLM-22] a call is decided, and runs, without a key of Aegis that its arguments hold', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.end(called('look', `{"at":"http://x/?k=${HELD}","also":"\\u0073k-upstream"}`) + chunk({}, 'tool_calls') + DONE);
  });
  const s = await stage(context, there.url);
  const { text } = await post(`${s.models}/v1/chat/completions`, JSON.stringify({ ...ASK, stream: true }), { authorization: `Bearer ${s.key}` });
  assert.doesNotMatch(text, /upstream/);
  assert.match(text, /\[REDACTED:secret\]/);
});

test('[LLM-22] what is passed on unread is relayed without the keys of Aegis', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-request-id': HELD });
    response.write('sk-up');
    response.end('stream!');
  });
  const s = await stage(context, there.url, { llm: { uninspected: 'pass' }, policy: OPEN });
  const { text, headers } = await post(`${s.models}/v1/files`, '{}', { authorization: `Bearer ${s.key}` });
  assert.equal(text, '[REDACTED:secret]!');
  assert.equal(headers.get('x-request-id'), '[REDACTED:secret]');
});
