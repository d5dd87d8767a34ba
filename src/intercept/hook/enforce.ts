import type { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { textOf } from '../../gate/refusal.ts';
import { meaningOf } from './harness.ts';
import type { Harness, ToolCall, Verdict } from './harness.ts';

export interface Manners {
  /** The harness's own question may be put to its user for an asked action. */
  readonly mayAsk: boolean;
  /** An allowed action skips the harness's own permission prompt. */
  readonly explicitAllow: boolean;
}

/** A decision as a verdict on this call, in this harness (HOOK-1). What cannot be carried out exactly as decided is denied. */
export function verdictOf(
  decision: Decision,
  at: { readonly harness: Harness; readonly event: string; readonly call: ToolCall },
  manners: Manners,
): Verdict {
  const { harness, event, call } = at;
  switch (decision.effect) {
    case 'allow':
      return { effect: 'allow', explicit: manners.explicitAllow };
    case 'modify':
      return call.rewritable && harness.carries(event, call.args, decision.modify.args)
        ? { effect: 'modify', args: decision.modify.args }
        : {
            effect: 'deny',
            text: `Aegis would change the arguments of this action, and ${harness.name} cannot take them changed here. It has not been done.`,
          };
    case 'ask':
      return { effect: manners.mayAsk ? 'ask' : 'deny', text: plain(textOf(decision) ?? '') };
    case 'defer':
    case 'deny':
      return { effect: 'deny', text: plain(textOf(decision) ?? '') };
  }
}

/**
 * A refusal that is no decision (a wrong key, a closed gate, a body that cannot be read) in the harness's own words, for it would run the
 * tool on a 4xx or a 5xx (HOOK-2). Null for an event nobody knows: then a problem is as good as anything.
 */
export function refusalAnswer(harness: Harness | undefined, event: string, error: AegisError): JsonObject | null {
  const meaning = harness === undefined ? undefined : meaningOf(harness, event);
  if (harness === undefined || meaning === undefined) return null;
  if (meaning !== 'decide') return harness.nod(event);
  return harness.say(event, {
    effect: 'deny',
    text: plain(`Aegis did not decide this action, so it may not run. ${error.message} (${error.code}). ${error.hint}`),
  });
}

/** One line without anything a terminal would obey or hide: these texts end on a person's screen. */
export function plain(said: string): string {
  return said.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
