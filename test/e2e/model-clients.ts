import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { GoogleGenAI } from '@google/genai';
import type { Content } from '@google/genai';
import { ChatAnthropic } from '@langchain/anthropic';
import { tool as langchainTool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { Agent, OpenAIProvider, Runner, tool as agentsTool } from '@openai/agents';
import { generateText, stepCountIs, streamText, tool as aiTool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';

/** Where a client is pointed and what it holds: the only two things that change for it. */
export interface Pointed {
  /** Without a path: `http://127.0.0.1:7412`. */
  readonly base: string;
  readonly key: string;
}

/** One run of an agent: every text the model was seen to say, and the tools that ran, with their arguments. */
export interface Ran {
  readonly said: string;
  readonly tools: readonly string[];
}

export type Client = (pointed: Pointed, say: string, stream: boolean) => Promise<Ran>;

/** What the agent's own tools do; each call is noted before it answers. */
function hands(): { readonly done: string[]; readonly run: (name: string, args: unknown) => string } {
  const done: string[] = [];
  return {
    done,
    run: (name, args) => {
      done.push(`${name} ${JSON.stringify(args)}`);
      return `${name} is done`;
    },
  };
}

const NAMES = ['lookup', 'wipe', 'change'] as const;
const schema = { type: 'object', properties: { id: { type: 'number' }, amount: { type: 'number' }, to: { type: 'string' } } } as const;
const shape = z.object({ id: z.number().optional(), amount: z.number().optional(), to: z.string().optional() });
/** No agent here needs more turns than this. */
const TURNS = 4;

const openaiChat: Client = async ({ base, key }, say, stream) => {
  const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 });
  const { done, run } = hands();
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: say }];
  const tools = NAMES.map((name) => ({ type: 'function' as const, function: { name, parameters: schema } }));
  let said = '';
  for (let turn = 0; turn < TURNS; turn++) {
    const request = { model: 'gpt-4o-mini', messages, tools };
    const message = stream
      ? (await client.chat.completions.stream({ ...request, stream_options: { include_usage: true } }).finalChatCompletion()).choices[0]?.message
      : (await client.chat.completions.create(request)).choices[0]?.message;
    if (message === undefined) throw new Error('no message');
    said += `${message.content ?? ''}\n`;
    messages.push(message);
    if (message.tool_calls === undefined || message.tool_calls.length === 0) break;
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue;
      messages.push({ role: 'tool', tool_call_id: call.id, content: run(call.function.name, JSON.parse(call.function.arguments)) });
    }
  }
  return { said, tools: done };
};

const openaiResponses: Client = async ({ base, key }, say, stream) => {
  const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 });
  const { done, run } = hands();
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: say }];
  const tools = NAMES.map((name) => ({ type: 'function' as const, name, parameters: schema, strict: false }));
  let said = '';
  for (let turn = 0; turn < TURNS; turn++) {
    const request = { model: 'gpt-4o-mini', input, tools };
    const answer = stream ? await client.responses.stream(request).finalResponse() : await client.responses.create(request);
    said += `${answer.output_text}\n`;
    const output: readonly OpenAI.Responses.ResponseOutputItem[] = answer.output;
    const calls = output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    input.push(...(answer.output as OpenAI.Responses.ResponseInput));
    if (calls.length === 0) break;
    for (const call of calls) {
      input.push({ type: 'function_call_output', call_id: call.call_id, output: run(call.name, JSON.parse(call.arguments)) });
    }
  }
  return { said, tools: done };
};

const anthropic: Client = async ({ base, key }, say, stream) => {
  const client = new Anthropic({ apiKey: key, baseURL: base, maxRetries: 0 });
  const { done, run } = hands();
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: say }];
  const tools = NAMES.map((name) => ({ name, input_schema: schema as unknown as Anthropic.Tool.InputSchema }));
  let said = '';
  for (let turn = 0; turn < TURNS; turn++) {
    const request = { model: 'claude-opus-4-6', max_tokens: 1024, messages, tools };
    const message = stream ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
    said += message.content.map((block) => (block.type === 'text' ? `${block.text}\n` : '')).join('');
    messages.push({ role: 'assistant', content: message.content });
    const calls = message.content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0) break;
    messages.push({
      role: 'user',
      content: calls.map((call) => ({ type: 'tool_result' as const, tool_use_id: call.id, content: run(call.name, call.input) })),
    });
  }
  return { said, tools: done };
};

const gemini: Client = async ({ base, key }, say, stream) => {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: base } });
  const { done, run } = hands();
  const contents: Content[] = [{ role: 'user', parts: [{ text: say }] }];
  const config = { tools: [{ functionDeclarations: NAMES.map((name) => ({ name, parametersJsonSchema: schema })) }] };
  let said = '';
  for (let turn = 0; turn < TURNS; turn++) {
    const request = { model: 'gemini-2.5-flash', contents, config };
    const parts = [];
    if (stream) {
      for await (const chunk of await client.models.generateContentStream(request)) parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    } else {
      parts.push(...((await client.models.generateContent(request)).candidates?.[0]?.content?.parts ?? []));
    }
    said += `${parts.map((part) => part.text ?? '').join('')}\n`;
    contents.push({ role: 'model', parts });
    const calls = parts.flatMap((part) => (part.functionCall === undefined ? [] : [part.functionCall]));
    if (calls.length === 0) break;
    contents.push({
      role: 'user',
      parts: calls.map(({ id, name = '', args }) => ({
        functionResponse: { ...(id === undefined ? {} : { id }), name, response: { output: run(name, args) } },
      })),
    });
  }
  return { said, tools: done };
};

function aiSdk(model: (pointed: Pointed) => Parameters<typeof generateText>[0]['model']): Client {
  return async (pointed, say, stream) => {
    const { done, run } = hands();
    const tools = Object.fromEntries(NAMES.map((name) => [name, aiTool({ inputSchema: shape, execute: (args) => run(name, args) })]));
    const terms = { model: model(pointed), tools, prompt: say, stopWhen: stepCountIs(TURNS), maxRetries: 0 };
    const steps = stream ? await streamText(terms).steps : (await generateText(terms)).steps;
    return { said: steps.map(({ text }) => text).join('\n'), tools: done };
  };
}

function langchain(model: (pointed: Pointed) => ChatOpenAI | ChatAnthropic): Client {
  return async (pointed, say, stream) => {
    const { done, run } = hands();
    const tools = NAMES.map((name) => langchainTool((args: unknown) => run(name, args), { name, description: name, schema: shape }));
    const agent = createReactAgent({ llm: model(pointed), tools });
    const input = { messages: [{ role: 'user', content: say }] };
    let said = '';
    if (stream) {
      for await (const [message] of await agent.stream(input, { streamMode: 'messages', recursionLimit: 2 * TURNS })) said += message.text;
    } else {
      for (const message of (await agent.invoke(input, { recursionLimit: 2 * TURNS })).messages) said += `${message.text}\n`;
    }
    return { said, tools: done };
  };
}

function agents(useResponses: boolean): Client {
  return async ({ base, key }, say, stream) => {
    const { done, run } = hands();
    const tools = NAMES.map((name) =>
      agentsTool({
        name,
        description: name,
        parameters: { ...schema, required: [], additionalProperties: true },
        strict: false,
        execute: (args: unknown) => run(name, args),
      }),
    );
    const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 });
    const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient: client as never, useResponses }), tracingDisabled: true });
    const agent = new Agent({ name: 'worker', instructions: 'Work.', tools, model: 'gpt-4o-mini' });
    const result = stream ? await runner.run(agent, say, { stream: true, maxTurns: TURNS }) : await runner.run(agent, say, { maxTurns: TURNS });
    if ('completed' in result) await result.completed;
    const said = result.newItems.map((item) => (item.type === 'message_output_item' ? item.content : '')).join('\n');
    return { said, tools: done };
  };
}

const openaiProvider = ({ base, key }: Pointed): ReturnType<typeof createOpenAI> => createOpenAI({ apiKey: key, baseURL: `${base}/v1` });

/** Other people's clients, unchanged but for a base URL and a key. */
export const CLIENTS: Readonly<Record<string, Client>> = {
  'openai, Chat Completions': openaiChat,
  'openai, Responses': openaiResponses,
  '@anthropic-ai/sdk': anthropic,
  '@google/genai': gemini,
  'ai with Chat Completions': aiSdk((pointed) => openaiProvider(pointed).chat('gpt-4o-mini')),
  'ai with Responses': aiSdk((pointed) => openaiProvider(pointed).responses('gpt-4o-mini')),
  'ai with Anthropic': aiSdk(({ base, key }) => createAnthropic({ apiKey: key, baseURL: `${base}/v1` })('claude-opus-4-6')),
  'LangGraph with OpenAI': langchain(
    ({ base, key }) => new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: key, maxRetries: 0, configuration: { baseURL: `${base}/v1` } }),
  ),
  'LangGraph with Anthropic': langchain(
    ({ base, key }) => new ChatAnthropic({ model: 'claude-opus-4-6', apiKey: key, anthropicApiUrl: base, maxRetries: 0 }),
  ),
  'OpenAI Agents, Chat Completions': agents(false),
  'OpenAI Agents, Responses': agents(true),
};
