import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlainCode } from '../../../src/inspect/key-names.ts';
import { createReaderFor } from './reading.ts';
import { CLAUDE, GPT, stage } from './stage.ts';
import type { Stage } from './stage.ts';
import { called, chunk, DONE, event, EVENTS, JSON_TYPE, post, upstream, USAGE } from './upstream.ts';

const said = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const ASK = { model: GPT, stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: 'go' }] };

/** What these bytes become on their way to a client, and how the model action ended. */
async function through(
  s: Stage,
  { path, body, session }: { readonly path: string; readonly body: object; readonly session: string },
): Promise<{ readonly text: string; readonly status: string; readonly errorCode: string | undefined }> {
  const auth = { authorization: `Bearer ${s.key}`, 'x-aegis-session': session };
  const { text } = await post(s.models + path, JSON.stringify(body), auth);
  const [model] = (await s.actions(session)).filter(({ kind }) => kind === 'model');
  const { status, errorCode } = await s.settled(model?.action ?? '');
  return { text, status, errorCode };
}

const CHAT: Readonly<Record<string, string>> = {
  'choices that are null, with the usage': said({ choices: null, usage: { prompt_tokens: 11, completion_tokens: 7 } }),
  'no choices at all': said({ id: 'c1', usage: { prompt_tokens: 11, completion_tokens: 7 } }),
  'a choice that is null': said({ choices: [null] }),
  'a delta and calls that are null': said({
    choices: [
      { index: 0, delta: { tool_calls: [null], function_call: null } },
      { index: 0, delta: null },
    ],
  }),
  'a progress nobody knows': said({ type: 'progress', tool_count: 3, percent: 70 }),
  'an error that is null': said({ error: null, choices: [] }),
  'a whole message without calls': said({ choices: [{ index: 0, message: { role: 'assistant', content: '', tool_calls: [] } }] }),
  'text that is no JSON': said('ping'),
  'an id of 64 bits': said({ id: 1, choices: [], created_ns: 0 }).replace('"created_ns":0', '"created_ns":12345678901234567891'),
  'the end twice': DONE,
};

test('[LLM-23, LLM-24] Chat: what carries no call passes byte for byte, before and behind the end, and nothing of ours is added', async (context) => {
  const streams = Object.values(CHAT).flatMap((odd) => [
    chunk({ content: 'Hi.' }) + odd + chunk({}, 'stop') + USAGE + DONE,
    chunk({ content: 'Hi.' }) + chunk({}, 'stop') + USAGE + odd + DONE,
  ]);
  const there = await upstream(context, (response, { text }) => {
    response.writeHead(200, EVENTS);
    response.end(streams[Number((JSON.parse(text) as { seed: number }).seed)]);
  });
  const s = await stage(context, there.url);
  for (const [seed, stream] of streams.entries()) {
    const { text, status } = await through(s, { path: '/v1/chat/completions', body: { ...ASK, seed }, session: `s${String(seed)}` });
    assert.equal(text, stream, Object.keys(CHAT)[Math.floor(seed / 2)]);
    assert.equal(status, 'succeeded');
  }
});

const started = event('message_start', { message: { id: 'm1', type: 'message', role: 'assistant', content: [], model: CLAUDE, usage: {} } });
const block = event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
const words = event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hi.' } });
const stopped = event('content_block_stop', { index: 0 });
const ended =
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 11, output_tokens: 7 } }) + event('message_stop', {});

const MESSAGES: Readonly<Record<string, string>> = {
  'what ends other streams': said('[DONE]'),
  'a ping that says nothing': 'event: ping\ndata: {}\n\n',
  'a ping within a name of its own': 'event: ping\ndata: {"type":"ping","at":1}\n\n',
  'an event without a name or a type': said({ note: 'new' }),
  'an event of tomorrow': event('tool_progress', { percent: 3, tool_use_id: 'toolu_1' }),
  'words of tomorrow': event('content_block_delta', { index: 0, delta: { type: 'accent_delta', accent: 'en' } }),
  'a delta that is null': event('content_block_delta', { index: 0, delta: null }),
  'the end of a block nobody began': event('content_block_stop', { index: 9 }),
  'words of a block nobody began': event('content_block_delta', { index: 9, delta: { type: 'text_delta', text: '' } }),
  'an event that is named as none is': said({ type: 'ping' }).replace('data', 'event: message\ndata'),
};

test('[LLM-23, LLM-24] Messages: what carries no call passes byte for byte, and the provider’s own library reads on', async (context) => {
  const streams = Object.values(MESSAGES).flatMap((odd) => [
    started + block + words + odd + stopped + ended,
    started + block + words + stopped + ended + odd,
  ]);
  const there = await upstream(context, (response, { text }) => {
    response.writeHead(200, EVENTS);
    response.end(streams[Number((JSON.parse(text) as { top_k: number }).top_k)]);
  });
  const s = await stage(context, there.url);
  for (const [top_k, stream] of streams.entries()) {
    const body = { model: CLAUDE, max_tokens: 64, top_k, messages: [{ role: 'user' as const, content: 'go' }] };
    const { text, status } = await through(s, { path: '/v1/messages', body: { ...body, stream: true }, session: `s${String(top_k)}` });
    assert.equal(text, stream, Object.keys(MESSAGES)[Math.floor(top_k / 2)]);
    assert.equal(status, 'succeeded');
    if (top_k > 5) continue;
    const message = await s.anthropic.messages.stream(body).finalMessage();
    assert.deepEqual(message.content, [{ type: 'text', text: 'Hi.' }]);
  }
});

test('[LLM-23] what an unknown place could carry a call in is refused, in every dialect', () => {
  const call = { name: 'zqpay', arguments: '{}' };
  const chat = (more: object): string => said({ id: 'c1', choices: [{ index: 0, delta: {} }], ...more });
  const streams: readonly (readonly [dialect: string, stream: string])[] = [
    ['openai-chat', chat({ vendor: { steps: [call] } })],
    ['openai-chat', chat({ tool_invocations: [{ id: 'x', target: 'zqpay' }] })],
    ['openai-chat', chat({ vendor: JSON.stringify({ tool: 'zqpay', args: {} }) })],
    ['openai-chat', chat({ choices: [{ index: 0, delta: { next: { toolName: 'zqpay', toolArgs: '{}' } } }] })],
    ['openai-chat', chat({ choices: [{ index: 0, delta: { step_name: 'zqpay', step_input: '{}' } }] })],
    ['openai-chat', said([call])],
    ['anthropic', event('step', { action: { kind: 'shell', run: 'zqpay' } })],
    ['anthropic', event('content_block_start', { index: 0, content_block: { type: 'remote_call', id: 'zqpay' } })],
    ['anthropic', event('content_block_start', { index: 0, content_block: { type: 'text', text: '', tool_use: { target: 'zqpay' } } })],
    ['anthropic', event('content_block_delta', { index: 0, delta: { type: 'argument_delta', partial_json: 'zqpay' } })],
    ['openai-responses', event('response.step', { next: call })],
    [
      'openai-responses',
      event('response.output_item.added', { output_index: 0, item: { type: 'message', content: [{ type: 'action', do: 'zqpay' }] } }),
    ],
    ['gemini', said({ candidates: [{ content: { parts: [{ remoteCall: { target: 'zqpay' } }] } }] })],
    ['gemini', said({ candidates: [{ nextAction: { name: 'zqpay' } }] })],
    ['gemini', said({ functionCalls: [{ name: 'zqpay', args: {} }] })],
  ];
  for (const [dialect, stream] of streams) {
    const { left, fault } = createReaderFor(dialect, stream);
    assert.equal(fault, 'UPSTREAM_INVALID', stream);
    assert.doesNotMatch(left, /zqpay/, stream);
  }
});

test('[LLM-24] a call behind the end of its answer never passes, and the client is told no more than the end', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.end(chunk({ content: 'Hi.' }, 'stop') + called('look', '{"zebra":1}') + DONE);
  });
  const s = await stage(context, there.url);
  const { text, status, errorCode } = await through(s, { path: '/v1/chat/completions', body: ASK, session: 's1' });
  assert.equal(text, chunk({ content: 'Hi.' }, 'stop') + DONE);
  assert.deepEqual([status, errorCode], ['failed', 'UPSTREAM_INVALID']);
});

test('[LLM-24] a connection that breaks behind the end takes nothing from the answer', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.write(chunk({ content: 'Hi.' }, 'stop') + USAGE, () => response.destroy());
  });
  const s = await stage(context, there.url);
  const { text, status } = await through(s, { path: '/v1/chat/completions', body: ASK, session: 's1' });
  assert.equal(text, chunk({ content: 'Hi.' }, 'stop') + USAGE + DONE);
  assert.equal(status, 'succeeded');
});

const FAILURES: readonly (readonly [path: string, name: string, stream: string, code: string])[] = [
  [
    '/v1/chat/completions',
    'a chunk',
    said({ error: { message: 'Overloaded.', type: 'server_error', code: 'engine_overloaded' } }),
    'engine_overloaded',
  ],
  ['/v1/chat/completions', 'a chunk with a number for a code', said({ error: { message: 'Bad.', code: 502 } }), 'UPSTREAM_502'],
  ['/v1/chat/completions', 'a text', said({ error: 'Bad.' }), 'UPSTREAM_ERROR'],
  [
    '/v1/chat/completions',
    'a choice',
    chunk({ content: '' }, 'error').replace('"finish_reason"', '"error":{"code":"provider_unavailable"},"finish_reason"'),
    'provider_unavailable',
  ],
  ['/v1/messages', 'an event', event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }), 'overloaded_error'],
  ['/v1/responses', 'an event', event('error', { code: 'server_error', message: 'Bad.', param: null }), 'server_error'],
  [
    '/v1/responses',
    'a response',
    event('response.failed', { response: { id: 'r1', status: 'failed', error: { code: 'rate_limit_exceeded', message: 'x' }, output: [] } }),
    'rate_limit_exceeded',
  ],
  [
    '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    'a frame',
    said({ error: { code: 503, message: 'Bad.', status: 'UNAVAILABLE' } }),
    'UNAVAILABLE',
  ],
];

for (const [path, name, failure, code] of FAILURES) {
  test(`[LLM-25] ${path}: the provider’s own error, as ${name}, arrives once, alone, and its code stands in the log`, async (context) => {
    const there = await upstream(context, (response) => {
      response.writeHead(200, EVENTS);
      response.end(failure + failure);
    });
    const s = await stage(context, there.url);
    const body = {
      model: path.includes('messages') ? CLAUDE : GPT,
      stream: true,
      max_tokens: 9,
      messages: [{ role: 'user', content: 'go' }],
      input: 'go',
    };
    const { input: _input, ...chat } = body;
    const { messages: _messages, max_tokens: _max, ...responses } = body;
    const sent = path.includes('gemini') ? { contents: [{ parts: [{ text: 'go' }] }] } : path.includes('responses') ? responses : chat;
    const { text, status, errorCode } = await through(s, { path, body: sent, session: 's1' });
    assert.equal(text, failure);
    assert.deepEqual([status, errorCode], ['failed', code]);
  });
}

test('[LLM-25] an error within a call gives the call up and goes on as it came', async (context) => {
  const failure = said({ error: { message: 'Overloaded.', type: 'server_error', code: null } });
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.end(chunk({ content: 'Hm.' }) + called('look', '{"zebra":1}') + failure + DONE);
  });
  const s = await stage(context, there.url);
  const { text, status, errorCode } = await through(s, { path: '/v1/chat/completions', body: ASK, session: 's1' });
  assert.equal(text, chunk({ content: 'Hm.' }) + failure + DONE);
  assert.deepEqual([status, errorCode], ['failed', 'server_error']);
  const stream = await s.openai.chat.completions.create({ model: GPT, stream: true, messages: [{ role: 'user', content: 'go on' }] });
  await assert.rejects(async () => {
    for await (const one of stream) void one;
  }, /Overloaded/);
});

test('[LLM-25] an answer that came whole and is an error is one in the log, with its code', async (context) => {
  const there = await upstream(
    context,
    (response) => void response.writeHead(200, JSON_TYPE).end('{"error":{"code":"model_overloaded","message":"x"}}'),
  );
  const s = await stage(context, there.url);
  const { text, status, errorCode } = await through(s, {
    path: '/v1/chat/completions',
    body: { ...ASK, stream: false, stream_options: null },
    session: 's1',
  });
  assert.equal(text, '{"error":{"code":"model_overloaded","message":"x"}}');
  assert.deepEqual([status, errorCode], ['failed', 'model_overloaded']);
});

test('[LLM-25] the codes providers fail with stand in the log as they are', () => {
  const codes =
    'overloaded_error rate_limit_error rate_limit_exceeded server_error engine_overloaded insufficient_quota context_length_exceeded model_not_found ' +
    'invalid_request_error authentication_error permission_error not_found_error api_error timeout_error request_too_large content_filter UNAVAILABLE ' +
    'RESOURCE_EXHAUSTED DEADLINE_EXCEEDED INVALID_ARGUMENT PERMISSION_DENIED UPSTREAM_502 UPSTREAM_ERROR';
  assert.deepEqual(
    codes.split(' ').filter((code) => !isPlainCode(code)),
    [],
  );
});
