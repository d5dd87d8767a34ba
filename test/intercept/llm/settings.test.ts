import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../../src/intercept/llm/dialect/dialect.ts';
import type { ModelRequest } from '../../../src/intercept/llm/dialect/model-request.ts';
import { anthropic } from '../../../src/intercept/llm/dialects/anthropic/anthropic.ts';
import { gemini } from '../../../src/intercept/llm/dialects/gemini/gemini.ts';
import { openaiChat } from '../../../src/intercept/llm/dialects/openai-chat/openai-chat.ts';
import { openaiResponses } from '../../../src/intercept/llm/dialects/openai-responses/openai-responses.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { GPT, stage } from './stage.ts';
import { JSON_TYPE, post, upstream } from './upstream.ts';

const MESSAGES = [{ role: 'user', content: 'go' }];
const BODIES: readonly (readonly [dialect: Dialect, body: JsonObject])[] = [
  [openaiChat, { model: 'm', messages: MESSAGES }],
  [anthropic, { model: 'm', max_tokens: 9, messages: MESSAGES }],
  [openaiResponses, { model: 'm', input: 'go' }],
  [gemini, { contents: [{ role: 'user', parts: [{ text: 'go' }] }] }],
];

function read(dialect: Dialect, body: JsonObject): ModelRequest {
  const route = dialect.routes.find(({ kind }) => kind === 'generate') ?? assert.fail();
  return dialect.readRequest(body, route, { model: 'm' });
}

/** What servers are asked with today, and something of tomorrow. */
const SETTINGS: JsonObject = {
  chat_template_kwargs: { enable_thinking: false },
  provider: { order: ['a', 'b'], allow_fallbacks: false, require_parameters: true, max_price: { prompt: 1 } },
  guided_json: { type: 'object', properties: { tool: { type: 'string' }, command: { type: 'object', properties: { url: { type: 'string' } } } } },
  guided_choice: ['search the web', 'call a function'],
  structured_outputs: { json: { properties: { name: {}, arguments: {} } } },
  top_a: 0.3,
  min_p: 0.1,
  repetition_penalty: 1.1,
  use_beam_search: true,
  max_tool_rounds: 3,
  tool_call_parser: 'hermes',
  parse_tool_calls: true,
  transforms: ['middle-out'],
  keep_alive: '5m',
  options: { num_ctx: 4096 },
  safe_prompt: true,
  tomorrow: { note: 'a setting nobody knows yet', level: 3 },
};

/** What can carry or run a tool, however it is called. */
const RUNNING: JsonObject = {
  plugins: [{ id: 'web' }],
  mcp_servers_tomorrow: [{ url: 'https://x.example' }],
  web_search_options: {},
  enable_search: true,
  search_parameters: { mode: 'auto' },
  connectors: ['mail'],
  container: 'c1',
  agent_id: 'a1',
  toolset: 'web',
  data_sources: [{ type: 'azure_search', parameters: {} }],
  models: ['a-dearer-one'],
  logits_processors: [{ qualname: 'os.system', args: ['id'] }],
  extra: { deep: [{ server_url: 'https://x.example' }] },
  extension: { name: 'pay', input_schema: { type: 'object' } },
  hooks: { after: { command: 'rm -rf /' } },
  vendor: '{"tools":[{"type":"mcp"}]}',
  code_execution: { enabled: true },
  constructor: { polluted: 1 },
};

for (const [dialect, body] of BODIES) {
  test(`[LLM-26] ${dialect.name}: a setting nobody knows goes on, and its name is counted`, () => {
    for (const [name, value] of Object.entries(SETTINGS)) {
      const { providerTools, settings } = read(dialect, { ...body, [name]: value });
      assert.deepEqual(providerTools, [], name);
      // Gemini reads either spelling of a member.
      const spelled = dialect === gemini ? name.replace(/_(.)/g, (_whole, letter: string) => letter.toUpperCase()) : name;
      assert.deepEqual(settings, { count: 1, names: [spelled] });
    }
    assert.equal(read(dialect, body).settings, undefined);
    for (const [name, value] of Object.entries({ plugins: null, enable_search: false, mcp_servers: [], container: '' })) {
      assert.deepEqual(read(dialect, { ...body, [name]: value }).providerTools, [], `${name} that says nothing`);
    }
  });

  test(`[LLM-26] ${dialect.name}: a member that can carry or run a tool does not`, () => {
    for (const [name, value] of Object.entries(RUNNING)) {
      assert.equal(read(dialect, { ...body, [name]: value }).providerTools.length, 1, name);
    }
    assert.equal(read(dialect, { ...body, tools: { type: 'mcp' } }).providerTools.length, 1, 'tools that are no list');
  });
}

test('[LLM-26] members of messages are read like those of the request, and what comes back of the model’s own asks for nothing', () => {
  const messages = [
    { role: 'assistant', content: 'Done.', executed_tools: [{ name: 'search', arguments: '{}' }], citations: ['https://x.example'] },
    { role: 'user', content: 'go', weight: 1 },
    { role: 'user', content: 'on', weight: 2 },
  ];
  const request = read(openaiChat, { model: 'm', messages });
  assert.deepEqual([request.providerTools, request.settings], [[], { count: 4, names: ['citations', 'executed_tools', 'weight'] }]);
  const running = read(openaiChat, { model: 'm', messages: [{ role: 'user', content: 'go', mcp_servers: [{ url: 'https://x.example' }] }] });
  assert.deepEqual(running.providerTools, [{ type: 'mcp_servers', pointer: '/messages/0/mcp_servers' }]);
  const item = { type: 'mcp_server', server_url: 'https://x.example' };
  assert.equal(read(openaiResponses, { model: 'm', input: [item] }).providerTools.length, 1);
  assert.equal(read(openaiResponses, { model: 'm', input: 'go', prompt: { id: 'pmpt_1' } }).providerTools.length, 1);
});

test('[LLM-26] what goes on stands in the action by name, and what does not is refused in plain words', async (context) => {
  const answer = { choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }] };
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end(JSON.stringify(answer)));
  const s = await stage(context, there.url);
  const ask = (more: object): ReturnType<typeof post> =>
    post(`${s.models}/v1/chat/completions`, JSON.stringify({ model: GPT, messages: MESSAGES, ...more }), {
      authorization: `Bearer ${s.key}`,
      'x-aegis-session': 's1',
    });
  const passed = await ask({ provider: { order: ['a'] }, tomorrow: 1 });
  assert.equal(passed.status, 200, passed.text);
  assert.deepEqual((JSON.parse(there.seen[0]?.text ?? '') as JsonObject)['provider'], { order: ['a'] });
  const [{ action } = { action: '' }] = await s.actions('s1');
  const shown = await s.aegis.ask('GET', `/v1/actions/${action}`, { key: s.aegis.admin });
  assert.match(shown.text, /"pointer":"\/unreadMembers\/names\/1"/);
  const refused = await ask({ plugins: [{ id: 'web' }] });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /`plugins` in the request, which can carry or run a tool at the provider/);
});
