/**
 * A stateful MCP server over Streamable HTTP with everything the official conformance suite asks for, made with the first generation of the
 * official SDK. Prints its address as one JSON value.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ElicitResultSchema,
  CreateMessageResultSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';
const text = (value: string): { type: 'text'; text: string } => ({ type: 'text', text: value });
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };
const embedded = (uri: string, said: string) => ({ type: 'resource' as const, resource: { uri, mimeType: 'text/plain', text: said } });

interface Call {
  readonly args: Readonly<Record<string, string>>;
  readonly token: string | number | undefined;
  readonly notify: (message: { method: string; params: Record<string, unknown> }) => Promise<void>;
  readonly ask: (method: string, params: Record<string, unknown>) => Promise<Record<string, unknown>>;
}

type Answer = { content: object[]; isError?: boolean };
const elicit = async ({ ask }: Call, message: string, properties: object, required: readonly string[] = []): Promise<Answer> => {
  const { action, content } = await ask('elicitation/create', { message, requestedSchema: { type: 'object', properties, required } });
  return { content: [text(`Elicitation completed: action=${String(action)}, content=${JSON.stringify(content)}`)] };
};
const titled = (...values: readonly string[]): object[] => values.map((value) => ({ const: value, title: `The ${value}` }));

const TOOLS: Readonly<Record<string, (call: Call) => Promise<Answer> | Answer>> = {
  test_simple_text: () => ({ content: [text('This is a simple text response for testing.')] }),
  test_image_content: () => ({ content: [image] }),
  test_audio_content: () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  test_embedded_resource: () => ({ content: [embedded('test://embedded-resource', 'This is an embedded resource content.')] }),
  test_multiple_content_types: () => ({
    content: [text('Multiple content types test:'), image, embedded('test://mixed-content-resource', '{"test":"data"}')],
  }),
  test_tool_with_logging: async ({ notify }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await notify({ method: 'notifications/message', params: { level: 'info', data } });
      await pause(20);
    }
    return { content: [text('Logged.')] };
  },
  test_error_handling: () => ({ content: [text('This tool intentionally returns an error for testing')], isError: true }),
  test_tool_with_progress: async ({ token, notify }) => {
    for (const progress of [0, 50, 100]) {
      if (token !== undefined) await notify({ method: 'notifications/progress', params: { progressToken: token, progress, total: 100 } });
      await pause(20);
    }
    return { content: [text('Done.')] };
  },
  test_sampling: async ({ args, ask }) => {
    const said = await ask('sampling/createMessage', { messages: [{ role: 'user', content: text(args['prompt'] ?? '') }], maxTokens: 100 });
    return { content: [text(`LLM response: ${JSON.stringify(said['content'])}`)] };
  },
  test_elicitation: (call) =>
    elicit(call, call.args['message'] ?? '', { username: { type: 'string', description: "User's response" }, email: { type: 'string' } }, [
      'username',
      'email',
    ]),
  test_elicitation_sep1034_defaults: (call) =>
    elicit(call, 'Please say', {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    }),
  test_elicitation_sep1330_enums: (call) =>
    elicit(call, 'Please choose', {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: titled('value1', 'value2', 'value3') },
      legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
      untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
      titledMulti: { type: 'array', items: { anyOf: titled('value1', 'value2', 'value3') } },
    }),
};

const SCHEMA_TOOL = {
  name: 'json_schema_2020_12_tool',
  description: 'Tool with JSON Schema 2020-12 features',
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object' as const,
    $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
    properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
    additionalProperties: false,
  },
};

const RESOURCES = [
  { uri: 'test://static-text', name: 'Static text', description: 'A text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'Static binary', description: 'A picture', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'Watched', description: 'A text that changes', mimeType: 'text/plain' },
];
const argument = (name: string): object => ({ name, description: `The ${name}`, required: true });
const PROMPTS = [
  { name: 'test_simple_prompt', description: 'A prompt' },
  { name: 'test_prompt_with_arguments', description: 'A prompt with arguments', arguments: [argument('arg1'), argument('arg2')] },
  { name: 'test_prompt_with_embedded_resource', description: 'A prompt with a resource', arguments: [argument('resourceUri')] },
  { name: 'test_prompt_with_image', description: 'A prompt with a picture' },
];

function read(uri: string): object {
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: PNG };
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id !== undefined) return { uri, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) };
  return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' };
}

function prompt(name: string, args: Readonly<Record<string, string>>): object[] {
  const user = (content: object): object => ({ role: 'user', content });
  if (name === 'test_prompt_with_arguments') return [user(text(`Prompt with arguments: arg1='${args['arg1'] ?? ''}', arg2='${args['arg2'] ?? ''}'`))];
  if (name === 'test_prompt_with_embedded_resource')
    return [
      user(embedded(args['resourceUri'] ?? '', 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.')),
    ];
  if (name === 'test_prompt_with_image') return [user(image), user(text('Please analyze the image above.'))];
  return [user(text('This is a simple prompt for testing.'))];
}

function made(): Server {
  const capabilities = { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {}, completions: {} };
  const server = new Server({ name: 'everything', version: '1' }, { capabilities });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [
      ...Object.keys(TOOLS).map((name) => ({ name, description: name.replaceAll('_', ' '), inputSchema: { type: 'object' as const } })),
      SCHEMA_TOOL,
    ],
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification, sendRequest, _meta }) => {
    const results = { 'elicitation/create': ElicitResultSchema, 'sampling/createMessage': CreateMessageResultSchema };
    const call: Call = {
      args: (params.arguments ?? {}) as Record<string, string>,
      token: _meta?.progressToken,
      notify: (message) => sendNotification(message as Parameters<typeof sendNotification>[0]),
      ask: async (method, asked) =>
        (await sendRequest({ method, params: asked } as Parameters<typeof sendRequest>[0], results[method as keyof typeof results])) as Record<
          string,
          unknown
        >,
    };
    const tool = TOOLS[params.name];
    return (tool === undefined ? { content: [text('unknown')], isError: true } : await tool(call)) as { content: [] };
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: RESOURCES }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'Template', description: 'Data by id' }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({ contents: [read(params.uri)] }) as unknown as { contents: [] });
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: PROMPTS }) as { prompts: [] });
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => ({ messages: prompt(params.name, params.arguments ?? {}) }) as { messages: [] });
  server.setRequestHandler(SetLevelRequestSchema, () => ({}));
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: ['paris', 'park'], total: 2, hasMore: false } }));
  return server;
}

const sessions = new Map<string, StreamableHTTPServerTransport>();

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // The suite checks a server's guard against DNS rebinding; the gateway has its own.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const origin = request.headers.origin;
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(host) || (origin !== undefined && !/^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(origin)))
    return void response.writeHead(403).end();
  const id = request.headers['mcp-session-id'];
  const known = typeof id === 'string' ? sessions.get(id) : undefined;
  if (id !== undefined && known === undefined) return void response.writeHead(404).end();
  if (known !== undefined) return known.handleRequest(request, response);
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (session) => void sessions.set(session, transport),
  });
  await made().connect(transport as Transport);
  await transport.handleRequest(request, response);
}

const listener = createServer((request, response) => void serve(request, response));
listener.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}/mcp` }));
});
