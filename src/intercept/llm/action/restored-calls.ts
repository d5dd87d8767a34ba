import type { CallDecision, ToolCall } from '../dialect/model-answer.ts';
import { objectOf } from '../dialect/members.ts';
import { restored } from '../dialect/restore.ts';
import type { Restore } from '../dialect/restore.ts';

/** The calls as they will run (LLM-57). What the provider ran already ran with placeholders, and is recorded as it was. */
export function restoredCalls(calls: readonly ToolCall[], restore: Restore): readonly ToolCall[] {
  return calls.map((call) => {
    if (call.args === null || call.done === true) return call;
    const args = objectOf(restored(call.args, restore));
    return args === null || args === call.args ? call : { ...call, args };
  });
}

/** A call that may run and was restored leaves with the arguments it was decided on. */
export function restoredDecisions(
  decisions: readonly CallDecision[],
  { came, calls }: { readonly came: readonly ToolCall[]; readonly calls: readonly ToolCall[] },
): readonly CallDecision[] {
  return decisions.map((decision, at) => {
    const args = calls[at]?.args ?? null;
    return decision.kind === 'pass' && args !== null && args !== came[at]?.args ? { kind: 'replace', args } : decision;
  });
}
