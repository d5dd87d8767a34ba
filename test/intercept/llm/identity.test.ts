import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AegisError } from '../../../src/errors.ts';
import OpenAI from 'openai';
import { CLAUDE, GPT, scripted, stage } from './stage.ts';
import { JSON_TYPE, post, upstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';
import type { TestContext } from 'node:test';

const WHOLE = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  model: GPT,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
});
const BODY = JSON.stringify({ model: GPT, messages: [{ role: 'user', content: 'hi' }] });

const plain = (context: TestContext): Promise<Upstream> => upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(WHOLE));

test('[LLM-2] the agent holds an Aegis key only: the proxy asks with its own', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url);
  await s.openai.chat.completions.create({ model: GPT, messages: [{ role: 'user', content: 'hi' }] });
  const [seen] = there.seen;
  assert.equal(seen?.headers.authorization, 'Bearer sk-upstream');
  assert.ok(!JSON.stringify(seen).includes(s.key));
});

test('[LLM-2] one environment variable is enough: the key in the path, the provider’s key passes through', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url, { llm: { openai: { url: there.url, key: '' } } });
  const client = new OpenAI({ baseURL: `${s.models}/key/${s.key}/v1`, apiKey: 'sk-own', maxRetries: 0 });
  await client.chat.completions.create({ model: GPT, messages: [{ role: 'user', content: 'hi' }] });
  const withHeader = await post(`${s.models}/v1/chat/completions`, BODY, { authorization: 'Bearer sk-other', 'x-aegis-key': s.key });
  assert.equal(withHeader.status, 200, withHeader.text);
  assert.deepEqual(
    there.seen.map(({ url, headers }) => `${url} ${headers.authorization ?? ''}`),
    ['/v1/chat/completions Bearer sk-own', '/v1/chat/completions Bearer sk-other'],
  );
  for (const { headers, url } of there.seen) assert.ok(!JSON.stringify([headers, url]).includes(s.key));
  const log = JSON.stringify(await s.entries());
  assert.ok(log.includes('model:'));
  for (const secret of [s.key, 'sk-own', 'sk-other']) assert.ok(!log.includes(secret), secret);
});

test('[LLM-2, LLM-10] nobody’s key, a person’s key and no key are 401 in the provider’s shape, and nothing goes upstream', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url);
  for (const key of ['aegis_agent_wrong', s.aegis.admin, 'sk-own', '']) {
    const answer = await post(`${s.models}/v1/chat/completions`, BODY, key === '' ? {} : { authorization: `Bearer ${key}` });
    assert.equal(answer.status, 401, answer.text);
    assert.equal((JSON.parse(answer.text) as { error: { code: string } }).error.code, 'UNAUTHENTICATED');
  }
  const message = await post(`${s.models}/v1/messages`, '{}', { 'x-api-key': 'aegis_agent_wrong' });
  assert.deepEqual([message.status, (JSON.parse(message.text) as { type: string }).type], [401, 'error']);
  assert.equal(there.seen.length, 0);
});

test('[LLM-2] without a key for the provider the request is refused here, not there', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url, { llm: { openai: { url: there.url, key: '' } } });
  const answer = await post(`${s.models}/v1/chat/completions`, BODY, { authorization: `Bearer ${s.key}` });
  assert.equal(answer.status, 401);
  assert.match(answer.text, /PROVIDER_KEY_MISSING/);
  assert.match(answer.text, /no key for openai.*llm\.openai\.key/);
  const twice = await post(`${s.models}/v1/chat/completions`, BODY, { authorization: `Bearer Bearer ${s.key}`, 'x-aegis-key': s.key });
  assert.equal(twice.status, 401, twice.text);
  assert.equal(there.seen.length, 0);
});

test('[LLM-3] the session is the header’s, else the conversation’s own from turn to turn', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url);
  const ask = async (messages: object[], more: Record<string, string> = {}): Promise<string> => {
    const headers = { authorization: `Bearer ${s.key}`, ...more };
    const answer = await post(`${s.models}/v1/chat/completions`, JSON.stringify({ model: GPT, messages }), headers);
    assert.equal(answer.status, 200, answer.text);
    return answer.headers.get('x-aegis-session') ?? '';
  };
  const first = { role: 'user', content: 'What is the sky?' };
  const one = await ask([first]);
  const two = await ask([first, { role: 'assistant', content: 'Blue.' }, { role: 'user', content: 'Why?' }]);
  const other = await ask([{ role: 'user', content: 'What is the sea?' }]);
  assert.equal(one, two);
  assert.notEqual(one, other);
  assert.equal(await ask([first], { 'x-aegis-session': 'mine' }), 'mine');
  const bad = await post(`${s.models}/v1/chat/completions`, BODY, { authorization: `Bearer ${s.key}`, 'x-aegis-session': 'no such\tname' });
  assert.equal(bad.status, 400);
});

/** Every dialect in which a client says whom it talks for, the same first words each time. */
const SAID: Readonly<Record<string, { path: string; body: object; says: (who: string) => object }>> = {
  user: { path: '/v1/chat/completions', body: JSON.parse(BODY) as object, says: (user) => ({ user }) },
  safety_identifier: { path: '/v1/chat/completions', body: JSON.parse(BODY) as object, says: (safety_identifier) => ({ safety_identifier }) },
  prompt_cache_key: { path: '/v1/responses', body: { model: GPT, input: 'hi' }, says: (prompt_cache_key) => ({ prompt_cache_key }) },
  'metadata.user_id': {
    path: '/v1/messages',
    body: { model: CLAUDE, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
    says: (user_id) => ({ metadata: { user_id } }),
  },
};

for (const [name, { path, body, says }] of Object.entries(SAID)) {
  test(`[LLM-3] conversations that begin with the same words are told apart by ${name}`, async (context) => {
    const s = await stage(context, await scripted(context, { text: 'hello' }));
    const ask = async (more: object): Promise<string> => {
      const answer = await post(`${s.models}${path}`, JSON.stringify({ ...body, ...more }), {
        'x-aegis-key': s.key,
        'anthropic-version': '2023-06-01',
      });
      assert.equal(answer.status, 200, answer.text);
      return answer.headers.get('x-aegis-session') ?? '';
    };
    const [ann, bob, again, nobody] = [await ask(says('ann@example.org')), await ask(says('bob')), await ask(says('ann@example.org')), await ask({})];
    assert.equal(ann, again);
    assert.equal(new Set([ann, bob, nobody]).size, 3);
    assert.equal(await ask(says('')), nobody, 'an empty name is none');
    assert.ok(!JSON.stringify(await s.entries()).includes('ann@example.org'), 'whom it is for is not recorded');
  });
}

test('[LLM-3] a coding agent’s own header names its session, whatever its conversations begin with; another agent’s is another', async (context) => {
  const s = await stage(context, await scripted(context, { text: 'hello' }));
  const other = await s.aegis.agent('a2');
  const claude = async (content: string, more: Record<string, string>, key = s.key): Promise<string> => {
    const body = JSON.stringify({ model: CLAUDE, max_tokens: 9, messages: [{ role: 'user', content }] });
    const answer = await post(`${s.models}/v1/messages`, body, { 'x-api-key': key, 'anthropic-version': '2023-06-01', ...more });
    return answer.headers.get('x-aegis-session') ?? answer.text;
  };
  const named = { 'x-claude-code-session-id': '0f0e' };
  const main = await claude('Fix the bug.', named);
  assert.match(main, /^llm-/);
  assert.equal(await claude('Title this.', named), main);
  assert.notEqual(await claude('Fix the bug.', { 'x-claude-code-session-id': '0f0f' }), main);
  assert.notEqual(await claude('Fix the bug.', named, other), main);
  assert.equal(await claude('Fix the bug.', { ...named, 'x-aegis-session': 'mine' }), 'mine');
  const codex = async (content: string, more: Record<string, string>): Promise<string> => {
    const body = JSON.stringify({ model: GPT, input: content });
    const answer = await post(`${s.models}/v1/responses`, body, { authorization: `Bearer ${s.key}`, ...more });
    return answer.headers.get('x-aegis-session') ?? answer.text;
  };
  assert.equal(await codex('Fix it.', { 'session-id': 'c0de' }), await codex('And this.', { session_id: 'c0de' }));
});

test('[LLM-3, SPEND-2] who names a new session for each request escapes what is limited by session, and nothing that is limited by agent', async (context) => {
  const policy = (scope: string): string =>
    `apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: spend }\ndefault: allow\nbudgets: [{ scope: ${scope}, modelCalls: 2 }]\n`;
  for (const [scope, statuses] of [
    ['session', [200, 200, 200, 200]],
    ['agent, period: day', [200, 200, 403, 403]],
  ] as const) {
    const s = await stage(context, await scripted(context, { text: 'hello' }), { policy: policy(scope) });
    const seen: number[] = [];
    for (let at = 0; at < 4; at++) {
      const body = JSON.stringify({ model: GPT, messages: [{ role: 'user', content: 'hi' }], user: `u${String(at)}` });
      seen.push((await post(`${s.models}/v1/chat/completions`, body, { authorization: `Bearer ${s.key}`, session_id: `s${String(at)}` })).status);
    }
    assert.deepEqual(seen, statuses, scope);
  }
});

test('[LLM-3, GATE-37] two agents may call their sessions alike, and each has its own', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url, { policy: null });
  const second = await s.aegis.agent('a2');
  const headers = { 'x-aegis-session': 'shared' };
  assert.equal((await post(`${s.models}/v1/chat/completions`, BODY, { ...headers, authorization: `Bearer ${s.key}` })).status, 200);
  const answer = await post(`${s.models}/v1/chat/completions`, BODY, { ...headers, authorization: `Bearer ${second}` });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(there.seen.length, 2);
  const opened = (await s.entries('&type=session-opened')) as unknown as readonly { agent: string; session: string }[];
  assert.deepEqual(opened.map(({ agent, session }) => `${agent} ${session}`).toSorted(), ['a1 shared', 'a2 shared']);
});

test('[LLM-7] results settle the call they answer, and a conversation sent again enters once', async (context) => {
  const url = await scripted(context, ({ results }) =>
    results.length === 0 ? { calls: [{ name: 'look', args: { at: 'sky' } }] } : { text: `I saw ${results.join()}` },
  );
  const s = await stage(context, url);
  const options = { headers: { 'x-aegis-session': 's1' } };
  const tools = [{ name: 'look', input_schema: { type: 'object' as const } }];
  const messages: { role: 'user' | 'assistant'; content: string | object[] }[] = [{ role: 'user', content: 'Look up.' }];
  const ask = () => s.anthropic.messages.create({ model: CLAUDE, max_tokens: 64, messages: messages as never, tools }, options);
  const first = await ask();
  const use = first.content.find(({ type }) => type === 'tool_use') as { id: string };
  messages.push(
    { role: 'assistant', content: first.content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: 'a kite' }] },
  );
  await ask();
  await ask();
  const actions = await s.actions('s1');
  const [look] = actions.filter(({ kind }) => kind === 'tool');
  assert.equal((await s.settled(look?.action ?? '')).status, 'succeeded');
  const types = (await s.entries()).map(({ type }) => type);
  assert.equal(types.filter((type) => type === 'content-labelled').length, 1);
});

test('[LLM-2, AUTH-6] a key that asks too fast is refused with 429 and decides nothing', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url, { limits: { requestsPerSecond: 3 } });
  const asked = await Promise.all(
    Array.from({ length: 40 }, () => post(`${s.models}/v1/chat/completions`, BODY, { authorization: `Bearer ${s.key}` })),
  );
  const limited = asked.filter(({ status }) => status === 429);
  assert.ok(limited.length > 0, asked.map(({ status }) => status).join());
  assert.match(limited[0]?.text ?? '', /RATE_LIMITED/);
  assert.equal(there.seen.length, asked.length - limited.length);
});

test('[LLM-6] what is allowed and never goes upstream costs nothing', async (context) => {
  const there = await plain(context);
  const s = await stage(context, there.url, { policy: null });
  const { gate } = s.aegis.daemon;
  // What the request carries cannot be recorded, so it is not sent though it was allowed.
  Object.assign(gate, { label: () => Promise.reject(new AegisError('CONFLICT', { detail: 'not recorded' })) });
  const answer = await post(`${s.models}/v1/chat/completions`, BODY, { authorization: `Bearer ${s.key}`, 'x-aegis-session': 's1' });
  assert.equal(answer.status, 409, answer.text);
  assert.equal(there.seen.length, 0);
  let settled = await s.entries('&type=action-settled');
  while (settled.length === 0) settled = await s.entries('&type=action-settled');
  assert.equal(settled[0]?.body['status'], 'cancelled');
  const [budget] = s.aegis.daemon.gate.budgets('default' as never, 'a1' as never, 's9' as never);
  assert.equal(budget?.taken ?? 0, 0, JSON.stringify(budget));
});
