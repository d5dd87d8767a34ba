import type { Decision } from '../kernel/decision.ts';
import { textOf } from '../gate/refusal.ts';

/** The decision as it goes over the wire: nothing taken away, `text` added where the agent must be told something. */
export type WireDecision = Decision & { readonly text?: string };

export function wireDecision(decision: Decision): WireDecision {
  const text = textOf(decision);
  return text === null ? decision : { ...decision, text };
}
