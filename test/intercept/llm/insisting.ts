import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { GPT } from './stage.ts';
import { EVENTS, JSON_TYPE, upstream } from './upstream.ts';
import type { Seen, Upstream } from './upstream.ts';

interface Item {
  readonly type: string;
  readonly call_id?: string;
}

/** A call of a function, as an output item. */
export const call = (call_id: string, name: string): JsonObject => ({
  id: `fc_${call_id}`,
  type: 'function_call',
  call_id,
  name,
  arguments: '{}',
  status: 'completed',
});
const words: JsonObject = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Done.' }] };

/** A provider that holds conversations as OpenAI does: who goes on without the output of a call is refused. After its turns it says that it is done. */
export function insisting(context: TestContext, ...turns: readonly (readonly JsonObject[])[]): Promise<Upstream> {
  const open = new Map<string, readonly string[]>();
  let count = 0;
  return upstream(context, (response: ServerResponse, { text }: Seen) => {
    const body = JSON.parse(text) as { previous_response_id?: string; conversation?: string; input: string | Item[]; stream?: boolean };
    const name = body.previous_response_id ?? body.conversation ?? '';
    const items = typeof body.input === 'string' ? [] : body.input;
    const missing = (open.get(name) ?? []).find((id) => !items.some((item) => item.type.endsWith('_output') && item.call_id === id));
    if (missing !== undefined) {
      const error = { message: `No tool output found for function call ${missing}.`, type: 'invalid_request_error', param: 'input', code: null };
      response.writeHead(400, JSON_TYPE).end(JSON.stringify({ error }));
      return;
    }
    const output = turns[count] ?? [words];
    const id = `resp_${String(++count)}`;
    const calls = output.flatMap((item) => (typeof item['call_id'] === 'string' ? [item['call_id']] : []));
    open.set(id, calls);
    if (body.conversation !== undefined) open.set(body.conversation, calls);
    const answer = { id, object: 'response', created_at: 1, status: 'completed', model: GPT, output, usage: null };
    if (body.stream !== true) return void response.writeHead(200, JSON_TYPE).end(JSON.stringify(answer));
    const events = [
      { type: 'response.created', response: { ...answer, status: 'in_progress', output: [] } },
      ...output.flatMap((item, output_index) => ['added', 'done'].map((what) => ({ type: `response.output_item.${what}`, output_index, item }))),
      { type: 'response.completed', response: answer },
    ];
    response.writeHead(200, EVENTS);
    response.end(events.map((data, at) => `event: ${data.type}\ndata: ${JSON.stringify({ ...data, sequence_number: at })}\n\n`).join(''));
  });
}

/** The input items of the last request that arrived. */
export const inputOf = ({ seen }: Upstream): readonly JsonObject[] => (JSON.parse(seen.at(-1)?.text ?? '{}') as { input: JsonObject[] }).input;
