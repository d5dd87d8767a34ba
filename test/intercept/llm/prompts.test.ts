import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { CARD, decided, MAIL, PLACEHOLDER, policyOf, provider, REDACT, RESTORE, sent, SSN, TOKEN, VALUES } from './prompt-stage.ts';
import { stage } from './stage.ts';

const SIGNED = `only ${MAIL} signed this`;
/** The same conversation in every dialect, a value in every place that may hold one. */
const REQUESTS: Readonly<Record<string, JsonObject>> = {
  '/v1/chat/completions': {
    model: 'gpt-4o-mini',
    user: MAIL,
    messages: [
      { role: 'system', content: `You serve ${MAIL}.` },
      {
        role: 'user',
        content: [
          { type: 'text', text: `Use ${TOKEN}` },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,em9l' } },
        ],
      },
      {
        role: 'assistant',
        content: `I tell ${MAIL}`,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: MAIL, [MAIL]: 1, card: CARD, ssn: SSN }) } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: JSON.stringify({ ssn: SSN, card: CARD }) },
      { role: 'user', content: `it was ${SSN}` },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'send', description: `Mails ${MAIL}`, parameters: { type: 'object', properties: { name: { enum: [MAIL] } } } },
      },
    ],
  },
  '/v1/responses': {
    model: 'gpt-4o-mini',
    instructions: `You serve ${MAIL}.`,
    metadata: { name: MAIL },
    input: [
      { role: 'user', content: [{ type: 'input_text', text: `Use ${TOKEN}` }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: SIGNED }], encrypted_content: 'c2VhbGVk' },
      { type: 'reasoning', id: 'rs_2', summary: [{ type: 'summary_text', text: `about ${MAIL}` }] },
      { type: 'function_call', call_id: 'call_1', name: 'send', arguments: JSON.stringify({ to: MAIL, card: CARD, ssn: SSN }) },
      { type: 'function_call_output', call_id: 'call_1', output: JSON.stringify({ ssn: SSN, card: CARD }) },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: `told ${MAIL}`, annotations: [] }] },
      {
        type: 'local_shell_call',
        id: 'ls_1',
        call_id: 'call_2',
        status: 'completed',
        action: { type: 'exec', command: ['mail', MAIL], env: { name: MAIL } },
      },
      { type: 'local_shell_call_output', id: 'call_2', output: `to ${MAIL}` },
    ],
    tools: [{ type: 'function', name: 'send', description: `Mails ${MAIL}`, parameters: { type: 'object', properties: {} } }],
  },
  '/v1/messages': {
    model: 'claude-3-5-haiku-latest',
    max_tokens: 64,
    metadata: { user_id: MAIL },
    system: [{ type: 'text', text: `You serve ${MAIL}.`, cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: `Use ${TOKEN}` },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: `by ${MAIL}` } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'em9l' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: SIGNED, signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'c2VhbGVk' },
          { type: 'text', text: `I tell ${MAIL}` },
          { type: 'tool_use', id: 'toolu_1', name: 'send', input: { to: MAIL, name: MAIL, [MAIL]: true, card: CARD, ssn: SSN } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: `ssn ${SSN}, card ${String(CARD)}` }] }],
      },
    ],
    tools: [{ name: 'send', description: `Mails ${MAIL}`, input_schema: { type: 'object', properties: {} } }],
  },
  '/v1beta/models/gemini-2.5-flash:generateContent': {
    systemInstruction: { parts: [{ text: `You serve ${MAIL}.` }] },
    contents: [
      { role: 'user', parts: [{ text: `Use ${TOKEN}` }, { inlineData: { mimeType: 'image/png', data: 'em9l' } }] },
      {
        role: 'model',
        parts: [
          { text: `I tell ${MAIL}` },
          { functionCall: { name: 'send', args: { to: MAIL, name: MAIL, card: CARD, ssn: SSN } }, thoughtSignature: 'c2ln' },
        ],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'send', response: { name: MAIL, ssn: SSN, card: CARD } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'send', description: `Mails ${MAIL}` }] }],
  },
};
const COUNTS: Readonly<Record<string, JsonObject>> = {
  '/v1/messages/count_tokens': Object.fromEntries(Object.entries(REQUESTS['/v1/messages'] ?? {}).filter(([name]) => name !== 'max_tokens')),
  '/v1beta/models/gemini-2.5-flash:countTokens': REQUESTS['/v1beta/models/gemini-2.5-flash:generateContent'] ?? {},
};

for (const [path, body] of [...Object.entries(REQUESTS), ...Object.entries(COUNTS)]) {
  test(`[LLM-54, LLM-59] ${path}: no value goes upstream, wherever it stands; what is signed or named stays`, async (context) => {
    const { url, seen } = await provider(context);
    const staged = await stage(context, url, { policy: RESTORE });
    const answer = await sent(staged, path, body);
    assert.equal(answer.status, 200, answer.text);
    const text = seen[0]?.text ?? '';
    const open = text.replaceAll(JSON.stringify(SIGNED), '""');
    for (const value of VALUES) assert.ok(!open.includes(value), `${value} in ${open}`);
    if (JSON.stringify(body).includes(SIGNED)) assert.ok(text.includes(SIGNED));
    for (const kept of ['c2ln', 'c2VhbGVk', 'em9l', '"name":"send"', '"call_1"', '"toolu_1"', '"rs_1"']) {
      assert.equal(text.includes(kept), JSON.stringify(body).includes(kept), kept);
    }
    const labels = new Set((text.match(PLACEHOLDER) ?? []).map((one) => one.replace(/_[a-z2-7]{16}\]\]/, '')));
    assert.deepEqual(
      [...labels].toSorted(),
      ['[[CREDIT_CARD', '[[EMAIL', '[[GITHUB', '[[US_SSN'].map((one) => [...labels].find((label) => label.startsWith(one)) ?? one),
    );
    assert.equal(new Set(text.match(PLACEHOLDER)).size, 4, 'one placeholder for each value');
    const [action] = await decided(staged, 'model');
    assert.equal(action?.decision.effect, 'modify');
    assert.match(
      action.decision.reasons.map(({ code, message }) => `${code} ${message}`).join(),
      /REDACTED Replaced in the prompt: 1 credit-card, 1 email, 1 github[a-z-]*, 1 us-ssn\./,
    );
    const args = await staged.aegis.ask('GET', `/v1/actions/${action.action.id}`, { key: staged.aegis.admin });
    assert.match(args.text, new RegExp(createHash('sha256').update(text).digest('hex')));
    const log = JSON.stringify(await staged.entries());
    for (const value of VALUES) assert.ok(!log.includes(value), `${value} in the log`);
  });
}

test('[LLM-55] one value, one placeholder: over the turns of its session, and where nothing beside it says what it is', async (context) => {
  const { url, seen } = await provider(context);
  const staged = await stage(context, url, { policy: RESTORE });
  const said = (content: string, more: readonly JsonObject[] = []): JsonObject => ({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content }, ...more],
  });
  await sent(staged, '/v1/chat/completions', said(`Number ${SSN} of ${MAIL}; the token is ${TOKEN}`));
  const first = seen[0]?.text.match(PLACEHOLDER) ?? [];
  assert.equal(first.length, 3);
  await sent(
    staged,
    '/v1/chat/completions',
    said(`Number ${SSN} of ${MAIL}; the token is ${TOKEN}`, [{ role: 'user', content: `1${TOKEN}y and (${SSN})` }]),
  );
  assert.deepEqual(seen[1]?.text.match(PLACEHOLDER), [...first, first[2], first[0]]);
  await sent(staged, '/v1/chat/completions', said(`I am ${MAIL}`), 's2');
  assert.notEqual(seen[2]?.text.match(PLACEHOLDER)?.[0], first[1], 'another session, another placeholder');
  const strange = '[[EMAIL_aaaaaaaaaaaaaaaa]]';
  await sent(staged, '/v1/chat/completions', said(`${strange} and ${first[1] ?? ''} and ${MAIL}`));
  assert.deepEqual(seen[3]?.text.match(PLACEHOLDER), [strange, first[1], first[1]]);
});

const callOf = (args: JsonObject): JsonObject => ({
  id: 'c1',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'send', arguments: JSON.stringify(args) } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});
const asks = (content: string): JsonObject => ({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });
const named = (body: JsonObject): string => JSON.stringify(body).match(PLACEHOLDER)?.[0] ?? '';

test('[LLM-57] a call with a restored value is decided, recorded and run as about the value', async (context) => {
  const { url } = await provider(context, (_path, body) => callOf({ to: named(body), note: `for ${named(body)}` }));
  const rule = `rules:\n  - { id: not-zoe, when: 'action.name == "send" && action.args.to == "${MAIL}"', effect: deny, reason: { code: NOT_ZOE, message: Not to her. } }\n`;
  const staged = await stage(context, url, { policy: RESTORE + rule });
  const other = await sent(staged, '/v1/chat/completions', asks('write to bob.meyer@example.org'));
  assert.match(other.text, /\\"to\\":\\"bob\.meyer@example\.org\\",\\"note\\":\\"for bob\.meyer@example\.org\\"/);
  const hers = await sent(staged, '/v1/chat/completions', asks(`write to ${MAIL}`));
  assert.match(hers.text, /Aegis denied this action\. Not to her\. \(NOT_ZOE\)/);
  assert.deepEqual((await decided(staged, 'tool')).map(({ decision }) => decision.effect).toSorted(), ['allow', 'deny']);
  const payload = await staged.aegis.ask('GET', '/v1/actions?session=s1', { key: staged.aegis.admin });
  assert.doesNotMatch(payload.text, PLACEHOLDER);
});

test('[LLM-59, GATE-17] what was said of a prompt is said again when the log is replayed, and a policy without the word would have allowed it', async (context) => {
  const { url } = await provider(context);
  const staged = await stage(context, url, { policy: RESTORE });
  await sent(staged, '/v1/chat/completions', asks(`write to ${MAIL}`));
  const { body } = await staged.aegis.ask('GET', '/v1/replay', { key: staged.aegis.admin });
  assert.deepEqual(body, { compared: 1, erased: 0 });
  const other = await staged.aegis.ask('POST', '/v1/policies/simulate', { key: staged.aegis.admin, body: { document: policyOf('pii: off') } });
  assert.match(other.text, /modify/);
});

test('[LLM-57] with redact alone the words and the calls of the answer keep the placeholder, and are decided with it', async (context) => {
  const { url } = await provider(context, (_path, body) => {
    const answer = callOf({ to: named(body) });
    return JSON.parse(JSON.stringify(answer).replace('"content":null', `"content":"to ${named(body)}"`)) as JsonObject;
  });
  const rule = `rules:\n  - { id: masked, when: 'action.name == "send" && action.args.to.startsWith("[[EMAIL_")', effect: allow, reason: { code: MASKED, message: Masked. } }\n`;
  const staged = await stage(context, url, { policy: REDACT + rule });
  const answer = await sent(staged, '/v1/chat/completions', asks(`write to ${MAIL}`));
  assert.ok(!answer.text.includes(MAIL));
  assert.match(answer.text, /"content":"to \[\[EMAIL_[a-z2-7]{16}\]\]"/);
  assert.match(answer.text, /\\"to\\":\\"\[\[EMAIL_[a-z2-7]{16}\]\]\\"/);
  const [call] = await decided(staged, 'tool');
  assert.ok(call?.decision.reasons.some(({ code }) => code === 'MASKED'));
});

test('[LLM-59] a rule that changes the model and the word for prompts speak together', async (context) => {
  const { url, seen } = await provider(context);
  const rule = `rules:\n  - { id: cheaper, when: 'action.kind == "model"', effect: modify, set: { model: gpt-4.1-nano } }\n`;
  const staged = await stage(context, url, { policy: RESTORE + rule });
  const { status, text } = await sent(staged, '/v1/chat/completions', asks(`write to ${MAIL}`));
  assert.equal(status, 200, text);
  assert.match(seen[0]?.text ?? '', /^\{"model":"gpt-4\.1-nano","messages":\[\{"role":"user","content":"write to \[\[EMAIL_/);
});

test('[LLM-54, LLM-59] without the word the bytes are the client’s; in shadow mode too, and the log says what would have been replaced', async (context) => {
  const { url, seen } = await provider(context);
  const body = asks(`write to ${MAIL}`);
  const plain = await stage(context, url, { policy: policyOf('pii: redact') });
  await sent(plain, '/v1/chat/completions', body);
  assert.equal(seen[0]?.text, JSON.stringify(body));
  assert.doesNotMatch(JSON.stringify(await decided(plain, 'model')), /redaction|REDACTED/);
  const shadow = await stage(context, url, { policy: policyOf('pii: { prompt: restore }', 'audit_only: true') });
  await sent(shadow, '/v1/chat/completions', body);
  assert.equal(seen[1]?.text, JSON.stringify(body));
  const [action] = await decided(shadow, 'model');
  assert.equal(action?.decision.effect, 'allow');
  assert.equal(action.decision.shadow, 'modify');
  assert.match(action.decision.reasons[0]?.message ?? '', /Replaced in the prompt: 1 email\./);
});

test('[LLM-58] after a restart the conversation brings its values along; only what the provider alone holds is not put back', async (context) => {
  const { url, seen } = await provider(context, (_path, body) => ({
    id: 'resp_1',
    status: 'completed',
    output: [
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: `so ${named(body)}${String(body['previous_response_id'] ?? '')}`, annotations: [] }],
      },
    ],
    usage: { input_tokens: 1, output_tokens: 1 },
  }));
  const staged = await stage(context, url, { policy: RESTORE });
  const before = await sent(staged, '/v1/responses', { model: 'gpt-4o-mini', input: `I am ${MAIL}` });
  assert.match(before.text, new RegExp(`so ${MAIL}`));
  const placeholder = named(JSON.parse(seen[0]?.text ?? '{}') as JsonObject);
  const held = { model: 'gpt-4o-mini', previous_response_id: 'resp_0', input: `say ${placeholder}` };
  assert.match((await sent(staged, '/v1/responses', held)).text, new RegExp(`so ${MAIL}resp_0`));
  await staged.aegis.restart();
  const models = staged.aegis.daemon.modelUrl ?? '';
  const again = { ...staged, models };
  assert.match((await sent(again, '/v1/responses', { model: 'gpt-4o-mini', input: `I am ${MAIL}` })).text, new RegExp(`so ${MAIL}`));
  assert.ok((await sent(again, '/v1/responses', held)).text.includes(`so ${placeholder}resp_0`));
});

test('[LLM-54] what only pretends to be a picture or a signature is read like any text', async (context) => {
  const { url, seen } = await provider(context);
  const staged = await stage(context, url, { policy: RESTORE });
  const content = [
    { type: 'text', text: `data:image/png;base64,em9l and ${MAIL}` },
    { type: 'input_audio', input_audio: { format: 'wav', data: `not sound but ${MAIL}` } },
    { type: 'text', text: 'words', signature: `by ${MAIL}` },
  ];
  assert.equal((await sent(staged, '/v1/chat/completions', { model: 'gpt-4o-mini', messages: [{ role: 'user', content }] })).status, 200);
  assert.equal(seen[0]?.text.match(PLACEHOLDER)?.length, 3);
  assert.ok(!seen[0].text.includes(MAIL));
});

test('[LLM-55] a conversation longer than is read in one go is read whole, and its values keep their places', async (context) => {
  const { url, seen } = await provider(context);
  const staged = await stage(context, url, { policy: RESTORE });
  const filler = 'all work and no play makes a dull text. '.repeat(1_600);
  const long = `${filler}${MAIL} ${filler}${filler}(${SSN}) ${filler}${TOKEN}`;
  assert.ok(long.length > 4 * 65_536 - 10_000);
  assert.equal((await sent(staged, '/v1/chat/completions', asks(long))).status, 200);
  const text = seen[0]?.text ?? '';
  for (const value of VALUES) assert.ok(!text.includes(value));
  const [mail = '', ssn = '', token = ''] = text.match(PLACEHOLDER) ?? [];
  assert.equal(text, JSON.stringify(asks(`${filler}${mail} ${filler}${filler}(${ssn}) ${filler}${token}`)));
});

test('[LLM-59] where the policy keeps values from providers, a route nobody reads is not passed on', async (context) => {
  const { url, seen } = await provider(context, () => ({ data: [] }));
  const staged = await stage(context, url, { policy: RESTORE, llm: { uninspected: 'pass' } });
  const refused = await sent(staged, '/v1/embeddings', { model: 'e', input: MAIL });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /PROMPT_UNREAD/);
  assert.equal(seen.length, 0);
});
