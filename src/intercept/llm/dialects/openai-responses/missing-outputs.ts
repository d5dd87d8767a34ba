import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { listOf, objectOf, textOf } from '../../dialect/members.ts';
import type { MissingOutput } from '../../dialect/model-answer.ts';

/**
 * How a call of each kind is answered with words. Source: OpenAI API reference, Create a response, input items. A call for a picture of a screen
 * (`computer_call`) cannot be.
 */
const OUTPUTS: Readonly<Record<string, (id: string, text: string) => JsonObject>> = {
  function_call: (call_id, output) => ({ type: 'function_call_output', call_id, output }),
  custom_tool_call: (call_id, output) => ({ type: 'custom_tool_call_output', call_id, output }),
  local_shell_call: (id, output) => ({ type: 'local_shell_call_output', id, output }),
  shell_call: (call_id, stderr) => ({
    type: 'shell_call_output',
    call_id,
    output: [{ stdout: '', stderr, outcome: { type: 'exit', exit_code: 1 } }],
  }),
  apply_patch_call: (call_id, output) => ({ type: 'apply_patch_call_output', call_id, status: 'failed', output }),
  mcp_approval_request: (approval_request_id, reason) => ({ type: 'mcp_approval_response', approval_request_id, approve: false, reason }),
};

/** The body with an output for each refused call, first, where the client brings none of its own (LLM-19). */
export function addMissingOutputs(body: JsonObject, missing: readonly MissingOutput[]): JsonObject {
  const items = typeof body.input === 'string' ? [{ type: 'message', role: 'user', content: body.input }] : listOf(body.input);
  const brought = new Set(items.flatMap(answeredBy));
  const outputs = missing.flatMap(({ callId, kind = 'function_call', text }) => {
    const output = Object.hasOwn(OUTPUTS, kind) && !brought.has(callId) ? OUTPUTS[kind]?.(callId, text) : undefined;
    return output === undefined ? [] : [output];
  });
  return outputs.length === 0 ? body : { ...body, input: [...outputs, ...items] };
}

function answeredBy(item: Json): readonly string[] {
  const answer = objectOf(item);
  const type = textOf(answer?.type) ?? '';
  if (answer === null || !/_(?:output|response)$/.test(type)) return [];
  return [answer.call_id, answer.approval_request_id, answer.id].flatMap((id) => textOf(id) ?? []);
}
