import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { FunctionCall } from '@google/genai';
import { GoogleGenAI } from '@google/genai';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';
import { CLAUDE, GPT, stage } from './stage.ts';
import type { Stage } from './stage.ts';
import { EVENTS, JSON_TYPE, upstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

const calling = (name: string, signature?: string, id = `id-${name}`): JsonObject => ({
  functionCall: { name, args: {}, id },
  ...(signature === undefined ? {} : { thoughtSignature: signature }),
});
const body = (parts: readonly JsonObject[], finish?: string): JsonObject => ({
  candidates: [{ content: { role: 'model', parts: [...parts] }, index: 0, ...(finish === undefined ? {} : { finishReason: finish }) }],
  usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 20 },
});

/** A first answer, whole or streamed in as many frames as it has parts; then words. */
async function gemini(context: TestContext, parts: readonly JsonObject[]): Promise<{ s: Stage; there: Upstream }> {
  let asked = 0;
  const there = await upstream(context, (response, { url }) => {
    const first = asked++ === 0;
    const frames = first ? [...parts.map((part) => body([part])), body([{ text: '' }], 'STOP')] : [body([{ text: 'Done.' }], 'STOP')];
    if (url.includes('stream')) return void response.writeHead(200, EVENTS).end(frames.map((data) => `data: ${JSON.stringify(data)}\n\n`).join(''));
    response.writeHead(200, JSON_TYPE).end(JSON.stringify(body(first ? parts : [{ text: 'Done.' }], 'STOP')));
  });
  return { s: await stage(context, there.url), there };
}

/** Gemini’s rule: the first call of a step comes back with the signature it was given. */
function checkSteps(request: string, signature: string): void {
  const { contents } = JSON.parse(request) as { contents: { role: string; parts: JsonObject[] }[] };
  // Its library keeps a streamed step as a content for each frame.
  const parts = contents.flatMap((content) => (content.role === 'model' ? content.parts : []));
  const first = parts.find((part) => part['functionCall'] !== undefined);
  const signed = parts.filter((part) => part['thoughtSignature'] === signature);
  assert.equal(signed.length, 1, JSON.stringify(parts));
  if (first !== undefined) assert.equal(first, signed[0], JSON.stringify(parts));
}

const STEPS: Readonly<Record<string, readonly JsonObject[]>> = {
  'the first is refused': [calling('wipe', 'c2lnbmVk'), calling('look')],
  'the second is refused': [calling('look', 'c2lnbmVk'), calling('wipe')],
  'the first two are refused': [calling('wipe', 'c2lnbmVk'), calling('wipe', undefined, 'id-again'), calling('look')],
  'all are refused': [calling('wipe', 'c2lnbmVk'), calling('wipe', undefined, 'id-again')],
};

for (const [what, parts] of Object.entries(STEPS)) {
  for (const streamed of [false, true]) {
    test(`[LLM-27] Gemini, ${streamed ? 'streamed' : 'whole'}: of parallel calls ${what}, and the next request of its own library has the signature`, async (context) => {
      const { s, there } = await gemini(context, parts);
      const ai = new GoogleGenAI({ apiKey: s.key, httpOptions: { baseUrl: s.models } });
      const chat = ai.chats.create({ model: 'gemini-2.5-flash' });
      let calls: readonly FunctionCall[] = [];
      if (streamed) for await (const part of await chat.sendMessageStream({ message: 'go' })) calls = [...calls, ...(part.functionCalls ?? [])];
      else calls = (await chat.sendMessage({ message: 'go' })).functionCalls ?? [];
      assert.deepEqual(
        calls.map(({ name }) => name),
        parts.some((part) => (part['functionCall'] as JsonObject)['name'] === 'look') ? ['look'] : [],
      );
      const results = calls.map(({ id, name }) => ({
        functionResponse: { ...(id === undefined ? {} : { id }), name: name ?? '', response: { output: 'seen' } },
      }));
      await chat.sendMessage({ message: results.length > 0 ? results : 'and now?' });
      checkSteps(there.seen[1]?.text ?? '', 'c2lnbmVk');
    });
  }
}

for (const streamed of [false, true]) {
  test(`[LLM-27] Chat, ${streamed ? 'streamed' : 'whole'}: what Gemini’s servers write to a call stays with the step when another is refused`, async (context) => {
    const signed = { extra_content: { google: { thought_signature: 'c2lnbmVk' } } };
    const named = (index: number, name: string, more: object): object => ({
      index,
      id: `id-${name}`,
      type: 'function',
      function: { name, arguments: '{}' },
      ...more,
    });
    const there = await upstream(context, (response) => {
      const calls = [named(0, 'wipe', signed), named(1, 'look', {})];
      const choice = {
        index: 0,
        finish_reason: 'tool_calls',
        [streamed ? 'delta' : 'message']: { role: 'assistant', content: null, tool_calls: calls },
      };
      const data = JSON.stringify({ id: 'c1', object: 'chat.completion', created: 1, model: GPT, choices: [choice] });
      if (streamed) response.writeHead(200, EVENTS).end(`data: ${data}\n\ndata: [DONE]\n\n`);
      else response.writeHead(200, JSON_TYPE).end(data);
    });
    const s = await stage(context, there.url);
    const asked = { model: GPT, messages: [{ role: 'user' as const, content: 'go' }] };
    const answer = streamed ? await s.openai.chat.completions.stream(asked).finalChatCompletion() : await s.openai.chat.completions.create(asked);
    const calls = (answer.choices[0]?.message.tool_calls ?? []) as unknown as { function: { name: string }; extra_content?: Json }[];
    assert.deepEqual(
      calls.map((call) => [call.function.name, call.extra_content]),
      [['look', signed.extra_content]],
    );
  });
}

test('[LLM-27] Messages: signed thoughts before a refused call come back as they were, and so do those between calls', async (context) => {
  const thought = (signature: string): JsonObject => ({ type: 'thinking', thinking: 'Hm.', signature });
  const use = (id: string, name: string): JsonObject => ({ type: 'tool_use', id, name, input: {} });
  const content = [thought('c2lnMQ=='), use('t1', 'wipe'), thought('c2lnMg=='), use('t2', 'look')];
  const message = {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: CLAUDE,
    content,
    stop_reason: 'tool_use',
    usage: { input_tokens: 20, output_tokens: 20 },
  };
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(JSON.stringify(message)));
  const s = await stage(context, there.url);
  const answer = await s.anthropic.messages.create({ model: CLAUDE, max_tokens: 64, messages: [{ role: 'user', content: 'go' }] });
  assert.deepEqual(
    answer.content.map((block) => block.type),
    ['thinking', 'text', 'thinking', 'tool_use'],
  );
  assert.deepEqual([answer.content[0], answer.content[2]], [content[0], content[2]]);
  assert.equal(answer.stop_reason, 'tool_use');
});

test('[LLM-27] Responses: encrypted reasoning before a refused call is still followed by an item of its answer', async (context) => {
  const reasoning = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAA' };
  const called = (id: string, name: string): JsonObject => ({
    id: `fc_${id}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${id}`,
    name,
    arguments: '{}',
  });
  const response = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: GPT,
    output: [reasoning, called('1', 'wipe'), called('2', 'look')],
  };
  const there = await upstream(context, (reply) => void reply.writeHead(200, JSON_TYPE).end(JSON.stringify(response)));
  const s = await stage(context, there.url);
  const { output } = await s.openai.responses.create({ model: GPT, input: 'go', store: false, include: ['reasoning.encrypted_content'] });
  assert.deepEqual(
    output.map(({ type }) => type),
    ['reasoning', 'message', 'function_call'],
  );
  assert.deepEqual(output[0], reasoning);
});
