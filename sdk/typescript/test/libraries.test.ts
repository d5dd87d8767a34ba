import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { createOpenAI } from '@ai-sdk/openai';
import { tool as langchainTool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, OpenAIProvider, Runner, tool as agentsTool } from '@openai/agents';
import { generateText, stepCountIs, streamText, tool as aiTool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';
import type { Script } from '../../../examples/model-server/script.ts';
import { startModelServer, type ModelServer } from '../../../examples/model-server/server.ts';
import { AegisBlockedError, auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';

/** Calls `lookup`, then `wipe` when the user asks for it, then says goodbye. */
const script: Script = ({ user, results }) => {
  if (results.length > 0) return { text: `done after: ${results.join('; ')}` };
  if (user.includes('both'))
    return {
      calls: [
        { name: 'lookup', args: { id: 7 } },
        { name: 'wipe', args: { id: 7 } },
      ],
    };
  if (user.includes('wipe')) return { text: 'Wiping.', calls: [{ name: 'wipe', args: { id: 7 } }] };
  if (user.includes('change')) return { calls: [{ name: 'change', args: { amount: 900 } }] };
  return { text: 'Looking.', calls: [{ name: 'lookup', args: { id: 7 } }] };
};

let model: ModelServer;
let gateway: Gateway;
before(async () => {
  model = await startModelServer(script);
  gateway = await startGateway(({ name }) =>
    name === 'wipe' ? { effect: 'deny' } : name === 'change' ? { effect: 'modify', args: { amount: 100 } } : undefined,
  );
  const aegis = auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
  assert.deepEqual(aegis.patched.toSorted(), [
    '@ai-sdk/anthropic',
    '@ai-sdk/gateway',
    '@ai-sdk/openai',
    '@anthropic-ai/sdk',
    '@google/genai',
    '@langchain/core',
    '@modelcontextprotocol/client',
    '@modelcontextprotocol/sdk',
    '@openai/agents',
    'ai',
    'openai',
  ]);
});
after(async () => {
  await model.close();
  await gateway.close();
});

const chatTools = ['lookup', 'wipe', 'change'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
}));
const openai = (): OpenAI => new OpenAI({ apiKey: 'x', baseURL: `${model.url}/v1`, maxRetries: 0 });
const say = (content: string) => ({ model: 'm', tools: chatTools, messages: [{ role: 'user' as const, content }] });
const blockedWipe = (error: unknown): boolean => error instanceof AegisBlockedError && error.toolName === 'wipe' && error.code === 'TOOL_BLOCKED';

test('[SDK-1] OpenAI chat: an allowed call is handed out, a denied one never is', async () => {
  const answer = await openai().chat.completions.create(say('look'));
  assert.equal(answer.choices[0]?.message.tool_calls?.length, 1);
  await assert.rejects(openai().chat.completions.create(say('wipe')).then(), blockedWipe);
  await assert.rejects(openai().chat.completions.create(say('both')).then(), blockedWipe);
});

test('[SDK-2] OpenAI chat: helpers of the promise stay, and raw bytes are not handed out', async () => {
  const { data, response } = await openai().chat.completions.create(say('look')).withResponse();
  assert.equal(response.status, 200);
  assert.equal(data.choices.length, 1);
  await assert.rejects(openai().chat.completions.create(say('look')).asResponse(), /nobody decided/);
});

test('[SDK-3] OpenAI chat stream: text flows, a denied call leaves no byte', async () => {
  const seen: string[] = [];
  const stream = await openai().chat.completions.create({ ...say('wipe'), stream: true });
  await assert.rejects(async () => {
    for await (const chunk of stream) seen.push(JSON.stringify(chunk));
  }, blockedWipe);
  assert.ok(seen.some((chunk) => chunk.includes('Wiping')));
  assert.ok(!seen.some((chunk) => chunk.includes('wipe') || chunk.includes('tool_calls')));
});

test('[SDK-3] a teed stream is held back too', async () => {
  const [left, right] = (await openai().chat.completions.create({ ...say('wipe'), stream: true })).tee();
  for (const branch of [left, right]) {
    await assert.rejects(async () => {
      for await (const chunk of branch) assert.ok(!JSON.stringify(chunk).includes('tool_calls'));
    }, blockedWipe);
  }
});

test('[SDK-3] OpenAI chat stream helper gathers the decided arguments', async () => {
  const final = await openai().chat.completions.stream(say('change')).finalChatCompletion();
  const call = final.choices[0]?.message.tool_calls?.[0];
  assert.equal(call?.type === 'function' ? call.function.arguments : '', '{"amount":100}');
});

test('[SDK-4] OpenAI chat: modify replaces the arguments', async () => {
  const answer = await openai().chat.completions.create(say('change'));
  const call = answer.choices[0]?.message.tool_calls?.[0];
  assert.equal(call?.type === 'function' ? call.function.arguments : '', '{"amount":100}');
});

test('[SDK-5] the user’s words are labelled and results settle the calls they answer', async () => {
  const first = await openai().chat.completions.create(say('look up Ada please'));
  const call = first.choices[0]?.message.tool_calls?.[0];
  assert.ok(call);
  const before = gateway.outcomes().length;
  await openai().chat.completions.create({
    ...say('look up Ada please'),
    messages: [
      ...say('look up Ada please').messages,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: call.id, content: 'Ada has 12' },
    ],
  });
  assert.deepEqual(
    gateway
      .outcomes()
      .slice(before)
      .map(({ status, result }) => ({ status, result })),
    [{ status: 'succeeded', result: 'Ada has 12' }],
  );
  assert.ok(
    gateway.seen.some(
      ({ path, body }) => path === '/v1/sessions/s/content' && body['source'] === 'user_input' && body['value'] === 'look up Ada please',
    ),
  );
});

test('[SDK-1] the CommonJS copy of openai is guarded too', async () => {
  const { OpenAI: Cjs } = createRequire(import.meta.url)('openai') as { OpenAI: typeof OpenAI };
  assert.notEqual(Cjs, OpenAI);
  await assert.rejects(new Cjs({ apiKey: 'x', baseURL: `${model.url}/v1` }).chat.completions.create(say('wipe')).then(), blockedWipe);
});

const responseTools = ['lookup', 'wipe', 'change'].map((name) => ({
  type: 'function' as const,
  name,
  strict: false,
  parameters: { type: 'object', properties: {} },
}));

test('[SDK-1, SDK-3, SDK-4] OpenAI Responses: whole, streamed, modified', async () => {
  const client = openai();
  const answer = await client.responses.create({ model: 'm', input: 'change it', tools: responseTools });
  assert.equal(answer.output[0]?.type === 'function_call' ? answer.output[0].arguments : '', '{"amount":100}');
  await assert.rejects(client.responses.create({ model: 'm', input: 'wipe', tools: responseTools }).then(), blockedWipe);
  const final = await client.responses.stream({ model: 'm', input: 'change it', tools: responseTools }).finalResponse();
  assert.equal(final.output[0]?.type === 'function_call' ? final.output[0].arguments : '', '{"amount":100}');
  const events: string[] = [];
  await assert.rejects(async () => {
    for await (const event of await client.responses.create({ model: 'm', input: 'wipe', tools: responseTools, stream: true }))
      events.push(event.type);
  }, blockedWipe);
  assert.ok(events.includes('response.output_text.delta') && !events.some((type) => type.includes('function_call')));
});

const anthropic = (): Anthropic => new Anthropic({ apiKey: 'x', baseURL: model.url, maxRetries: 0 });
const claude = (content: string) => ({
  model: 'm',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content }],
  tools: ['lookup', 'wipe', 'change'].map((name) => ({ name, input_schema: { type: 'object' as const } })),
});

test('[SDK-1, SDK-3, SDK-4] Anthropic Messages: whole, streamed, stream helper, modified', async () => {
  const answer = await anthropic().messages.create(claude('change'));
  assert.deepEqual(
    answer.content.map((block) => (block.type === 'tool_use' ? block.input : null)),
    [{ amount: 100 }],
  );
  await assert.rejects(anthropic().messages.create(claude('wipe')).then(), blockedWipe);
  const final = await anthropic().messages.stream(claude('change')).finalMessage();
  assert.deepEqual(
    final.content.map((block) => (block.type === 'tool_use' ? block.input : null)),
    [{ amount: 100 }],
  );
  const events: string[] = [];
  await assert.rejects(async () => {
    for await (const event of await anthropic().messages.create({ ...claude('wipe'), stream: true })) events.push(JSON.stringify(event));
  }, blockedWipe);
  assert.ok(events.some((event) => event.includes('Wiping')) && !events.some((event) => event.includes('tool_use') || event.includes('wipe')));
  await assert.rejects(anthropic().messages.stream(claude('wipe')).finalMessage(), (error) => error instanceof Error && blockedWipe(error.cause));
});

test('[SDK-6] LangGraph: tools are decided where they run, a refusal becomes a tool error and the run goes on', async () => {
  const ran: string[] = [];
  const named = (name: string) =>
    langchainTool(({ id }: { id: number }) => (ran.push(name), `${name} ${id}`), {
      name,
      description: name,
      schema: z.object({ id: z.number(), depth: z.number().default(3) }),
    });
  const agent = createReactAgent({
    llm: new ChatOpenAI({ model: 'm', apiKey: 'x', configuration: { baseURL: `${model.url}/v1` } }),
    tools: [named('lookup'), named('wipe')],
  });
  const before = gateway.proposals().length;
  const state = (await agent.invoke({ messages: [{ role: 'user', content: 'both' }] })) as { messages: { content: unknown }[] };
  assert.deepEqual(ran, ['lookup']);
  assert.match(String(state.messages.at(-1)?.content), /done after: .*lookup 7.*Aegis denied wipe/s);
  const proposed = gateway.proposals().slice(before);
  assert.deepEqual(
    proposed.map(({ name, args }) => [name, args]).toSorted(),
    [
      ['lookup', { id: 7, depth: 3 }],
      ['wipe', { id: 7, depth: 3 }],
    ],
    'once each, with the arguments as validated',
  );
});

test('[SDK-6] LangGraph streaming: one decision per call', async () => {
  const ran: string[] = [];
  const lookup = langchainTool(({ id }: { id: number }) => (ran.push('lookup'), `lookup ${id}`), {
    name: 'lookup',
    description: 'l',
    schema: z.object({ id: z.number() }),
  });
  const agent = createReactAgent({
    llm: new ChatOpenAI({ model: 'm', apiKey: 'x', streaming: true, configuration: { baseURL: `${model.url}/v1` } }),
    tools: [lookup],
  });
  const before = gateway.proposals().length;
  for await (const _step of await agent.stream({ messages: [{ role: 'user', content: 'look' }] }, { streamMode: 'messages' })) assert.ok(_step);
  assert.deepEqual(ran, ['lookup']);
  assert.equal(gateway.proposals().length - before, 1);
});

test('[SDK-6] OpenAI Agents: a refusal is the tool’s answer', async () => {
  const ran: string[] = [];
  const named = (name: string) =>
    agentsTool({ name, description: name, parameters: z.object({ id: z.number() }), execute: ({ id }) => (ran.push(name), `${name} ${id}`) });
  const agent = new Agent({ name: 'a', model: 'm', tools: [named('lookup'), named('wipe')] });
  const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient: openai(), useResponses: true }), tracingDisabled: true });
  const result = await runner.run(agent, 'both');
  assert.deepEqual(ran, ['lookup']);
  assert.match(String(result.finalOutput), /lookup 7; Aegis denied wipe/);
});

const aiTools = (ran: string[]) => ({
  lookup: aiTool({ description: 'l', inputSchema: z.object({ id: z.number() }), execute: ({ id }) => (ran.push('lookup'), `lookup ${id}`) }),
  wipe: aiTool({ description: 'w', inputSchema: z.object({ id: z.number() }), execute: () => (ran.push('wipe'), 'wiped') }),
  change: aiTool({
    description: 'c',
    inputSchema: z.object({ amount: z.number() }),
    execute: ({ amount }) => (ran.push(`change ${amount}`), `changed ${amount}`),
  }),
});

test('[SDK-1, SDK-3, SDK-4] Vercel AI SDK: generateText and streamText', async () => {
  const ran: string[] = [];
  const provider = createOpenAI({ apiKey: 'x', baseURL: `${model.url}/v1` });
  for (const language of [provider.chat('m'), provider.responses('m')]) {
    const { text } = await generateText({ model: language, prompt: 'change', tools: aiTools(ran), stopWhen: stepCountIs(3) });
    assert.match(text, /changed 100/);
    await assert.rejects(generateText({ model: language, prompt: 'wipe', tools: aiTools(ran), maxRetries: 0 }), blockedWipe);
    const errors: unknown[] = [];
    const streamed = streamText({
      model: language,
      prompt: 'wipe',
      tools: aiTools(ran),
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    const parts: string[] = [];
    for await (const part of streamed.fullStream) parts.push(part.type);
    assert.ok(errors.some(blockedWipe));
    assert.ok(!parts.some((type) => type.startsWith('tool-')));
    const fine = streamText({ model: language, prompt: 'look', tools: aiTools(ran), stopWhen: stepCountIs(3) });
    assert.match(await fine.text, /lookup 7/);
  }
  assert.ok(!ran.includes('wipe'));
});
