import type { ToolCall } from '../calls.ts';
import { isObject, parseArgs } from '../json.ts';
import type { Json, JsonObject } from '../wire.ts';
import { list, text, type Dialect } from './dialect.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** OpenAI Assistants: a run that `requires_action` names the calls; streamed, its steps spell them before. */
export const openaiRuns: Dialect = {
  incoming: (params) => ({
    users: [],
    results: list(params['tool_outputs']).map((output) => ({ callId: text(output['tool_call_id']), value: output['output'] ?? null, failed: false })),
  }),
  calls: (answer) => required(answer).map(toCall),
  replace(answer, args) {
    for (const call of required(answer)) write(call, args.get(text(call['id'])));
  },
  holds: (event) => event['event'] === 'thread.run.requires_action' || spelled(event).length > 0,
  assemble: (held) => held.filter(isRequired).flatMap((event) => required(dataOf(event)).map(toCall)),
  rewrite(held, args) {
    const ids = new Map<string, string>();
    const written = new Set<string>();
    for (const event of held) {
      if (isRequired(event)) for (const call of required(dataOf(event))) write(call, args.get(text(call['id'])));
      for (const call of spelled(event)) {
        const index = String(call['index']);
        const id = text(call['id']) || (ids.get(index) ?? '');
        ids.set(index, id);
        const decided = args.get(id);
        // The whole arguments ride on the first piece of a call; later pieces carry none.
        if (decided !== undefined) writeText(call, written.has(id) && text(call['id']) === '' ? '' : JSON.stringify(decided));
        written.add(id);
      }
    }
    return held;
  },
};

function dataOf(event: JsonObject): JsonObject {
  return isObject(event['data']) ? event['data'] : {};
}

const isRequired = (event: JsonObject): boolean => event['event'] === 'thread.run.requires_action';

/** Calls the agent is asked to run: of a run, or of a step that has no outputs yet. */
function required(run: JsonObject): readonly JsonObject[] {
  const action = run['required_action'];
  const outputs = isObject(action) ? action['submit_tool_outputs'] : undefined;
  const details = run['object'] === 'thread.run.step' ? run['step_details'] : undefined;
  const steps = isObject(details)
    ? list(details['tool_calls']).filter((call) => isObject(call['function']) && call['function']['output'] === null)
    : [];
  return [...(isObject(outputs) ? list(outputs['tool_calls']) : []), ...steps];
}

/** Calls that the events of a step spell. */
function spelled(event: JsonObject): readonly JsonObject[] {
  const data = dataOf(event);
  const details = isObject(data['delta']) ? data['delta']['step_details'] : data['step_details'];
  return isObject(details) ? list(details['tool_calls']).filter((call) => isObject(call['function'])) : [];
}

function toCall(call: JsonObject): ToolCall {
  const body = isObject(call['function']) ? call['function'] : {};
  return { id: text(call['id']), name: text(body['name']), args: parseArgs(text(body['arguments'])) };
}

function write(call: JsonObject, args: JsonObject | undefined): void {
  if (args !== undefined) writeText(call, JSON.stringify(args));
}

function writeText(call: JsonObject, args: string): void {
  const body = call['function'] as Mutable<JsonObject> | undefined;
  if (body !== undefined && 'arguments' in body) body['arguments'] = args as Json;
}
