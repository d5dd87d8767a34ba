import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { CLAUDE, GPT, stage } from './stage.ts';
import type { Stage } from './stage.ts';
import { called, chunk, DONE, event, EVENTS, JSON_TYPE, post, upstream, USAGE } from './upstream.ts';

const ASK = { model: GPT, stream: true, messages: [{ role: 'user', content: 'go' }] };

function ask(s: Stage, body: object = ASK, path = '/v1/chat/completions'): ReturnType<typeof post> {
  return post(s.models + path, JSON.stringify(body), { authorization: `Bearer ${s.key}`, 'x-aegis-session': 's1' });
}

function noCall(text: string): void {
  for (const word of ['tool_calls"', 'call_0', 'zebra', '"name"']) assert.ok(!text.includes(word), `${word} in ${text}`);
}

const STREAMS: Readonly<Record<string, readonly string[]>> = {
  'breaks off within the arguments': [chunk({ content: 'Hm.' }), called('wipe', '{"zebra": tr')],
  'breaks off before its end': [called('wipe', '{"zebra": true}')],
  'writes arguments that are no JSON': [called('wipe', '{"zebra": tru'), chunk({}, 'tool_calls'), DONE],
  'writes arguments with a key twice': [called('look', '{"zebra": 1, "zebra": 2}'), chunk({}, 'tool_calls'), DONE],
  'names a call twice': [called('look', '{"zebra":'), called('wipe', '1}'), chunk({}, 'tool_calls'), DONE],
  'sends what is no JSON in the middle of a call': [called('wipe', '{"zebra":'), 'data: {"choices": [\n\n', DONE],
  'sends a key twice in the middle of a call': [called('wipe', '{"zebra":'), 'data: {"choices": [], "choices": []}\n\n', DONE],
  'hides a call in a member nobody knows': ['data: {"choices":[{"index":0,"delta":{"tools":[{"name":"zebra"}]}}]}\n\n', DONE],
  'sends a whole message in a stream': [
    'data: {"choices":[{"index":0,"message":{"tool_calls":[{"id":"x","function":{"name":"zebra","arguments":"{}"}}]}}]}\n\n',
    DONE,
  ],
  'says it stops for text while it calls': [called('wipe', '{"zebra": 1}'), chunk({}, 'stop'), DONE],
  'calls on after it stopped': [chunk({ content: 'Done.' }, 'stop'), called('wipe', '{"zebra": 1}'), DONE],
};

for (const [what, parts] of Object.entries(STREAMS)) {
  test(`[LLM-14] a stream that ${what} passes nothing of a call, and ends well-formed`, async (context) => {
    const there = await upstream(context, (response) => {
      response.writeHead(200, EVENTS);
      for (const part of parts) response.write(part);
      response.end();
    });
    const s = await stage(context, there.url);
    const { status, text } = await ask(s);
    assert.equal(status, 200);
    noCall(text);
    assert.ok(text.endsWith('\n\n'), text);
    // A client that was told of the end is told no more (LLM-24).
    if (what !== 'calls on after it stopped') assert.match(text, /Aegis|UPSTREAM_INVALID/);
    const [model] = (await s.actions('s1')).filter(({ kind }) => kind === 'model');
    assert.equal(model?.effect, 'allow');
  });
}

test('[LLM-14] a Messages stream that breaks off within a tool use ends as its clients expect', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.write(event('message_start', { message: { id: 'm1', type: 'message', role: 'assistant', content: [], model: CLAUDE, usage: {} } }));
    response.write(event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }));
    response.write(event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hm.' } }));
    response.write(event('content_block_start', { index: 1, content_block: { type: 'tool_use', id: 'zebra', name: 'wipe', input: {} } }));
    response.write(event('content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: '{"a' } }));
    response.end();
  });
  const s = await stage(context, there.url);
  const stream = s.anthropic.messages.stream({ model: CLAUDE, max_tokens: 64, messages: [{ role: 'user', content: 'go' }] });
  const { content, stop_reason } = await stream.finalMessage();
  assert.equal(stop_reason, 'end_turn');
  assert.deepEqual(
    content.map(({ type }) => type),
    ['text', 'text'],
  );
  assert.doesNotMatch(JSON.stringify(content), /zebra|wipe/);
});

test('[LLM-14] a stream that breaks off within its text is an error for the client, not an answer', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.write(chunk({ content: 'The half of it' }));
    response.end();
  });
  const s = await stage(context, there.url);
  const stream = await s.openai.chat.completions.create({ model: GPT, stream: true, messages: [{ role: 'user', content: 'go' }] });
  await assert.rejects(async () => {
    for await (const one of stream) void one;
  }, /cannot be read safely/);
});

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'of another type': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>zebra'),
  'of no type': (response) => response.writeHead(200).end('{"zebra":1}'),
  'that is no JSON': (response) => response.writeHead(200, JSON_TYPE).end('{"zebra":'),
  'with a key twice': (response) => response.writeHead(200, JSON_TYPE).end('{"zebra":1,"zebra":1}'),
  'in an unknown coding': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'lzma' }).end('zebra'),
  'in two codings': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip, br' }).end('zebra'),
  'that is not in its coding': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end('zebra'),
  'that is a bomb': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(40_000_000, ' '))),
  'that leads elsewhere': (response) => response.writeHead(307, { location: 'http://127.0.0.1/zebra', ...JSON_TYPE }).end('{"zebra":1}'),
  'with a call of two kinds': (response) =>
    response
      .writeHead(200, JSON_TYPE)
      .end(
        '{"choices":[{"index":0,"finish_reason":"stop","message":{"tool_calls":[{"id":"x","type":"custom","custom":{"name":"look","input":""},"function":{"name":"zebra","arguments":"{}"}}]}}]}',
      ),
  'that is cut off': (response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' });
    response.write('{"zebra"');
    response.destroy();
  },
  'that never comes': (response) => response.destroy(),
  'of its own fault without JSON': (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<p>zebra'),
};

for (const [what, answer] of Object.entries(ANSWERS)) {
  test(`[LLM-14, LLM-9] an answer ${what} is an error in the provider’s shape, and nothing of it passes`, async (context) => {
    const there = await upstream(context, (response) => answer(response));
    const s = await stage(context, there.url);
    const { status, text } = await ask(s, { ...ASK, stream: false });
    assert.ok(status === 502 || status === 500, `${String(status)} ${text}`);
    assert.ok(!text.includes('zebra'), text);
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    assert.match(error.code, /^UPSTREAM_(INVALID|UNREACHABLE)$/);
    assert.equal(there.seen.length, 1, '[LLM-12] asked once');
  });
}

test('[LLM-9] arguments that never end are cut at the limit, and the provider is hung up on', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.write(called('wipe', '{"zebra": "'));
    const more = chunk({ tool_calls: [{ index: 0, function: { arguments: 'x'.repeat(1000) } }] });
    const go = (): void => {
      while (!response.destroyed && response.write(more));
      if (!response.destroyed) response.once('drain', go);
    };
    go();
  });
  const s = await stage(context, there.url, { llm: { answerBytes: 100_000 } });
  const { text } = await ask(s);
  noCall(text);
  assert.match(text, /UPSTREAM_INVALID/);
  await there.seen[0]?.gone;
});

const CODERS = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync } as const;

for (const [coding, code] of Object.entries(CODERS)) {
  test(`[LLM-9, LLM-4] a stream in ${coding}, byte by byte, is read like any other`, async (context) => {
    const whole = chunk({ content: 'ünï ' }) + called('wipe', '{"zebra": 1}') + chunk({}, 'tool_calls') + USAGE + DONE;
    const there = await upstream(context, async (response) => {
      response.writeHead(200, { ...EVENTS, 'content-encoding': coding });
      for (const byte of code(Buffer.from(whole))) response.write(Uint8Array.of(byte));
      response.end();
    });
    const s = await stage(context, there.url);
    const { text, headers } = await ask(s);
    assert.equal(headers.get('content-encoding'), null);
    assert.match(text, /ünï /);
    assert.match(text, /TOOL_BLOCKED/);
    noCall(text);
  });
}

test('[LLM-4] not one byte of a call leaves before its decision, while the text before it already has', async (context) => {
  const steps = Promise.withResolvers<undefined>();
  const there = await upstream(context, async (response) => {
    response.writeHead(200, EVENTS);
    response.write(chunk({ role: 'assistant', content: 'At once.' }));
    await steps.promise;
    response.write(called('pay', '{"zebra": 1}'));
    response.end(chunk({}, 'tool_calls') + DONE);
  });
  const s = await stage(context, there.url, { llm: { keepAliveMs: 20 } });
  const response = await fetch(`${s.models}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${s.key}` },
    body: JSON.stringify(ASK),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('At once.')) text += (await reader.read()).value ?? '';
  steps.resolve(undefined);
  let [pending] = await s.aegis.daemon.gate.pending('default' as never);
  while (pending === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    [pending] = await s.aegis.daemon.gate.pending('default' as never);
  }
  // LLM-8: the stream says it is alive while a person is waited for.
  text = '';
  while (!text.includes(': aegis is waiting')) text += (await reader.read()).value ?? '';
  noCall(text);
  await s.aegis.ask('POST', `/v1/approvals/${pending.approval}/grant`, { key: s.aegis.admin, body: { reason: 'fine' } });
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  assert.ok(text.includes('zebra') && text.endsWith(DONE), text);
});

test('[LLM-5] a call that is denied twice under one name is denied twice: a provider cannot repeat a decision', async (context) => {
  const there = await upstream(context, (response) => {
    response.writeHead(200, EVENTS);
    response.end(called('wipe', '{}') + chunk({}, 'tool_calls') + DONE);
  });
  const s = await stage(context, there.url);
  await ask(s);
  await ask(s);
  const calls = (await s.actions('s1')).filter(({ name }) => name === 'wipe');
  assert.equal(calls.length, 2);
});
