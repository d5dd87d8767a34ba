import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import OpenAI from 'openai';
import { call, inputOf, insisting } from '../intercept/llm/insisting.ts';
import { CLAUDE, GPT, POLICY, scripted } from '../intercept/llm/stage.ts';
import { post } from '../intercept/llm/upstream.ts';
import { agentKey, logOf, places, up } from './daemon.ts';
import type { Daemon, LoggedEntry } from './daemon.ts';

interface Proxy {
  readonly daemon: Daemon;
  readonly admin: string;
  readonly key: string;
  openai(): OpenAI;
  /** Kills the daemon where it stands and starts another on the same folders. */
  kill(): Promise<void>;
  log(type: string): Promise<readonly LoggedEntry[]>;
  /** Bodies of what is settled, once so many tool calls are. */
  settled(tools: number): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** A real daemon in front of an upstream. Nobody waits for a person: what is asked is refused at once, and may be granted later. */
async function proxy(t: TestContext, upstream: string): Promise<Proxy> {
  const { root, ...at } = places(t);
  mkdirSync(root, { recursive: true });
  const policy = join(root, 'policy.yaml');
  writeFileSync(policy, POLICY);
  const held = { url: upstream, key: 'sk-upstream' };
  writeFileSync(join(root, 'aegis.yaml'), JSON.stringify({ llm: { port: 0, holdMs: 0, openai: held, anthropic: held, google: held } }));
  let daemon = await up(t, { ...at, policy });
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'a1');
  const log: Proxy['log'] = (type) => logOf(daemon.ask, admin, type);
  return {
    get daemon() {
      return daemon;
    },
    admin,
    key,
    log,
    openai: () => new OpenAI({ baseURL: `${daemon.modelUrl ?? ''}/v1`, apiKey: key, maxRetries: 0 }),
    kill: async () => {
      await daemon.end('SIGKILL');
      daemon = await up(t, { ...at, policy });
    },
    settled: async (tools) => {
      for (;;) {
        const found = (await log('action-settled')).map(({ body }) => body).filter(({ source }) => source === 'tool_output');
        if (found.length >= tools) return found;
      }
    },
  };
}

interface Decided {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
}

const decided = (entries: readonly LoggedEntry[], name: string): readonly string[] =>
  entries.map(({ body }) => body['action'] as Decided).flatMap((action) => (action.name === name ? [action.id] : []));

type Message = Readonly<Record<string, unknown>>;

/** How each dialect sends a conversation, and adds the results of the calls in an answer to it. */
const DIALECTS: Readonly<Record<string, { path: string; first: Message; next: (answer: Message, result: string) => Message }>> = {
  'Chat Completions': {
    path: '/v1/chat/completions',
    first: { model: GPT, messages: [{ role: 'user', content: 'look' }] },
    next: (answer, result) => {
      const { message } = (answer['choices'] as { message: Message & { tool_calls: { id: string }[] } }[])[0]!;
      const results = message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: result }));
      return { model: GPT, messages: [{ role: 'user', content: 'look' }, message, ...results] };
    },
  },
  Responses: {
    path: '/v1/responses',
    first: { model: GPT, input: [{ role: 'user', content: 'look' }] },
    next: (answer, result) => {
      const output = answer['output'] as { type: string; call_id: string }[];
      const results = output.flatMap(({ type, call_id }) =>
        type === 'function_call' ? [{ type: 'function_call_output', call_id, output: result }] : [],
      );
      return { model: GPT, input: [{ role: 'user', content: 'look' }, ...output, ...results] };
    },
  },
  Messages: {
    path: '/v1/messages',
    first: { model: CLAUDE, max_tokens: 99, messages: [{ role: 'user', content: 'look' }] },
    next: (answer, result) => {
      const content = answer['content'] as { type: string; id: string }[];
      const results = content.flatMap(({ type, id }) => (type === 'tool_use' ? [{ type: 'tool_result', tool_use_id: id, content: result }] : []));
      const messages = [
        { role: 'user', content: 'look' },
        { role: 'assistant', content },
        { role: 'user', content: results },
      ];
      return { model: CLAUDE, max_tokens: 99, messages };
    },
  },
  Gemini: {
    path: '/v1beta/models/gemini-2.0-flash:generateContent',
    first: { contents: [{ role: 'user', parts: [{ text: 'look' }] }] },
    next: (answer, result) => {
      const { content } = (answer['candidates'] as { content: { parts: { functionCall?: { id?: string; name: string } }[] } }[])[0]!;
      const results = content.parts.flatMap(({ functionCall }) =>
        functionCall === undefined ? [] : [{ functionResponse: { ...functionCall, args: undefined, response: { result } } }],
      );
      return { contents: [{ role: 'user', parts: [{ text: 'look' }] }, content, { role: 'user', parts: results }] };
    },
  },
};

test('[LLM-20, GATE-18] results that come after the daemon was killed settle the calls it let go before, in every dialect', async (t) => {
  const there = await scripted(t, ({ results }) => (results.length > 0 ? { text: 'Done.' } : { calls: [{ name: 'look', args: { id: 7 } }] }));
  const p = await proxy(t, there);
  const send = async (name: string, body: Message): Promise<Message> => {
    const url = `${p.daemon.modelUrl ?? ''}${DIALECTS[name]!.path}`;
    const { status, text } = await post(url, JSON.stringify(body), { 'x-aegis-key': p.key, 'anthropic-version': '2023-06-01' });
    assert.equal(status, 200, text);
    return JSON.parse(text) as Message;
  };
  const answers = new Map<string, Message>();
  for (const [name, { first }] of Object.entries(DIALECTS)) answers.set(name, await send(name, first));
  await p.kill();
  for (const [name, answer] of answers) await send(name, DIALECTS[name]!.next(answer, `nothing for ${name}`));
  const calls = decided(await p.log('action-decided'), 'look');
  assert.equal(calls.length, 4);
  const ends = await p.settled(4);
  assert.deepEqual(ends.map(({ action }) => action).toSorted(), calls.toSorted());
  assert.ok(ends.every(({ status, trusted }) => status === 'succeeded' && trusted === false));
});

for (const granted of ['before the daemon is killed', 'after it is started again']) {
  test(`[LLM-20, LLM-8] a question that is granted ${granted} is redeemed under its first action, once`, async (t) => {
    const there = await scripted(t, { calls: [{ name: 'pay', args: { to: 'ann', amount: 5 } }] });
    const p = await proxy(t, there);
    const ask = () => p.openai().chat.completions.create({ model: GPT, messages: [{ role: 'user', content: 'pay' }] });
    const grant = async (): Promise<void> => {
      const { body } = await p.daemon.ask('GET', '/v1/approvals', { key: p.admin });
      const [waiting] = body['approvals'] as readonly { readonly approval: string }[];
      const answer = await p.daemon.ask('POST', `/v1/approvals/${waiting?.approval ?? ''}/grant`, { key: p.admin, body: { reason: 'fine' } });
      assert.equal(answer.status, 200, answer.text);
    };
    assert.equal((await ask()).choices[0]?.message.tool_calls, undefined);
    const [first] = decided(await p.log('action-decided'), 'pay');
    if (granted.startsWith('before')) await grant();
    await p.kill();
    if (granted.startsWith('after')) await grant();
    assert.equal((await ask()).choices[0]?.message.tool_calls?.length, 1);
    const all = await p.log('action-decided');
    assert.deepEqual([...new Set(decided(all, 'pay'))], [first]);
    await p.kill();
    assert.equal((await ask()).choices[0]?.message.tool_calls, undefined, 'a grant is used once, also when the daemon is killed after it was');
    assert.equal(new Set(decided(await p.log('action-decided'), 'pay')).size, 2);
  });
}

test('[LLM-20, LLM-19, LLM-3] a conversation the provider holds goes on after the daemon was killed: in its session, every call answered', async (t) => {
  const there = await insisting(t, [call('c1', 'wipe'), call('c2', 'look'), call('c3', 'look')]);
  const p = await proxy(t, there.url);
  const first = await p.openai().responses.create({ model: GPT, input: 'Clean up.' }).withResponse();
  await p.kill();
  const input = [{ type: 'function_call_output' as const, call_id: 'c3', output: 'nothing there' }];
  const next = await p.openai().responses.create({ model: GPT, previous_response_id: first.data.id, input }).withResponse();
  assert.equal(next.data.output_text, 'Done.');
  assert.equal(next.response.headers.get('x-aegis-session'), first.response.headers.get('x-aegis-session'));
  const [wiped, looked, own] = inputOf(there);
  assert.deepEqual([wiped?.['call_id'], looked?.['call_id'], own?.['call_id']], ['c1', 'c2', 'c3']);
  assert.match(String(wiped?.['output']), /^Aegis denied this action\./);
  assert.ok(first.data.output_text.includes(String(wiped?.['output'])), 'the provider reads the refusal the client read');
  assert.match(String(looked?.['output']), /not known/, 'nobody says of a call that may have been done that it was not');
  assert.equal((await p.settled(1)).length, 1);
});

test('[LLM-20, LLM-19] a conversation with a name of its own goes on after the daemon was killed, and an answer without calls keeps its session', async (t) => {
  const there = await insisting(t, [call('c1', 'wipe')]);
  const p = await proxy(t, there.url);
  const ask = (terms: { conversation: string } | { previous_response_id: string }) =>
    p
      .openai()
      .responses.create({ model: GPT, input: 'Go on.', ...terms })
      .withResponse();
  const first = await ask({ conversation: 'conv_1' });
  await p.kill();
  const next = await ask({ conversation: 'conv_1' });
  assert.equal(next.data.output_text, 'Done.');
  assert.match(String(inputOf(there)[0]?.['output']), /^Aegis denied this action\./);
  while ((await p.log('answer-received')).length < 2);
  await p.kill();
  const last = await ask({ previous_response_id: next.data.id });
  assert.equal(inputOf(there), 'Go on.', 'what was settled is not settled again');
  const sessions = [first, next, last].map(({ response }) => response.headers.get('x-aegis-session'));
  assert.equal(new Set(sessions).size, 1);
});
