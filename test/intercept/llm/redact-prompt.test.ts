import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import type { PromptTerms } from '../../../src/gate/nouns.ts';
import { sensitiveSpans } from '../../../src/inspect/sensitive-spans.ts';
import { promptShape as anthropic } from '../../../src/intercept/llm/dialects/anthropic/prompt-shape.ts';
import { promptShape as gemini } from '../../../src/intercept/llm/dialects/gemini/prompt-shape.ts';
import { promptShape as openaiChat } from '../../../src/intercept/llm/dialects/openai-chat/prompt-shape.ts';
import { promptShape as openaiResponses } from '../../../src/intercept/llm/dialects/openai-responses/prompt-shape.ts';
import { mapStrings } from '../../../src/intercept/llm/dialect/map-strings.ts';
import { redactPrompt } from '../../../src/intercept/llm/prompt/redact-prompt.ts';
import type { RedactedPrompt } from '../../../src/intercept/llm/prompt/redact-prompt.ts';
import { createPlaceholders } from '../../../src/intercept/llm/prompt/session-placeholders.ts';
import type { Placeholders } from '../../../src/intercept/llm/prompt/session-placeholders.ts';
import type { AgentId, Digest, SessionId, TenantId } from '../../../src/kernel/ids.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';

const TERMS: PromptTerms = {
  policy: 'p' as Digest,
  words: new Map([
    ['pii', 'restore'],
    ['secret', 'restore'],
  ]),
  applies: true,
  read: (text) => {
    const { spans, whole } = sensitiveSpans(text);
    return { spans: spans.filter(({ confidence }) => confidence >= 0.5), whole };
  },
};
const place = { caller: { tenant: 'default' as TenantId, agent: 'a1' as AgentId }, session: 's' as SessionId };
const SHAPES = { anthropic, gemini, openaiChat, openaiResponses };

const VALUES = [
  'zoe.kovac@example.org',
  'max@weber.example',
  '536-22-8145',
  'ghp_x7Kq2mT9vB4nR8wZ1cL5pD3sF6hJ0gYaQeUi',
  'DE89 3704 0044 0532 0130 00',
];
const words = fc.constantFrom(
  ' and ',
  '. ',
  '\n',
  ' “',
  '” ',
  ' (',
  ') ',
  ' [[',
  ']] ',
  ' {"a": "',
  '"} ',
  ' 漢字 ',
  ' 👍 ',
  ' x ',
  ': ',
  ' [[EMAIL_aaaaaaaaaaaaaaaa]] ',
);
const said = fc.array(fc.tuple(words, fc.constantFrom(...VALUES, 'nothing', 'here')), { maxLength: 6 }).map((pairs) => pairs.flat().join(''));
const members = fc.constantFrom(
  'text',
  'content',
  'input',
  'args',
  'arguments',
  'output',
  'parts',
  'source',
  'summary',
  'response',
  'x',
  VALUES[0] ?? '',
);
const bodies = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    said,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(members, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const redacted = (placeholders: Placeholders, body: JsonObject, shape: keyof typeof SHAPES): Promise<RedactedPrompt> =>
  redactPrompt(placeholders, place, { terms: TERMS, body, shape: SHAPES[shape] });

/** Names of members are words of the provider's own, but for those of data; here only data may be called like a value. */
function strings(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((one) => strings(one as Json)) : [];
}

test('[LLM-54, LLM-55, LLM-56] whatever a request looks like, no value is left in its strings, and what is put back is what was there', async () => {
  for (const shape of Object.keys(SHAPES) as (keyof typeof SHAPES)[]) {
    const placeholders = createPlaceholders();
    await fc.assert(
      fc.asyncProperty(bodies, async (value) => {
        const body = { messages: [value] };
        const { body: out, restore, summary } = await redacted(placeholders, body, shape);
        for (const text of strings(out)) for (const one of VALUES) assert.ok(!text.includes(one), text);
        const back = mapStrings(out, (text) => restore?.text(text) ?? text);
        assert.deepEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify(body)));
        if ((summary['replaced'] as readonly string[]).length === 0) assert.equal(out, body);
        assert.deepEqual(await redacted(placeholders, body, shape).then((again) => again.body), out, 'the same again');
        assert.deepEqual((await redacted(placeholders, out, shape)).body, out, 'a placeholder is no value');
      }),
      { numRuns: 150, seed: 54 },
    );
  }
});

test('[LLM-54] names and long numbers in data are read; amounts, and names that others refer by, are not', async () => {
  const input = { 'zoe.kovac@example.org': 1, name: 'max@weber.example', card: 4_242_424_242_424_242, amount: 1_200, ratio: 0.5 };
  const body = { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'pay', input }] }] };
  const { body: out, summary } = await redacted(createPlaceholders(), body, 'anthropic');
  const text = JSON.stringify(out);
  assert.match(
    text,
    /"name":"pay","input":\{"\[\[EMAIL_[a-z2-7]{16}\]\]":1,"name":"\[\[EMAIL_[a-z2-7]{16}\]\]","card":"\[\[CREDIT_CARD_[a-z2-7]{16}\]\]","amount":1200,"ratio":0\.5\}/,
  );
  assert.deepEqual(summary, { read: ['pii', 'secret'], applied: true, replaced: ['1 credit-card', '2 email'] });
});

test('[LLM-55] a value that only its name gives away in data is replaced in every text', async () => {
  const secret = 'tr0ub4dor-Zq9_kV7p';
  const call = { type: 'tool_use', id: 'toolu_1', name: 'login', input: { user: 'zoe', password: secret } };
  const body = {
    messages: [
      { role: 'assistant', content: [call] },
      { role: 'user', content: `it said ${secret}, as I thought` },
    ],
  };
  const { body: out } = await redacted(createPlaceholders(), body, 'anthropic');
  assert.ok(!JSON.stringify(out).includes(secret), JSON.stringify(out));
});

test('[LLM-58] more values than a session keeps are all replaced and put back; the oldest leave first, and are the same when they come back', async () => {
  const mails = Array.from({ length: 5_000 }, (_none, at) => `user${String(at)}@example.org`);
  const placeholders = createPlaceholders();
  const body = { messages: [{ role: 'user', content: mails.join(' ') }] };
  const { body: out, restore, summary } = await redacted(placeholders, body, 'openaiChat');
  assert.deepEqual(summary['replaced'], ['5000 email']);
  assert.ok(!JSON.stringify(out).includes('@'));
  assert.ok(JSON.stringify(mapStrings(out, (text) => restore?.text(text) ?? text)) === JSON.stringify(body));
  const first = JSON.stringify(out).match(/\[\[EMAIL_[a-z2-7]{16}\]\]/)?.[0] ?? '';
  const { restore: later } = await redacted(placeholders, { messages: [{ role: 'user', content: 'new@example.org' }] }, 'openaiChat');
  assert.equal(later?.text(first), first, 'the oldest left when the next request was through');
  const again = await redacted(placeholders, body, 'openaiChat');
  assert.ok(JSON.stringify(again.body) === JSON.stringify(out), 'and is the same when it comes back');
});

test('[LLM-54] a value at the very end of a piece, and of the text, is found', async () => {
  for (const length of [65_536, 65_537, 59_392 + 65_536, 59_392 + 65_540]) {
    const text = `${'x '.repeat(length)}`.slice(0, length - 22) + ' zoe.kovac@example.org';
    assert.equal(text.length, length);
    const { body } = await redacted(createPlaceholders(), { messages: [{ role: 'user', content: `${text}` }] }, 'openaiChat');
    assert.match(JSON.stringify(body).slice(-60), /^.*x? \[\[EMAIL_[a-z2-7]{16}\]\]"\}\]\}$/);
  }
});
