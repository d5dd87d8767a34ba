import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, GoogleGenAI } from '@google/genai';
import { fc } from '../../random.ts';
import type { ModelRoute } from '../../../src/intercept/llm/dialect/dialect.ts';
import { addPartial, argsOfPartial, emptyArgs } from '../../../src/intercept/llm/dialects/gemini/partial-args.ts';
import { gemini } from '../../../src/intercept/llm/dialects/gemini/gemini.ts';
import { frameOf } from '../../../src/intercept/llm/dialect/frame.ts';
import { frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';
import { answering } from './providers/provider.ts';
import type { ModelRequest } from '../../../src/intercept/llm/dialect/model-request.ts';

function route(ending: string): ModelRoute {
  const found = gemini.routes.find(({ path }) => path.endsWith(ending));
  assert.ok(found !== undefined);
  return found;
}
const read = (body: JsonObject, ending = ':generateContent'): ModelRequest => gemini.readRequest(body, route(ending), { model: 'gemini-2.5-pro' });
const answer = (...parts: JsonObject[]): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
  responseId: 'r',
});

test('[LLM-51] Gemini: both versions, streamed by the route, counted and listed', () => {
  assert.deepEqual(
    gemini.routes.map(({ method, path, kind, streams }) => `${method} ${path} ${kind} ${streams}`).filter((one) => one.includes('/v1/')),
    [
      'POST /v1/models/{model}:generateContent generate never',
      'POST /v1/models/{model}:streamGenerateContent generate always',
      'POST /v1/models/{model}:countTokens count never',
      'GET /v1/models list never',
      'GET /v1/models/{model} list never',
    ],
  );
  assert.equal(gemini.routes.length, 10);
  assert.equal(read({ contents: [] }, ':streamGenerateContent').stream, true);
  assert.equal(read({ contents: [] }).stream, false);
  assert.equal(read({ generateContentRequest: { contents: [], tools: [{ googleSearch: {} }] } }, ':countTokens').providerTools.length, 1);
});

test('[LLM-51] Gemini: tools the agent runs, and everything the provider might, in either spelling', () => {
  const { tools, providerTools } = read({
    contents: [],
    tools: [
      { function_declarations: [{ name: 'pay', description: 'Pays.', parameters_json_schema: { type: 'object' } }, { name: 'look' }] },
      { googleSearch: {} },
      { code_execution: {}, urlContext: {} },
      { mcpServers: [] },
      { computerUse: { environment: 'ENVIRONMENT_BROWSER' } },
      { spell: {} },
    ],
    cachedContent: 'cachedContents/1',
    spellServers: [{ cast: true }],
  });
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ['pay', 'look', 'computer_use'],
  );
  assert.deepEqual(tools[0], { name: 'pay', description: 'Pays.', schema: { type: 'object' } });
  assert.deepEqual(
    providerTools.map(({ type, pointer }) => `${type} ${pointer}`),
    [
      'googleSearch /tools/1/googleSearch',
      'codeExecution /tools/2/codeExecution',
      'urlContext /tools/2/urlContext',
      'mcpServers /tools/3/mcpServers',
      'spell /tools/5/spell',
      'cachedContent /cachedContent',
      'spellServers /spellServers',
    ],
  );
});

test('[LLM-51] Gemini: what is carried in, and the bounds', () => {
  const request = read({
    system_instruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'pay' }, { inlineData: { data: 'AA' } }] },
      { role: 'model', parts: [{ functionCall: { name: 'pay', args: {} } }, { text: 'Paying.' }] },
      { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'pay', response: { output: 'done' } } }] },
      {
        parts: [
          { function_response: { name: 'look', response: { error: 'lost' } } },
          { functionResponse: { name: 'look', response: { output: 1 } } },
        ],
      },
    ],
    generationConfig: { max_output_tokens: 50, candidateCount: 2 },
  });
  assert.deepEqual(request.carried, [
    { source: 'user_input', trusted: true, value: 'Be brief.' },
    { source: 'user_input', trusted: true, value: 'pay' },
    { source: 'tool_output', trusted: false, value: { output: 'done' }, callId: 'c1' },
    { source: 'tool_output', trusted: false, value: { error: 'lost' }, callId: 'look', failed: true },
    { source: 'tool_output', trusted: false, value: { output: 1 }, callId: 'look#2' },
  ]);
  assert.deepEqual([request.root, request.maxTokens, request.choices], [['Be brief.', 'pay'], 50, 2]);
});

test('[LLM-51] Gemini: a request that cannot be read, or says a thing twice in two spellings, says where', () => {
  const bad: readonly (readonly [JsonObject, string])[] = [
    [{ contents: {} }, '/contents'],
    [{ contents: ['x'] }, '/contents/0'],
    [{ contents: [], system_instruction: {}, systemInstruction: {} }, '/systemInstruction'],
    [{ contents: [], tools: [{ functionDeclarations: [], function_declarations: [] }] }, '/tools/0/functionDeclarations'],
  ];
  for (const [body, pointer] of bad) assert.throws(() => read(body), { code: 'REQUEST_INVALID', pointer });
});

test('[LLM-52] Gemini: calls the agent runs are decided, those the provider ran recorded, and a call without an id goes by its name', () => {
  const { calls, text } = gemini.readAnswer(
    answer(
      { text: 'secret thought', thought: true },
      { text: 'Hi' },
      { executableCode: { language: 'PYTHON', code: '1' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
      { toolCall: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', args: { q: 'x' } } },
      { functionCall: { name: 'pay' } },
      { functionCall: { name: 'pay', args: { a: 1 } } },
      { functionCall: { id: 'c9', name: 'pay', args: [1] } },
    ),
  );
  assert.equal(text, 'Hi');
  assert.deepEqual(calls, [
    { id: 'code_execution', name: 'code_execution', args: { language: 'PYTHON', code: '1' }, done: true },
    { id: 't1', name: 'google_search_web', args: { q: 'x' }, done: true },
    { id: 'pay', name: 'pay', args: {} },
    { id: 'pay#2', name: 'pay', args: { a: 1 } },
    { id: 'c9', name: 'pay', args: null },
  ]);
});

test('[LLM-45] Gemini: what came of refused code the provider ran is left out, and what may quote a call too', () => {
  const body = answer(
    { executableCode: { code: 'zqcode' } },
    { codeExecutionResult: { output: 'zqresult' } },
    { functionCall: { name: 'zqpay', args: {} } },
  );
  const [candidate] = body.candidates as readonly JsonObject[];
  const quoted = {
    ...body,
    candidates: [{ ...candidate, finishReason: 'TOO_MANY_TOOL_CALLS', finishMessage: 'zqpay()', logprobsResult: { chosen: 'zqpay' } }],
  };
  const left = gemini.rewriteAnswer(quoted, [
    { kind: 'refuse', text: 'No.' },
    { kind: 'refuse', text: 'No.' },
  ]);
  assert.doesNotMatch(JSON.stringify(left), /zq|TOO_MANY/);
});

test('[LLM-44] Gemini: text after held code of the provider waits with it', () => {
  const reader = gemini.createReader(read({ contents: [] }));
  assert.equal(reader.take(frameOf(answer({ text: 'a' }))).length, 1);
  assert.equal(reader.take(frameOf({ candidates: [{ content: { parts: [{ executableCode: { code: '1' } }] } }] })).length, 0);
  assert.equal(reader.take(frameOf({ candidates: [{ content: { parts: [{ text: 'b' }] } }] })).length, 0);
});

const built = (...pieces: JsonObject[]): JsonObject | null => {
  const args = emptyArgs();
  for (const piece of pieces) addPartial(args, [piece]);
  return argsOfPartial(args);
};

test('[LLM-52] Gemini: arguments in pieces are put together by their paths', () => {
  assert.deepEqual(
    built(
      { jsonPath: '$.a.b[0].c', stringValue: 'x', willContinue: true },
      { jsonPath: '$.a.b[0].c', stringValue: 'y' },
      { jsonPath: "$['a'].b[1].c", nullValue: 'NULL_VALUE' },
      { jsonPath: '$.n', numberValue: 0.5 },
      { jsonPath: '$.__proto__.x', boolValue: true },
    ),
    JSON.parse('{"a":{"b":[{"c":"xy"},{"c":null}]},"n":0.5,"__proto__":{"x":true}}'),
  );
  assert.deepEqual(built(), {});
  const broken: readonly JsonObject[][] = [
    [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }],
    [
      { jsonPath: '$.a', stringValue: 'x' },
      { jsonPath: '$.a', stringValue: 'y' },
    ],
    [
      { jsonPath: '$.a', numberValue: 1 },
      { jsonPath: '$.a.b', numberValue: 1 },
    ],
    [{ jsonPath: '$.a[1]', numberValue: 1 }],
    [{ jsonPath: '$..a', numberValue: 1 }],
    [{ jsonPath: '$.a[*]', numberValue: 1 }],
    [{ jsonPath: 'a', numberValue: 1 }],
    [{ jsonPath: '$', numberValue: 1 }],
    [{ jsonPath: '$.a', numberValue: 1, stringValue: 'x' }],
    [{ jsonPath: '$.a', structValue: {} }],
    [{ jsonPath: '$[0]', numberValue: 1 }],
  ];
  for (const pieces of broken) assert.equal(built(...pieces), null, JSON.stringify(pieces));
});

test('[LLM-52] Gemini: any object told leaf by leaf comes back as it was', () => {
  const key = fc.stringMatching(/^[a-z_]{1,6}$/);
  const leaf = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec<{ tree: Json; object: JsonObject }>((tie) => ({
    object: fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
    tree: fc.oneof({ maxDepth: 3 }, leaf, tie('object'), fc.array(tie('tree'), { minLength: 1, maxLength: 3 })),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree, { maxKeys: 4 }), (object) => {
      assert.deepEqual(built(...leaves(object as JsonObject, '$')), JSON.parse(JSON.stringify(object)));
    }),
  );
});

function leaves(value: Json, path: string): readonly JsonObject[] {
  if (value === null) return [{ jsonPath: path, nullValue: 'NULL_VALUE' }];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((one, at) => leaves(one, `${path}[${String(at)}]`));
  if (typeof value === 'object') return Object.entries(value).flatMap(([name, one]) => leaves(one, `${path}.${name}`));
  if (typeof value === 'string') {
    return [...value]
      .map((stringValue): JsonObject => ({ jsonPath: path, stringValue, willContinue: true }))
      .concat([{ jsonPath: path, stringValue: '' }]);
  }
  return [typeof value === 'number' ? { jsonPath: path, numberValue: value } : { jsonPath: path, boolValue: value }];
}

test('[LLM-53] Gemini: an error is the library’s own kind of error, before and within a stream', async () => {
  const terms = { status: 403, code: 'ROUTE_UNINSPECTED', message: 'Not this.' };
  assert.deepEqual((gemini.errorBody(terms).error as JsonObject).status, 'PERMISSION_DENIED');
  const stream = frameText(gemini.errorFrame(terms));
  await answering(stream, true, (address) =>
    assert.rejects(
      async () => {
        const { models } = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: address } });
        for await (const _answer of await models.generateContentStream({ model: 'm', contents: 'x' })) continue;
      },
      (error) => error instanceof ApiError && error.status === 403 && /Not this/.test(error.message),
    ),
  );
});
