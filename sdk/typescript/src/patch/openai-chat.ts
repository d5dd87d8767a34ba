import type { ToolCall } from '../calls.ts';
import { isObject, parseArgs } from '../json.ts';
import type { JsonObject } from '../wire.ts';
import { list, text, textOf, type Dialect } from './dialect.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** OpenAI Chat Completions: `choices[].message.tool_calls[].function.{name,arguments}`; streamed as deltas by choice and call index. */
export const openaiChat: Dialect = {
  incoming(params) {
    const messages = list(params['messages']);
    return {
      users: messages.filter((message) => message['role'] === 'user').map((message) => textOf(message['content'])),
      results: messages
        .filter((message) => message['role'] === 'tool' || message['role'] === 'function')
        .map((message) => ({
          callId: message['role'] === 'tool' ? text(message['tool_call_id']) : LEGACY,
          value: textOf(message['content']),
          failed: false,
        })),
    };
  },
  calls: (answer) => list(answer['choices']).flatMap((choice) => toolCalls(choice['message'] as JsonObject | undefined).map(toCall)),
  replace(answer, args) {
    for (const choice of list(answer['choices'])) {
      for (const call of toolCalls(choice['message'] as JsonObject | undefined)) write(call, args.get(text(call['id'])));
    }
  },
  holds: (chunk) => list(chunk['choices']).some((choice) => toolCalls(choice['delta'] as JsonObject | undefined).length > 0),
  assemble: (held) => [...assembled(held).values()].map(({ id, name, args }) => ({ id, name, args: parseArgs(args) })),
  rewrite(held, args) {
    const calls = assembled(held);
    const written = new Set<string>();
    for (const chunk of held) {
      for (const choice of list(chunk['choices'])) {
        for (const call of toolCalls(choice['delta'] as JsonObject | undefined)) {
          const key = `${String(choice['index'])}/${String(call['index'])}`;
          const decided = args.get(calls.get(key)?.id ?? '');
          // The whole arguments ride on the first delta of a call; later deltas carry none.
          writeText(call, decided === undefined || written.has(key) ? '' : JSON.stringify(decided));
          written.add(key);
        }
      }
    }
    return held;
  },
};

/** The deprecated single `function_call` is a call like any other; it has no id of its own. */
const LEGACY = 'function_call';

function toolCalls(message: JsonObject | undefined): readonly JsonObject[] {
  const legacy = message?.[LEGACY];
  // The same object is passed on, so that what is decided is written where it was read.
  return [...list(message?.['tool_calls']), ...(isObject(legacy) ? [{ id: LEGACY, index: LEGACY, type: 'function', function: legacy }] : [])];
}

function part(call: JsonObject): JsonObject {
  return (call['function'] ?? call['custom'] ?? {}) as JsonObject;
}

/** Custom tools carry free text in `input` instead of JSON in `arguments`. */
function toCall(call: JsonObject): ToolCall {
  const body = part(call);
  const args = call['type'] === 'custom' ? { input: text(body['input']) } : parseArgs(text(body['arguments']));
  return { id: text(call['id']), name: text(body['name']), args };
}

function write(call: JsonObject, args: JsonObject | undefined): void {
  if (args === undefined) return;
  if (call['type'] === 'custom') (part(call) as Mutable<JsonObject>)['input'] = text(args['input']);
  else writeText(call, JSON.stringify(args));
}

function writeText(call: JsonObject, args: string): void {
  const body = call['function'] as Mutable<JsonObject> | undefined;
  if (body !== undefined) body['arguments'] = args;
}

function assembled(held: readonly JsonObject[]): Map<string, { id: string; name: string; args: string }> {
  const calls = new Map<string, { id: string; name: string; args: string }>();
  for (const chunk of held) {
    for (const choice of list(chunk['choices'])) {
      for (const delta of toolCalls(choice['delta'] as JsonObject | undefined)) {
        const key = `${String(choice['index'])}/${String(delta['index'])}`;
        const call = calls.get(key) ?? { id: '', name: '', args: '' };
        call.id ||= text(delta['id']);
        call.name += text(part(delta)['name']);
        call.args += text(part(delta)['arguments']) + text(part(delta)['input']);
        calls.set(key, call);
      }
    }
  }
  return calls;
}
