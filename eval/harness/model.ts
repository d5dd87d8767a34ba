/**
 * A model that wants one shell command run and then is done: Messages, Responses, Chat Completions and generateContent, streamed where asked.
 * It stands in for the provider of a real coding agent; nothing is asked of a model.
 */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedModel {
  readonly url: string;
  /** What the agent is to run from now on. */
  wants(command: string): void;
  close(): Promise<void>;
}

type Events = readonly (readonly [event: string | null, data: unknown])[];

interface Asked {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly {
    readonly name?: string;
    readonly function?: { readonly name?: string };
    readonly parameters?: { properties?: object };
  }[];
}

interface Turn {
  readonly asked: Asked;
  readonly text: string;
  readonly command: string;
  readonly id: string;
}

/** One answer of a dialect: the whole, and the same as events. */
interface Answer {
  readonly whole: unknown;
  readonly events: Events;
}

const SHELL = /^(?:bash|shell|exec_command|run_shell_command|Bash)$/;
const DONE = 'All done.';

export async function scriptedModel(): Promise<ScriptedModel> {
  let command = 'true';
  let count = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const url = request.url ?? '';
      const turn = { asked: parsed(text), text, command, id: String(++count) };
      const stream = turn.asked.stream === true || url.includes('streamGenerateContent');
      const answer = answerOf(url, turn);
      if (answer === null) response.writeHead(404).end('{}');
      else if (stream) streamed(response, answer.events);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.whole));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    wants: (next) => (command = next),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function parsed(text: string): Asked {
  try {
    return JSON.parse(text) as Asked;
  } catch {
    return {};
  }
}

function streamed(response: ServerResponse, events: Events): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [event, data] of events)
    response.write(`${event === null ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  response.end();
}

function answerOf(url: string, turn: Turn): Answer | null {
  if (/count_?tokens/i.test(url)) return { whole: { input_tokens: 10, totalTokens: 10 }, events: [] };
  if (/generateContent/i.test(url)) return gemini(turn);
  if (url.includes('/messages')) return messages(turn);
  if (url.includes('/responses')) return responses(turn);
  return url.includes('/chat/completions') ? chat(turn) : null;
}

function gemini({ text, command }: Turn): Answer {
  const call = text.includes('run_shell_command') && !text.includes('functionResponse');
  const part = call ? { functionCall: { name: 'run_shell_command', args: { command, description: 'as asked' } } } : { text: DONE };
  const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
  const whole = {
    candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
    modelVersion: 'scripted',
  };
  return { whole, events: [[null, whole]] };
}

function messages({ asked, text, command, id }: Turn): Answer {
  const call = text.includes('"Bash"') && !text.includes('"tool_result"');
  const usage = { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const reason = call ? 'tool_use' : 'end_turn';
  const input = { command, description: 'as asked' };
  const block = call ? { type: 'tool_use', id: `toolu_${id}`, name: 'Bash', input } : { type: 'text', text: DONE };
  const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model: asked.model, stop_sequence: null, usage };
  const start = call ? { ...block, input: {} } : { ...block, text: '' };
  const delta = call ? { type: 'input_json_delta', partial_json: JSON.stringify(input) } : { type: 'text_delta', text: DONE };
  const events = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: start },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ];
  return { whole: { ...message, content: [block], stop_reason: reason }, events: events.map((event) => [event.type, event]) };
}

function responses({ asked, text, command, id }: Turn): Answer {
  const tool = asked.tools?.find(({ name }) => SHELL.test(name ?? ''));
  const call = tool !== undefined && !text.includes('_call_output');
  const args = JSON.stringify(tool?.parameters?.properties !== undefined && 'cmd' in tool.parameters.properties ? { cmd: command } : { command });
  const item = call
    ? { type: 'function_call', id: `fc_${id}`, call_id: `call_${id}`, name: tool.name, arguments: args, status: 'completed' }
    : { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: DONE, annotations: [] }] };
  const usage = {
    input_tokens: 10,
    output_tokens: 5,
    total_tokens: 15,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const response = { id: `resp_${id}`, object: 'response', created_at: 1, model: asked.model, status: 'in_progress', output: [] as object[] };
  const whole = { ...response, status: 'completed', output: [item], usage };
  const started = call ? { ...item, arguments: '', status: 'in_progress' } : { ...item, content: [], status: 'in_progress' };
  const place = { item_id: item.id, output_index: 0 };
  const events = [
    { type: 'response.created', response },
    { type: 'response.output_item.added', output_index: 0, item: started },
    call
      ? { type: 'response.function_call_arguments.done', ...place, arguments: args }
      : { type: 'response.output_text.delta', ...place, content_index: 0, delta: DONE },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: whole },
  ];
  return { whole, events: events.map((event, at) => [event.type, { ...event, sequence_number: at }]) };
}

function chat({ asked, text, command, id }: Turn): Answer {
  const tool = asked.tools?.find((one) => SHELL.test(one.function?.name ?? ''));
  const call = tool !== undefined && !text.includes('"role":"tool"');
  const args = JSON.stringify({ command, description: 'as asked', mode: 'sync' });
  const message = call
    ? {
        role: 'assistant',
        content: null,
        tool_calls: [{ index: 0, id: `call_${id}`, type: 'function', function: { name: tool.function?.name, arguments: args } }],
      }
    : { role: 'assistant', content: DONE };
  const reason = call ? 'tool_calls' : 'stop';
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const base = { id: `chatcmpl-${id}`, created: 1, model: asked.model };
  const chunk = { ...base, object: 'chat.completion.chunk' };
  return {
    whole: { ...base, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: reason }], usage },
    events: [
      [null, { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] }],
      [null, { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: reason }] }],
      [null, { ...chunk, choices: [], usage }],
      [null, '[DONE]'],
    ],
  };
}
