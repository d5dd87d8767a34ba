import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Turn } from '../../../examples/model-server/script.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { CLAUDE, GPT, scripted, stage } from './stage.ts';
import type { Stage } from './stage.ts';

interface Said {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly stop: string;
}

/** The same request through a provider's own client, unchanged but for the address and the key. */
type Client = (stage: Stage, session: string) => Promise<Said>;

const chatTools = ['look', 'pay', 'wipe', 'note'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object' as const } },
}));
const messageTools = ['look', 'pay', 'wipe', 'note'].map((name) => ({ name, input_schema: { type: 'object' as const } }));
const itemTools = chatTools.map(({ function: { name } }) => ({ type: 'function' as const, name, parameters: { type: 'object' }, strict: false }));
const headers = (session: string) => ({ headers: { 'x-aegis-session': session } });
const messages = [{ role: 'user' as const, content: 'Do what is needed.' }];

const CLIENTS: Readonly<Record<string, Client>> = {
  'openai, whole': async ({ openai }, session) => {
    const answer = await openai.chat.completions.create({ model: GPT, messages, tools: chatTools }, headers(session));
    const choice = answer.choices[0]!;
    const calls = (choice.message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function' ? [{ name: call.function.name, args: JSON.parse(call.function.arguments) as unknown }] : [],
    );
    return { text: choice.message.content ?? '', calls, stop: choice.finish_reason };
  },
  'openai, streamed': async ({ openai }, session) => {
    const stream = openai.chat.completions.stream({ model: GPT, messages, tools: chatTools }, headers(session));
    const choice = (await stream.finalChatCompletion()).choices[0]!;
    const calls = (choice.message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function' ? [{ name: call.function.name, args: JSON.parse(call.function.arguments) as unknown }] : [],
    );
    return { text: choice.message.content ?? '', calls, stop: choice.finish_reason };
  },
  'responses, whole': async ({ openai }, session) => {
    const answer = await openai.responses.create({ model: GPT, input: 'Do what is needed.', tools: itemTools }, headers(session));
    return readItems(answer);
  },
  'responses, streamed': async ({ openai }, session) => {
    const stream = openai.responses.stream({ model: GPT, input: 'Do what is needed.', tools: itemTools }, headers(session));
    return readItems(await stream.finalResponse());
  },
  'anthropic, whole': async ({ anthropic }, session) => {
    const answer = await anthropic.messages.create({ model: CLAUDE, max_tokens: 64, messages, tools: messageTools }, headers(session));
    return read(answer);
  },
  'anthropic, streamed': async ({ anthropic }, session) => {
    const stream = anthropic.messages.stream({ model: CLAUDE, max_tokens: 64, messages, tools: messageTools }, headers(session));
    return read(await stream.finalMessage());
  },
};

function read(answer: { readonly content: readonly object[]; readonly stop_reason: string | null }): Said {
  const blocks = answer.content as readonly { type: string; text?: string; name?: string; input?: unknown }[];
  return {
    text: blocks.flatMap(({ type, text }) => (type === 'text' ? [text ?? ''] : [])).join('\n\n'),
    calls: blocks.flatMap(({ type, name, input }) => (type === 'tool_use' ? [{ name: name ?? '', args: input }] : [])),
    stop: answer.stop_reason ?? '',
  };
}

/** An answer of Responses names no reason for stopping: there are calls in it, or there are none. */
function readItems(answer: { readonly output_text: string; readonly status?: string | undefined; readonly output: readonly object[] }): Said {
  const items = answer.output as readonly { type: string; name?: string; arguments?: string; content?: readonly { text?: string }[] }[];
  const calls = items.flatMap(({ type, name, arguments: args }) =>
    type === 'function_call' ? [{ name: name ?? '', args: JSON.parse(args ?? '') as unknown }] : [],
  );
  const texts = items.flatMap(({ type, content }) => (type === 'message' ? (content ?? []).map(({ text }) => text ?? '') : []));
  assert.equal(answer.status, 'completed');
  return { text: texts.join('\n\n'), calls, stop: calls.length > 0 ? 'tool_use' : 'stop' };
}

const STOPS = { calls: new Set(['tool_calls', 'tool_use']), text: new Set(['stop', 'end_turn']) };

async function staged(context: TestContext, turn: Turn): Promise<Stage> {
  return stage(context, await scripted(context, turn));
}

const call = (name: string, args: JsonObject): { name: string; args: JsonObject } => ({ name, args });

for (const [name, ask] of Object.entries(CLIENTS)) {
  test(`[LLM-1, LLM-4] ${name}: an answer of text and allowed calls is what the provider said`, async (context) => {
    const s = await staged(context, { text: 'I will look, twice.', calls: [call('look', { at: 'sky' }), call('look', { at: 'sea' })] });
    const said = await ask(s, 's1');
    assert.equal(said.text, 'I will look, twice.');
    assert.deepEqual(said.calls, [call('look', { at: 'sky' }), call('look', { at: 'sea' })]);
    assert.ok(STOPS.calls.has(said.stop), said.stop);
    const recorded = await s.actions('s1');
    assert.deepEqual(
      recorded.map(({ kind, effect }) => `${kind} ${effect}`).toSorted(),
      ['model allow', 'tool allow', 'tool allow'],
      JSON.stringify(recorded),
    );
  });

  test(`[LLM-5, DOOR-4] ${name}: a denied call becomes its refusal, and the run can go on`, async (context) => {
    const s = await staged(context, { text: 'I will wipe it.', calls: [call('wipe', { all: true })] });
    const said = await ask(s, 's1');
    assert.deepEqual(said.calls, []);
    assert.match(said.text, /^I will wipe it\.\n\nAegis denied this action\. .*\(TOOL_BLOCKED\)/);
    assert.ok(STOPS.text.has(said.stop), said.stop);
  });

  test(`[LLM-5] ${name}: of a parallel set only what is denied is taken out`, async (context) => {
    const s = await staged(context, { calls: [call('look', { at: 'sky' }), call('wipe', { all: true }), call('look', { at: 'sea' })] });
    const said = await ask(s, 's1');
    assert.deepEqual(said.calls, [call('look', { at: 'sky' }), call('look', { at: 'sea' })]);
    assert.match(said.text, /TOOL_BLOCKED/);
    assert.ok(STOPS.calls.has(said.stop), said.stop);
  });

  test(`[LLM-5] ${name}: a changed call arrives as it was decided`, async (context) => {
    const s = await staged(context, { calls: [call('note', { text: 'a long story', to: 'me' })] });
    assert.deepEqual((await ask(s, 's1')).calls, [call('note', { text: 'short', to: 'me' })]);
  });

  test(`[LLM-8, ASK-1] ${name}: a call that waits for a person arrives when it is granted`, async (context) => {
    const s = await staged(context, { calls: [call('pay', { to: 'ada' })] });
    const granted = grantNext(s);
    const said = await ask(s, 's1');
    await granted;
    assert.deepEqual(said.calls, [call('pay', { to: 'ada' })]);
  });
}

async function grantNext(s: Stage): Promise<void> {
  for (;;) {
    const pending = await s.aegis.daemon.gate.pending('default' as never);
    const [first] = pending;
    if (first !== undefined) {
      const answer = await s.aegis.ask('POST', `/v1/approvals/${first.approval}/grant`, { key: s.aegis.admin, body: { reason: 'it is fine' } });
      assert.equal(answer.status, 200, answer.text);
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('[LLM-8] without an answer in time the refusal is said, with the approval to ask about', async (context) => {
  const s = await stage(context, await scripted(context, { calls: [call('pay', { to: 'ada' })] }), { llm: { holdMs: 50 } });
  const said = await CLIENTS['openai, streamed']!(s, 's1');
  assert.deepEqual(said.calls, []);
  assert.match(said.text, /Aegis is holding this action until a person decides \(approval /);
});

test('[LLM-8, ASK-1] a call that is made again after its grant runs, once', async (context) => {
  const pay = call('pay', { to: 'ada' });
  const s = await stage(context, await scripted(context, { calls: [pay, pay] }), { llm: { holdMs: 0 } });
  const ask = CLIENTS['anthropic, streamed']!;
  assert.deepEqual((await ask(s, 's1')).calls, []);
  await grantNext(s);
  assert.deepEqual((await ask(s, 's1')).calls, [pay]);
  const third = await ask(s, 's1');
  assert.deepEqual(third.calls, [], 'a grant is used once');
  assert.match(third.text, /until a person decides/);
});
