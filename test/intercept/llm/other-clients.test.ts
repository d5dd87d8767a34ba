import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { jsonSchema, streamText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import type { AnswerReader } from '../../../src/intercept/llm/dialect/dialect.ts';
import { frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import { anthropicProvider } from './providers/anthropic.ts';
import { openaiChatProvider } from './providers/openai-chat.ts';
import { openaiResponsesProvider } from './providers/openai-responses.ts';
import type { Said, TestProvider } from './providers/provider.ts';
import { answering } from './providers/provider.ts';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { CallDecision } from '../../../src/intercept/llm/dialect/model-answer.ts';

const SAID: readonly Said[] = [
  { words: 'Both.' },
  {
    atOnce: [
      { id: 'call_1', name: 'pay', args: '{"to":"DE89"}' },
      { id: 'call_2', name: 'pay', args: '{"to":"FR76"}' },
    ],
  },
];
const REFUSE: CallDecision = { kind: 'refuse', text: 'Refused.' };
const PASS: CallDecision = { kind: 'pass' };
const CLIENTS: readonly (readonly [TestProvider, (address: string) => LanguageModel])[] = [
  [openaiResponsesProvider, (address) => createOpenAI({ apiKey: 'k', baseURL: `${address}/v1` }).responses('gpt-5')],
  [openaiChatProvider, (address) => createOpenAI({ apiKey: 'k', baseURL: `${address}/v1` }).chat('gpt-4o')],
  [anthropicProvider, (address) => createAnthropic({ apiKey: 'k', baseURL: `${address}/v1` })('claude-of-these-tests')],
];

async function viewOf(model: LanguageModel): Promise<{ text: string; calls: readonly unknown[]; ended: string }> {
  const faults: unknown[] = [];
  const { text, toolCalls, finishReason } = streamText({
    model,
    prompt: 'pay',
    maxRetries: 0,
    maxOutputTokens: 100,
    tools: { pay: tool({ inputSchema: jsonSchema({ type: 'object' }) }) },
    onError: ({ error }) => {
      faults.push(error);
    },
  });
  const answer = { text: await text, calls: (await toolCalls).map((call) => call.input as unknown), ended: await finishReason };
  assert.deepEqual(faults, []);
  return answer;
}

for (const [provider, client] of CLIENTS) {
  test(`[LLM-45, LLM-47] ${provider.dialect.name}: a client library that is not the provider’s reads what is left as well`, async () => {
    const { dialect, model, request, stream } = provider;
    const [route] = dialect.routes;
    assert.ok(route !== undefined);
    const through = (count: number, end: (reader: AnswerReader) => readonly Frame[]): string => {
      const reader = dialect.createReader(dialect.readRequest(request(true), route, { model }));
      const frames = stream(SAID).map(([event, data]): Frame => {
        const frame = data === '[DONE]' ? { data: null, raw: data } : { data, raw: JSON.stringify(data) };
        return event === null ? frame : { event, ...frame };
      });
      const before = frames.slice(0, count).flatMap((frame) => reader.take(frame));
      return [...before, ...end(reader)].map(frameText).join('');
    };
    const viewed = (bytes: string): ReturnType<typeof viewOf> => answering(bytes, true, (address) => viewOf(client(address)));

    const refused = await viewed(through(Infinity, (reader) => reader.release([REFUSE, REFUSE])));
    assert.match(refused.text, /^Both\.\s*Refused\.\s*Refused\.$/);
    assert.deepEqual([refused.calls, refused.ended], [[], 'stop']);

    const one = await viewed(through(Infinity, (reader) => reader.release([REFUSE, PASS])));
    assert.match(one.text, /^Both\.\s*Refused\.$/);
    assert.deepEqual([one.calls, one.ended], [[{ to: 'FR76' }], 'tool-calls']);

    for (const count of [0, 4]) {
      const broken = await viewed(through(count, (reader) => reader.abandon('Stopped.')));
      assert.match(broken.text, /Stopped\.$/);
      assert.deepEqual([broken.calls, broken.ended], [[], 'stop']);
    }
  });
}
