import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { ModelRequest } from '../../../src/intercept/llm/dialect/model-request.ts';
import type { CallDecision } from '../../../src/intercept/llm/dialect/model-answer.ts';
import { openaiResponses } from '../../../src/intercept/llm/dialects/openai-responses/openai-responses.ts';
import { frameOf } from '../../../src/intercept/llm/dialect/frame.ts';
import { frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { answering } from './providers/provider.ts';

const [generate] = openaiResponses.routes;
const read = (body: JsonObject): ModelRequest => {
  assert.ok(generate !== undefined);
  return openaiResponses.readRequest({ model: 'gpt-5', ...body }, generate, {});
};
const answer = (...output: JsonObject[]): JsonObject => ({ id: 'resp_1', object: 'response', status: 'completed', model: 'gpt-5', output });

test('[LLM-51] Responses: tools the agent runs, and everything the provider might', () => {
  const { tools, providerTools } = read({
    input: [{ type: 'additional_tools', tools: [{ type: 'function', name: 'late', parameters: {} }, { type: 'web_search' }] }],
    tools: [
      { type: 'function', name: 'pay', description: 'Pays.', parameters: { type: 'object' } },
      { type: 'custom', name: 'sql', format: { type: 'text' } },
      { type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'find', parameters: {} }] },
      { type: 'local_shell' },
      { type: 'shell', environment: { type: 'local' } },
      { type: 'shell', environment: { type: 'container_auto' } },
      { type: 'apply_patch' },
      { type: 'computer' },
      { type: 'mcp', server_label: 'a', require_approval: 'always' },
      { type: 'mcp', server_label: 'b', require_approval: 'never' },
      { type: 'mcp', server_label: 'c' },
      { type: 'tool_search', execution: 'client' },
      { type: 'tool_search' },
      { type: 'code_interpreter' },
      { type: 'programmatic_tool_calling' },
      { type: 'spell' },
      7,
    ],
    prompt: { id: 'pmpt_1' },
    spellServers: [{ cast: true }],
  });
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ['pay', 'sql', 'find', 'local_shell', 'shell', 'apply_patch', 'computer', 'mcp', 'tool_search', 'late'],
  );
  assert.deepEqual(tools[0], { name: 'pay', description: 'Pays.', schema: { type: 'object' } });
  assert.deepEqual(
    providerTools.map(({ type, pointer }) => `${type} ${pointer}`),
    [
      'shell /tools/5',
      'mcp /tools/9',
      'mcp /tools/10',
      'tool_search /tools/12',
      'code_interpreter /tools/13',
      'programmatic_tool_calling /tools/14',
      'spell /tools/15',
      'unknown /tools/16',
      'web_search /input/0/tools/1',
      'prompt /prompt',
      'spellServers /spellServers',
    ],
  );
});

test('[LLM-51] Responses: what is carried in, the conversation and the bounds', () => {
  const request = read({
    instructions: 'Be brief.',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'pay' },
          { type: 'input_image', image_url: 'x' },
        ],
      },
      { type: 'function_call', call_id: 'c1', name: 'pay', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'rows' }] },
      { type: 'shell_call_output', call_id: 'c3', output: [{ stdout: 'x', stderr: '', outcome: { type: 'exit', exit_code: 1 } }] },
      { type: 'mcp_call', id: 'm1', name: 'find', arguments: '{}', output: null, error: 'lost' },
      { type: 'file_search_call', id: 'f1', queries: ['q'], results: [{ text: 'page' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Paid.' }] },
      { type: 'unheard_of', id: 'u1', secret: 'x' },
      { type: 'item_reference', id: 'i1' },
    ],
    previous_response_id: 'resp_0',
    max_output_tokens: 50,
    stream: true,
  });
  assert.deepEqual(request.carried, [
    { source: 'user_input', trusted: true, value: 'Be brief.' },
    { source: 'user_input', trusted: true, value: 'pay' },
    { source: 'tool_output', trusted: false, value: 'done', callId: 'c1' },
    { source: 'tool_output', trusted: false, value: 'rows', callId: 'c2' },
    {
      source: 'tool_output',
      trusted: false,
      value: [{ stdout: 'x', stderr: '', outcome: { type: 'exit', exit_code: 1 } }],
      callId: 'c3',
      failed: true,
    },
    { source: 'tool_output', trusted: false, value: 'lost', callId: 'm1', failed: true },
    { source: 'retrieved_doc', trusted: false, value: [{ text: 'page' }], callId: 'f1' },
    { source: 'tool_output', trusted: false, value: { secret: 'x' }, callId: 'u1' },
  ]);
  assert.deepEqual([request.model, request.stream, request.maxTokens, request.previous], ['gpt-5', true, 50, 'resp_0']);
  assert.deepEqual(request.root, ['Be brief.', 'pay']);
  assert.deepEqual(read({ input: 'hi', conversation: { id: 'conv_1' } }).previous, 'conv_1');
});

test('[LLM-51] Responses: a request that cannot be read says where', () => {
  const bad: readonly (readonly [JsonObject, string])[] = [
    [{ model: 7 }, '/model'],
    [{ input: 7 }, '/input'],
    [{ input: ['x'] }, '/input/0'],
    [{ input: 'x', stream: 'yes' }, '/stream'],
    [{ input: 'x', background: true }, '/background'],
  ];
  for (const [body, pointer] of bad) assert.throws(() => read(body), { code: 'REQUEST_INVALID', pointer });
});

const CALLS: readonly (readonly [JsonObject, { readonly name: string; readonly args: JsonObject; readonly done?: true }])[] = [
  [
    { type: 'function_call', id: 'f', call_id: 'k', name: 'pay', namespace: 'bank', arguments: '{"a":1}' },
    { name: 'pay', args: { a: 1 } },
  ],
  [
    { type: 'custom_tool_call', id: 'f', call_id: 'k', name: 'sql', input: 'SELECT 1' },
    { name: 'sql', args: { input: 'SELECT 1' } },
  ],
  [
    { type: 'mcp_approval_request', id: 'f', name: 'find', server_label: 's', arguments: '{"q":"x"}' },
    { name: 'find', args: { q: 'x' } },
  ],
  [
    { type: 'local_shell_call', id: 'f', call_id: 'k', action: { type: 'exec', command: ['rm'] } },
    { name: 'local_shell', args: { type: 'exec', command: ['rm'] } },
  ],
  [
    { type: 'shell_call', id: 'f', call_id: 'k', action: { commands: ['rm'] }, environment: { type: 'local' } },
    { name: 'shell', args: { commands: ['rm'] } },
  ],
  [
    { type: 'apply_patch_call', id: 'f', call_id: 'k', operation: { type: 'delete_file', path: 'a' } },
    { name: 'apply_patch', args: { type: 'delete_file', path: 'a' } },
  ],
  [
    { type: 'computer_call', id: 'f', call_id: 'k', action: { type: 'click', x: 1 } },
    { name: 'computer', args: { action: { type: 'click', x: 1 } } },
  ],
  [
    { type: 'tool_search_call', id: 'f', execution: 'client', arguments: { goal: 'x' } },
    { name: 'tool_search', args: { goal: 'x' } },
  ],
  [
    { type: 'spell_call', id: 'f', call_id: 'k', status: 'completed', wand: 'elder' },
    { name: 'spell_call', args: { wand: 'elder' } },
  ],
  [
    { type: 'tool_search_call', id: 'f', execution: 'server', arguments: { paths: ['x'] } },
    { name: 'tool_search', args: { paths: ['x'] }, done: true },
  ],
  [
    { type: 'shell_call', id: 'f', call_id: 'k', action: { commands: ['ls'] }, environment: { type: 'container_reference' } },
    { name: 'shell', args: { commands: ['ls'] }, done: true },
  ],
  [
    { type: 'web_search_call', id: 'f', action: { type: 'search', query: 'x' } },
    { name: 'web_search', args: { action: { type: 'search', query: 'x' } }, done: true },
  ],
  [
    { type: 'file_search_call', id: 'f', queries: ['x'], results: [] },
    { name: 'file_search', args: { queries: ['x'] }, done: true },
  ],
  [
    { type: 'code_interpreter_call', id: 'f', code: '1', outputs: [] },
    { name: 'code_interpreter', args: { code: '1' }, done: true },
  ],
  [
    { type: 'image_generation_call', id: 'f', result: 'AAAA' },
    { name: 'image_generation', args: {}, done: true },
  ],
  [
    { type: 'mcp_call', id: 'f', name: 'find', arguments: '{"q":1}', output: 'x' },
    { name: 'find', args: { q: 1 }, done: true },
  ],
  [
    { type: 'program', id: 'f', call_id: 'k', code: 'pay()' },
    { name: 'program', args: { code: 'pay()' }, done: true },
  ],
];

test('[LLM-52] Responses: every type of call is decided or recorded, also one nobody knows', () => {
  for (const [item, { name, args, done }] of CALLS) {
    const [call, ...more] = openaiResponses.readAnswer(answer(item)).calls;
    assert.deepEqual(more, []);
    const kind = item.type === 'function_call' ? {} : { kind: item.type };
    assert.deepEqual(call, { id: item.call_id ?? 'f', name, args, ...kind, ...(done === undefined ? {} : { done }) });
  }
  const inert = ['message', 'reasoning', 'compaction', 'mcp_list_tools', 'function_call_output', 'tool_search_output', 'program_output'];
  for (const type of inert) assert.deepEqual(openaiResponses.readAnswer(answer({ type, id: 'x' })).calls, [], type);
});

test('[LLM-45, LLM-46] Responses: every type of call can be refused, and given other arguments', () => {
  const streamed = (item: JsonObject, decision: CallDecision): string => {
    const reader = openaiResponses.createReader(read({ input: 'x', stream: true }));
    const events = [
      { type: 'response.created', response: { ...answer(), status: 'in_progress' } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: answer(item) },
    ];
    for (const event of events) reader.take(frameOf(event));
    return reader.release([decision]).map(frameText).join('');
  };
  for (const [item, { args, done }] of CALLS) {
    const refused = [
      JSON.stringify(openaiResponses.rewriteAnswer(answer(item), [{ kind: 'refuse', text: 'No.' }])),
      streamed(item, { kind: 'refuse', text: 'No.' }),
    ];
    for (const text of refused) {
      assert.ok(text.includes('No.') && !text.includes(`"${String(item.type)}"`), text);
      for (const value of [item.name, item.arguments, item.input])
        if (typeof value === 'string') assert.ok(!text.includes(JSON.stringify(value)), text);
    }
    const special: Readonly<Record<string, JsonObject>> = { custom_tool_call: { input: 'zq' }, computer_call: { action: { type: 'zq' } } };
    const other: JsonObject = special[String(item.type)] ?? { ...args, zq: 'other' };
    const replaced = openaiResponses.rewriteAnswer(answer(item), [{ kind: 'replace', args: other }]);
    const calls = openaiResponses.readAnswer(replaced).calls;
    // What the provider ran cannot be given other arguments any more.
    assert.deepEqual(calls[0]?.args, done === true ? args : other);
    assert.equal(streamed(item, { kind: 'replace', args: other }).includes('zq'), done !== true);
  }
});

test('[LLM-45] Responses: what came of a refused call the provider ran is left out', () => {
  const items: JsonObject[] = [
    { type: 'program', id: 'cm_1', call_id: 'k', code: 'x' },
    { type: 'program_output', id: 'po_1', call_id: 'k', result: 'zqresult', status: 'completed' },
  ];
  const text = JSON.stringify(openaiResponses.rewriteAnswer(answer(...items), [{ kind: 'refuse', text: 'No.' }]));
  assert.doesNotMatch(text, /zqresult/);
  assert.match(text, /left out/);
});

test('[LLM-44] Responses: some providers name an item anew in every event; its place is what counts', () => {
  const reader = openaiResponses.createReader(read({ input: 'x', stream: true }));
  const item = (id: string, more: JsonObject): JsonObject => ({ type: 'function_call', id, call_id: 'k', name: 'pay', arguments: '', ...more });
  const events = [
    { type: 'response.created', response: { ...answer(), id: 'n1', status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: item('n2', {}) },
    { type: 'response.function_call_arguments.delta', output_index: 0, item_id: 'n3', delta: '{"a":1}' },
    { type: 'response.output_item.done', output_index: 0, item: item('n4', { arguments: '{"a":1}' }) },
    { type: 'response.completed', response: { ...answer(item('n5', { arguments: '{ "a": 1 }' })), id: 'n6' } },
  ];
  for (const event of events) reader.take(frameOf(event));
  assert.deepEqual(reader.answer().calls, [{ id: 'k', name: 'pay', args: { a: 1 } }]);
  assert.doesNotMatch(
    reader
      .release([{ kind: 'refuse', text: 'No.' }])
      .map(frameText)
      .join(''),
    /pay/,
  );
});

test('[LLM-47] Responses: a call that stands only in the last frame is decided like any other', () => {
  const reader = openaiResponses.createReader(read({ input: 'x', stream: true }));
  assert.equal(reader.take(frameOf({ type: 'response.created', response: { ...answer(), status: 'in_progress' } })).length, 1);
  const item = { type: 'function_call', id: 'f', call_id: 'k', name: 'pay', arguments: '{}' };
  assert.deepEqual(reader.take(frameOf({ type: 'response.completed', response: answer(item) })), []);
  assert.deepEqual(reader.answer().calls, [{ id: 'k', name: 'pay', args: {} }]);
  assert.doesNotMatch(
    reader
      .release([{ kind: 'refuse', text: 'No.' }])
      .map(frameText)
      .join(''),
    /pay/,
  );
});

test('[LLM-45] Responses: events stay numbered without a gap, from where the client was', () => {
  const reader = openaiResponses.createReader(read({ input: 'x', stream: true }));
  const item = (place: number): JsonObject => ({
    type: 'function_call',
    id: `f${String(place)}`,
    call_id: `k${String(place)}`,
    name: 'pay',
    arguments: '{}',
  });
  const events: JsonObject[] = [
    { type: 'response.created', response: { ...answer(), status: 'in_progress' } },
    ...[0, 1].flatMap((place) => ['added', 'done'].map((end) => ({ type: `response.output_item.${end}`, output_index: place, item: item(place) }))),
    { type: 'response.completed', response: answer(item(0), item(1)) },
  ];
  for (const [at, event] of events.entries()) reader.take(frameOf({ ...event, sequence_number: at + 7 }));
  const left = reader.release([{ kind: 'refuse', text: 'No.' }, { kind: 'pass' }]);
  assert.deepEqual(
    left.map(({ data }) => data?.sequence_number),
    left.map((_frame, at) => at + 8),
  );
});

test('[LLM-53] Responses: an error is the library’s own kind of error, before and within a stream', async () => {
  const terms = { status: 403, code: 'ROUTE_UNINSPECTED', message: 'Not this.' };
  const client = (address: string): OpenAI => new OpenAI({ apiKey: 'k', baseURL: `${address}/v1`, maxRetries: 0 });
  const thrown = OpenAI.APIError.generate(403, openaiResponses.errorBody(terms) as object, undefined, new Headers());
  assert.ok(thrown instanceof OpenAI.PermissionDeniedError);
  assert.match(thrown.message, /Not this/);
  const stream = frameText(openaiResponses.errorFrame(terms));
  await answering(stream, true, (address) =>
    assert.rejects(async () => {
      for await (const _event of await client(address).responses.create({ model: 'm', input: 'x', stream: true })) continue;
    }, /Not this/),
  );
});

test('[LLM-13] Responses: what a coding agent tells of itself is no tool of the provider', () => {
  const request = read({ input: 'hi', client_metadata: { thread_id: 't', turn_id: '1' }, include: ['reasoning.encrypted_content'], store: false });
  assert.deepEqual(request.providerTools, []);
});
