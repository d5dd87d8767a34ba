import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { MAIL, provider, RESTORE, sent, SSN } from './prompt-stage.ts';
import { stage } from './stage.ts';
import { chunk, DONE, EVENTS, upstream, USAGE } from './upstream.ts';

/** Per dialect: a first request, an answer that uses a placeholder, and what a client sends next; `said` is the part that must come back unchanged. */
interface Turns {
  readonly first: JsonObject;
  readonly answer: (placeholder: string) => JsonObject;
  readonly said: (body: JsonObject) => unknown;
  readonly next: (first: JsonObject, answer: JsonObject) => JsonObject;
  readonly came: (request: JsonObject) => unknown;
}

const member = (value: unknown, ...steps: readonly (string | number)[]): unknown =>
  steps.reduce<unknown>((one, step) => (one as Record<string | number, unknown> | undefined)?.[step], value);
const adding = (body: JsonObject, name: string, ...more: readonly unknown[]): JsonObject =>
  ({ ...body, [name]: [...(body[name] as []), ...more] }) as JsonObject;

const TURNS: Readonly<Record<string, Turns>> = {
  '/v1/chat/completions': {
    first: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `I am ${MAIL}, number ${SSN}` }] },
    answer: (one) => {
      const call = { id: 'call_1', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: one, n: 1 }) } };
      const message = { role: 'assistant', content: `To ${one}.`, tool_calls: [call] };
      return { id: 'c1', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    },
    said: (body) => member(body, 'choices', 0, 'message'),
    next: (first, answer) =>
      adding(first, 'messages', member(answer, 'choices', 0, 'message'), { role: 'tool', tool_call_id: 'call_1', content: `sent to ${MAIL}` }),
    came: (request) => member(request, 'messages', 1),
  },
  '/v1/responses': {
    first: { model: 'gpt-4o-mini', input: [{ role: 'user', content: `I am ${MAIL}, number ${SSN}` }] },
    answer: (one) => {
      const message = {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: `To ${one}.`, annotations: [] }],
      };
      const call = {
        id: 'fc_1',
        type: 'function_call',
        call_id: 'call_1',
        name: 'send',
        arguments: JSON.stringify({ to: one }),
        status: 'completed',
      };
      const thought = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: `of ${one}` }], encrypted_content: 'c2VhbGVk' };
      return { id: 'resp_1', status: 'completed', output: [thought, message, call], usage: { input_tokens: 1, output_tokens: 1 } };
    },
    said: (body) => body['output'],
    next: (first, answer) =>
      adding(first, 'input', ...(answer['output'] as []), { type: 'function_call_output', call_id: 'call_1', output: `sent to ${MAIL}` }),
    came: (request) => (request['input'] as []).slice(1, 4),
  },
  '/v1/messages': {
    first: { model: 'claude-3-5-haiku-latest', max_tokens: 64, messages: [{ role: 'user', content: `I am ${MAIL}, number ${SSN}` }] },
    answer: (one) => {
      const content = [
        { type: 'thinking', thinking: `of ${one}`, signature: 'c2ln' },
        { type: 'text', text: `To ${one}.` },
        { type: 'tool_use', id: 'toolu_1', name: 'send', input: { to: one, list: [one] } },
      ];
      return { id: 'msg_1', type: 'message', role: 'assistant', content, stop_reason: 'tool_use', usage: { input_tokens: 1, output_tokens: 1 } };
    },
    said: (body) => body['content'],
    next: (first, answer) =>
      adding(
        first,
        'messages',
        { role: 'assistant', content: answer['content'] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: `sent to ${MAIL}` }] },
      ),
    came: (request) => member(request, 'messages', 1, 'content'),
  },
  '/v1beta/models/gemini-2.5-flash:generateContent': {
    first: { contents: [{ role: 'user', parts: [{ text: `I am ${MAIL}, number ${SSN}` }] }] },
    answer: (one) => {
      const parts = [
        { text: `of ${one}`, thought: true },
        { text: `To ${one}.`, thoughtSignature: 'c2ln' },
        { functionCall: { name: 'send', args: { to: one } }, thoughtSignature: 'c2lnbmVk' },
      ];
      return {
        candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
      };
    },
    said: (body) => member(body, 'candidates', 0, 'content'),
    next: (first, answer) =>
      adding(first, 'contents', member(answer, 'candidates', 0, 'content'), {
        role: 'user',
        parts: [{ functionResponse: { name: 'send', response: { to: MAIL } } }],
      }),
    came: (request) => member(request, 'contents', 1),
  },
};

for (const [path, { first, answer, said, next, came }] of Object.entries(TURNS)) {
  test(`[LLM-54, LLM-55, LLM-56] ${path}: what the client was given back with values returns to the provider as it wrote it, signatures and signed thoughts untouched`, async (context) => {
    const { url, seen } = await provider(context, (_path, body) => answer(JSON.stringify(body).match(/\[\[EMAIL_[a-z2-7]{16}\]\]/)?.[0] ?? 'none'));
    const staged = await stage(context, url, { policy: RESTORE });
    const given = await sent(staged, path, first);
    assert.equal(given.status, 200, given.text);
    const body = JSON.parse(given.text) as JsonObject;
    const words = JSON.stringify(said(body));
    assert.ok(words.includes(`To ${MAIL}.`), words);
    assert.match(words, new RegExp(`\\\\?"to\\\\?":\\\\?"${MAIL}`));
    assert.doesNotMatch(words, /of zoe/, 'thoughts stay as they are');
    assert.equal((await sent(staged, path, next(first, body))).status, 200);
    const [one, two] = seen.map(({ text }) => JSON.parse(text) as JsonObject);
    const placeholder = seen[0]?.text.match(/\[\[EMAIL_[a-z2-7]{16}\]\]/)?.[0] ?? '';
    assert.deepEqual(came(two ?? {}), said(answer(placeholder)));
    assert.ok(!(seen[1]?.text ?? '').includes(MAIL));
    assert.deepEqual(
      (one?.['messages'] ?? one?.['input'] ?? one?.['contents'] ?? [])[0 as never],
      (two?.['messages'] ?? two?.['input'] ?? two?.['contents'] ?? [])[0 as never],
    );
  });
}

test('[LLM-56] text flows while the end of it waits for what it may begin, and a provider that breaks off gives that up too', async (context) => {
  for (const end of ['whole', 'broken'] as const) {
    const arrived = Promise.withResolvers<undefined>();
    const { url } = await upstream(context, async (response, { text }) => {
      const placeholder = text.match(/\[\[EMAIL_[a-z2-7]{16}\]\]/)?.[0] ?? '';
      response.writeHead(200, EVENTS);
      response.write(chunk({ role: 'assistant', content: `Hello ${placeholder.slice(0, 12)}` }));
      await arrived.promise;
      if (end === 'broken') return void response.destroy();
      response.end(chunk({ content: `${placeholder.slice(12)}!` }) + chunk({}, 'stop') + USAGE + DONE);
    });
    const staged = await stage(context, url, { policy: RESTORE });
    const stream = await staged.openai.chat.completions.create({
      model: 'gpt-4o-mini',
      stream: true,
      messages: [{ role: 'user', content: `I am ${MAIL}` }],
    });
    let text = '';
    const read = async (): Promise<void> => {
      for await (const { choices } of stream) {
        text += choices[0]?.delta.content ?? '';
        if (text === 'Hello ') arrived.resolve(undefined);
      }
    };
    if (end === 'whole') await read();
    else await assert.rejects(read());
    assert.match(text, end === 'whole' ? new RegExp(`^Hello ${MAIL}!$`) : /^Hello \[\[EMAIL_[a-z2-7]{4}$/);
  }
});
