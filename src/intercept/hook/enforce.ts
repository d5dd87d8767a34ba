import type { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { textOf } from '../../gate/refusal.ts';
import type { Harness } from './harness/harness.ts';
import { meaningOf } from './harness/protocol.ts';
import type { HookDecision, ToolCall } from './harness/protocol.ts';

export interface AnswerTerms {
  /** The harness's own question may be put to its user for an asked action. */
  readonly mayAsk: boolean;
  /** An allowed action skips the harness's own permission prompt. */
  readonly explicitAllow: boolean;
}

/** What this harness is to do with this call (HOOK-1). What cannot be carried out exactly as decided is denied. */
export function hookDecisionOf(
  decision: Decision,
  at: { readonly harness: Harness; readonly event: string; readonly call: ToolCall },
  terms: AnswerTerms,
): HookDecision {
  const { harness, event, call } = at;
  switch (decision.effect) {
    case 'allow':
      return { effect: 'allow', explicit: terms.explicitAllow };
    case 'modify':
      return call.rewritable && harness.protocol.canChange(event, call.args, decision.modify.args)
        ? { effect: 'modify', args: decision.modify.args }
        : {
            effect: 'deny',
            text: `Aegis would change the arguments of this action, and ${harness.name} cannot take them changed here. It has not been done.`,
          };
    case 'ask':
      return { effect: terms.mayAsk ? 'ask' : 'deny', text: plain(textOf(decision) ?? '') };
    case 'defer':
    case 'deny':
      return { effect: 'deny', text: plain(textOf(decision) ?? '') };
  }
}

/**
 * A refusal that is no decision (a wrong key, a closed gate, a body that cannot be read) in the harness's own words, for it would run the
 * tool on a 4xx or a 5xx (HOOK-2). Null for an unknown event: then a problem is as good as anything.
 */
export function refusalAnswer(harness: Harness | undefined, event: string, error: AegisError): JsonObject | null {
  const meaning = harness === undefined ? undefined : meaningOf(harness.protocol, event);
  if (harness === undefined || meaning === undefined) return null;
  if (meaning !== 'decide') return harness.protocol.acknowledge(event);
  return harness.protocol.answer(event, {
    effect: 'deny',
    text: plain(`Aegis did not decide this action, so it may not run. ${error.message} (${error.code}). ${error.hint}`),
  });
}

/** One line without anything a terminal would obey or hide: these texts end on a person's screen. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
