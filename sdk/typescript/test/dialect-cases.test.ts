import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { Calls, ToolCall } from '../src/calls.ts';
import { anthropicMessages } from '../src/patch/anthropic.ts';
import type { Dialect } from '../src/patch/dialect.ts';
import { gemini } from '../src/patch/gemini.ts';
import { guardRequests, type ApiClient } from '../src/patch/google.ts';
import { openaiChat } from '../src/patch/openai-chat.ts';
import { openaiResponses } from '../src/patch/openai-responses.ts';
import { guarded, type ApiPromise } from '../src/patch/stainless.ts';
import type { Json, JsonObject } from '../src/wire.ts';

/** The files of conformance/dialects, as its README describes them; only what this SDK reads of them. */
interface Cases {
  readonly dialect: string;
  readonly requests: readonly RequestCase[];
  readonly answers: readonly AnswerCase[];
}

interface RequestCase {
  readonly name: string;
  readonly body: JsonObject;
  readonly reads?: { readonly users: readonly string[]; readonly results: readonly Json[] } & JsonObject;
  readonly refused?: string;
}

interface AnswerCase {
  readonly name: string;
  readonly whole?: JsonObject;
  readonly chunks?: readonly { readonly event?: string; readonly data: JsonObject | string }[];
  readonly flows?: number;
  readonly breaks?: boolean;
  readonly fails?: boolean;
  readonly reads: { readonly calls: readonly ToolCall[] } & JsonObject;
  readonly decisions?: readonly ({ readonly effect: 'allow' | 'deny' | 'ask' } | { readonly effect: 'modify'; readonly args: JsonObject })[];
  readonly leaves?: JsonObject;
  readonly client?: { readonly calls: readonly { readonly name: string; readonly args: JsonObject }[] } & JsonObject;
}

const FOLDER = fileURLToPath(new URL('../../../conformance/dialects', import.meta.url));
const FILES = globSync(`${FOLDER}/*.json`)
  .filter((path) => !path.endsWith('implementations.json'))
  .toSorted()
  .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Cases);
const { typescript } = JSON.parse(readFileSync(`${FOLDER}/implementations.json`, 'utf8')) as {
  typescript: { refuses: string; omits: readonly { dialect?: string; what: string; why: string }[] };
};

/** What is asked for that this SDK does not carry: each must be listed, and nothing is listed in vain. */
const left = new Set(typescript.omits);

function omitted(dialect: string, what: string): boolean {
  const entry = typescript.omits.find((one) => one.what === what && (one.dialect ?? dialect) === dialect);
  if (entry !== undefined) left.delete(entry);
  return entry !== undefined;
}

/** Members of an expectation that this SDK does not carry are left out of it, if they are listed. */
function carried(dialect: string, prefix: string, expected: JsonObject): readonly string[] {
  return Object.keys(expected).filter((key) => !omitted(dialect, `${prefix}.${key}`));
}

type Create = (...args: unknown[]) => unknown;

interface Asked {
  readonly address: string;
  /** With `stream`, where the answer is streamed. */
  readonly params: JsonObject;
  readonly calls: Calls;
}

/** Each guard, and what the provider's own library asks behind it. */
const GUARDS: Readonly<Record<string, { readonly guard: Dialect; readonly ask: (asked: Asked) => Promise<unknown> }>> = {
  'openai-chat': {
    guard: openaiChat,
    ask: ({ address, params, calls }) => {
      const { completions } = new OpenAI({ apiKey: 'k', baseURL: `${address}/v1`, maxRetries: 0 }).chat;
      return parsed((completions.create as Create).call(completions, params), openaiChat, calls);
    },
  },
  'openai-responses': {
    guard: openaiResponses,
    ask: ({ address, params, calls }) => {
      const { responses } = new OpenAI({ apiKey: 'k', baseURL: `${address}/v1`, maxRetries: 0 });
      return parsed((responses.create as Create).call(responses, params), openaiResponses, calls);
    },
  },
  anthropic: {
    guard: anthropicMessages,
    ask: ({ address, params, calls }) => {
      const { messages } = new Anthropic({ apiKey: 'k', baseURL: address, maxRetries: 0 });
      return parsed((messages.create as Create).call(messages, params), anthropicMessages, calls);
    },
  },
  gemini: {
    guard: gemini,
    ask: async ({ address, params: { stream, ...body }, calls }) => {
      const { apiClient } = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: address } }) as unknown as { apiClient: ApiClient };
      const { request, requestStream } = guardRequests(apiClient, calls);
      const asked = { path: 'models/m:generateContent', httpMethod: 'POST', body: JSON.stringify(body) };
      if (stream !== true) return (await request.call(apiClient, asked)).json();
      const events = await requestStream.call(apiClient, asked);
      return (async function* () {
        for await (const event of events) yield await event.json();
      })();
    },
  },
};

async function parsed(asked: unknown, dialect: Dialect, calls: Calls): Promise<unknown> {
  return guarded(asked as ApiPromise, [dialect], calls);
}

/** A provider that answers everything with this case. */
async function answering<T>({ whole, chunks = [], breaks }: AnswerCase, use: (address: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': whole === undefined ? 'text/event-stream' : 'application/json' });
      if (whole !== undefined) return void response.end(JSON.stringify(whole));
      const text = chunks.map(({ event, data }) => {
        const line = typeof data === 'string' ? data : JSON.stringify(data);
        return `${event === undefined ? '' : `event: ${event}\n`}data: ${line}\n\n`;
      });
      // A connection that ends without the last piece of its answer is broken.
      if (breaks === true) response.write(text.join(''), () => response.socket?.end());
      else response.end(text.join(''));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

class Refused extends Error {}

/** The decisions of a case in place of a gateway's. */
function deciding({ decisions = [] }: AnswerCase): { readonly calls: Calls; readonly seen: ToolCall[] } {
  const seen: ToolCall[] = [];
  const calls: Calls = {
    decide: async (set) => {
      seen.push(...set);
      if (decisions.some(({ effect }) => effect === 'deny' || effect === 'ask')) throw new Refused();
      return Promise.resolve(
        new Map(
          set.map(({ id, args }, at) => {
            const decision = decisions[at];
            return [id, decision?.effect === 'modify' ? decision.args : args];
          }),
        ),
      );
    },
    take: () => undefined,
    isDecided: () => false,
    result: () => Promise.resolve(),
    user: () => Promise.resolve(),
  };
  return { calls, seen };
}

interface Outcome {
  /** The whole answer, or the chunks, as the agent got them. */
  readonly got: readonly unknown[];
  readonly error: unknown;
  /** Calls that were to be decided. */
  readonly seen: readonly ToolCall[];
}

async function run(name: string, params: JsonObject, one: AnswerCase): Promise<Outcome> {
  const { ask } = GUARDS[name] ?? assert.fail(`no guard for ${name}`);
  const { calls, seen } = deciding(one);
  const got: unknown[] = [];
  const streamed = one.whole === undefined;
  const error = await answering(one, async (address) => {
    try {
      const answer = await ask({ address, params: { ...params, stream: streamed }, calls });
      if (!streamed) {
        // The library of OpenAI adds a member of its own.
        const { output_text: _added, ...whole } = answer as JsonObject;
        got.push(whole);
      }
      if (streamed) for await (const chunk of answer as AsyncIterable<unknown>) got.push(structuredClone(chunk));
      return undefined;
    } catch (failure) {
      return failure;
    }
  });
  return { got, error, seen };
}

function check(name: string, one: AnswerCase, { got, error, seen }: Outcome): void {
  const { whole, chunks = [], flows = 0, decisions = [], client } = one;
  const data = chunks.flatMap((chunk) => (typeof chunk.data === 'string' ? [] : [chunk.data]));
  const early = whole === undefined ? data.slice(0, one.fails === true ? Math.min(flows, data.length - 1) : flows) : [];
  if (one.breaks === true || one.fails === true) {
    assert.ok(error !== undefined && !(error instanceof Refused), 'the agent’s library says that the answer failed');
    assert.deepEqual([got, seen], [early, []]);
    return;
  }
  for (const key of carried(name, 'reads', one.reads)) if (key === 'calls') assert.deepEqual(seen, one.reads.calls);
  if (decisions.some(({ effect }) => effect === 'deny' || effect === 'ask')) {
    assert.ok(error instanceof Refused);
    assert.deepEqual(got, early);
    return;
  }
  assert.equal(error, undefined);
  assert.deepEqual(got.slice(0, early.length), early);
  if (whole !== undefined) assert.deepEqual(got, [one.leaves ?? whole]);
  // What was held is written anew, so that what runs is exactly what was decided.
  else if (decisions.length === 0) assert.deepEqual(got, data);
  for (const key of carried(name, 'client', client ?? {})) {
    if (key !== 'calls') continue;
    const { guard } = GUARDS[name] ?? assert.fail();
    const agents = whole === undefined ? guard.assemble(got.slice(early.length) as JsonObject[]) : guard.calls(got[0] as JsonObject);
    assert.deepEqual(
      agents.map((call) => ({ name: call.name, args: call.args })),
      client?.calls,
    );
  }
}

for (const { dialect, requests, answers } of FILES) {
  if (omitted(dialect, '*')) {
    test(`[SDK-1] ${dialect} is listed as a dialect this SDK has no guard for, and it has none`, () => assert.equal(GUARDS[dialect], undefined));
    continue;
  }
  for (const one of requests) {
    if (omitted(dialect, one.name)) continue;
    if (one.refused !== undefined && omitted(dialect, 'request.refused')) continue;
    test(`[SDK-5] ${dialect}, ${one.name}: the user’s words and the results of tools are read`, () => {
      const { users, results } = (GUARDS[dialect] ?? assert.fail(`no guard for ${dialect}`)).guard.incoming(one.body);
      const read: Readonly<Record<string, unknown>> = { users: users.filter((text) => text !== ''), results };
      for (const key of carried(dialect, 'request', one.reads ?? {})) assert.deepEqual(read[key], one.reads?.[key], key);
    });
  }
  const params = requests.find(({ reads }) => reads !== undefined)?.body ?? {};
  for (const one of answers) {
    if (omitted(dialect, one.name)) continue;
    test(`[SDK-1, SDK-3, SDK-4] ${dialect}, ${one.whole === undefined ? 'streamed' : 'whole'}, ${one.name}`, async () => {
      check(dialect, one, await run(dialect, params, one));
    });
  }
}

test('[SDK-1] what this SDK does not carry of the cases is listed, with its reason, and nothing else is', () => {
  assert.equal(typescript.refuses, 'raises');
  assert.deepEqual([...left], [], 'listed, but nothing was left out for it');
});
