import type { Asked, Turn } from './script.ts';

type Body = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, unknown>>;

/** One vendor's wire format: read a request, write a whole answer, write a stream of events. */
export interface Format {
  readonly serves: (path: string) => boolean;
  readonly streams: (path: string, body: Body) => boolean;
  readonly ask: (body: Body, path: string) => Asked;
  readonly answer: (body: Body, turn: Turn, id: string) => Body;
  /** `event` lines are written only where the vendor writes them. */
  readonly stream: (body: Body, turn: Turn, id: string) => readonly { readonly event?: string; readonly data: Body | '[DONE]' }[];
}

const whenAsked = (_path: string, body: Body): boolean => body['stream'] === true;

const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };

export const chatCompletions: Format = {
  serves: (path) => path === '/v1/chat/completions',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: messages(body, 'messages', ['system', 'developer']).join('\n'),
    user: messages(body, 'messages', ['user']).at(-1) ?? '',
    results: messages(body, 'messages', ['tool']),
    tools: items(body['tools']).map((tool) => String((tool['function'] as Item)['name'])),
  }),
  answer: (body, turn, id) => ({
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: 1_763_700_000,
    model: body['model'],
    choices: [
      {
        index: 0,
        finish_reason: turn.calls ? 'tool_calls' : 'stop',
        logprobs: null,
        message: { role: 'assistant', content: turn.text ?? null, refusal: null, ...(turn.calls ? { tool_calls: chatCalls(turn, id) } : {}) },
      },
    ],
    usage,
  }),
  stream: (body, turn, id) => {
    const chunk = (delta: Body, finish: string | null = null): { data: Body } => ({
      data: {
        id: `chatcmpl-${id}`,
        object: 'chat.completion.chunk',
        created: 1_763_700_000,
        model: body['model'],
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      },
    });
    const calls = chatCalls(turn, id).flatMap((call, index) => [
      chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] }),
      ...slices(call.function.arguments).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]);
    const wanted = (body['stream_options'] as Body | undefined)?.['include_usage'] === true;
    return [
      chunk({ role: 'assistant', content: '' }),
      ...slices(turn.text ?? '').map((part) => chunk({ content: part })),
      ...calls,
      chunk({}, turn.calls ? 'tool_calls' : 'stop'),
      ...(wanted
        ? [{ data: { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1_763_700_000, model: body['model'], choices: [], usage } }]
        : []),
      { data: '[DONE]' as const },
    ];
  },
};

export const responses: Format = {
  serves: (path) => path === '/v1/responses',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: String(body['instructions'] ?? ''),
    user: typeof body['input'] === 'string' ? body['input'] : (messages(body, 'input', ['user']).at(-1) ?? ''),
    results: items(body['input'])
      .filter((item) => item['type'] === 'function_call_output')
      .map((item) => flat(item['output'])),
    tools: items(body['tools']).map((tool) => String(tool['name'])),
  }),
  answer: (body, turn, id) => response(body, turn, id, 'completed'),
  stream: (body, turn, id) => {
    let sequence = 0;
    const event = (type: string, rest: Body): { event: string; data: Body } => ({
      event: type,
      data: { type, sequence_number: sequence++, ...rest },
    });
    const done = response(body, turn, id, 'completed');
    const output = done['output'] as readonly Item[];
    return [
      event('response.created', { response: response(body, {}, id, 'in_progress') }),
      ...output.flatMap((item, index) => {
        const at = { output_index: index, item_id: item['id'] };
        const opened =
          item['type'] === 'function_call' ? { ...item, arguments: '', status: 'in_progress' } : { ...item, content: [], status: 'in_progress' };
        const middle =
          item['type'] === 'function_call'
            ? [
                ...slices(String(item['arguments'])).map((delta) => event('response.function_call_arguments.delta', { ...at, delta })),
                event('response.function_call_arguments.done', { ...at, name: item['name'], arguments: item['arguments'] }),
              ]
            : [
                event('response.content_part.added', { ...at, content_index: 0, part: { type: 'output_text', text: '', annotations: [] } }),
                ...slices(turn.text ?? '').map((delta) => event('response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] })),
                event('response.output_text.done', { ...at, content_index: 0, text: turn.text ?? '', logprobs: [] }),
                event('response.content_part.done', {
                  ...at,
                  content_index: 0,
                  part: { type: 'output_text', text: turn.text ?? '', annotations: [] },
                }),
              ];
        return [
          event('response.output_item.added', { output_index: index, item: opened }),
          ...middle,
          event('response.output_item.done', { output_index: index, item }),
        ];
      }),
      event('response.completed', { response: done }),
    ];
  },
};

export const anthropicMessages: Format = {
  serves: (path) => path === '/v1/messages',
  streams: whenAsked,
  ask: (body) => ({
    model: String(body['model']),
    system: flat(body['system']),
    user:
      messages(body, 'messages', ['user'])
        .filter((text) => text !== '')
        .at(-1) ?? '',
    results: items(body['messages'])
      .flatMap((message) => items(message['content']))
      .filter((block) => block['type'] === 'tool_result')
      .map((block) => flat(block['content'])),
    tools: items(body['tools']).map((tool) => String(tool['name'])),
  }),
  answer: (body, turn, id) => ({
    ...envelope(body, id),
    content: blocks(turn, id),
    stop_reason: turn.calls ? 'tool_use' : 'end_turn',
    usage: { input_tokens: 120, output_tokens: 30 },
  }),
  stream: (body, turn, id) => {
    const event = (type: string, rest: Body): { event: string; data: Body } => ({ event: type, data: { type, ...rest } });
    return [
      event('message_start', { message: { ...envelope(body, id), content: [], stop_reason: null, usage: { input_tokens: 120, output_tokens: 1 } } }),
      ...blocks(turn, id).flatMap((block, index) => {
        const use = block['type'] === 'tool_use';
        const deltas = use
          ? slices(JSON.stringify(block['input'])).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
          : slices(String(block['text'])).map((text) => ({ type: 'text_delta', text }));
        return [
          event('content_block_start', { index, content_block: use ? { ...block, input: {} } : { type: 'text', text: '' } }),
          ...deltas.map((delta) => event('content_block_delta', { index, delta })),
          event('content_block_stop', { index }),
        ];
      }),
      event('message_delta', { delta: { stop_reason: turn.calls ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: 30 } }),
      event('message_stop', {}),
    ];
  },
};

function chatCalls(turn: Turn, id: string): { id: string; type: 'function'; function: { name: string; arguments: string } }[] {
  return (turn.calls ?? []).map((call, index) => ({
    id: `call_${id}_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  }));
}

function response(body: Body, turn: Turn, id: string, status: string): Body {
  const message =
    turn.text === undefined
      ? []
      : [
          {
            id: `msg_${id}`,
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: turn.text, annotations: [], logprobs: [] }],
          },
        ];
  const calls = (turn.calls ?? []).map((call, index) => ({
    id: `fc_${id}_${index}`,
    type: 'function_call',
    call_id: `call_${id}_${index}`,
    name: call.name,
    arguments: JSON.stringify(call.args),
    status: 'completed',
  }));
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_763_700_000,
    status,
    model: body['model'],
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    metadata: {},
    output: [...message, ...calls],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: body['tools'] ?? [],
    top_p: 1,
    usage: {
      input_tokens: 120,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 150,
    },
  };
}

function envelope(body: Body, id: string): Body {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model: body['model'], stop_sequence: null };
}

function blocks(turn: Turn, id: string): readonly Item[] {
  return [
    ...(turn.text === undefined ? [] : [{ type: 'text', text: turn.text }]),
    ...(turn.calls ?? []).map((call, index) => ({ type: 'tool_use', id: `toolu_${id}_${index}`, name: call.name, input: call.args })),
  ];
}

function messages(body: Body, field: string, roles: readonly string[]): string[] {
  return items(body[field])
    .filter((message) => roles.includes(String(message['role'])))
    .map((message) => flat(message['content']));
}

function items(value: unknown): readonly Item[] {
  return Array.isArray(value) ? (value as readonly Item[]) : [];
}

function flat(content: unknown): string {
  if (typeof content === 'string') return content;
  return items(content)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n')
    .trim();
}

/** Small pieces, so that arguments really arrive in fragments. */
function slices(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
