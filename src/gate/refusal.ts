import type { Decision, Reason } from '../kernel/decision.ts';
import { duration } from '../kernel/words/units.ts';
import { adviceFor } from './advice.ts';

/**
 * What an agent is shown, exactly; null when it may simply go on. It names the reason, the code and what it may do instead. What inspection quotes
 * from the arguments stays in the log, so that a refusal does not carry an injected text back into the conversation (DOOR-4).
 */
export function textOf(decision: Decision): string | null {
  switch (decision.effect) {
    case 'allow':
    case 'modify':
      return null;
    case 'deny':
      return `Aegis denied this action. ${because(decision)} Do not retry it unchanged. ${sentence(adviceFor(decisive(decision)[0] ?? decision.reasons[0]))}`;
    case 'ask':
      return `Aegis is holding this action until a person decides (approval ${String(approvalNumber(decision))}). ${because(decision)} It has not been done. Wait for the answer, or go on with something else.`;
    case 'defer':
      return `Aegis deferred this action: it waits for ${decision.defer.waitingFor}. It has not been done; try again in ${duration(decision.defer.retryAfterMs)}.`;
  }
}

/** The number people type for its approval: that of the entry that asked, which is the next one after the world it was decided on. */
export function approvalNumber({ worldIndex }: Pick<Decision, 'worldIndex'>): number {
  return worldIndex;
}

/** The reasons that made the effect what it is, in rule order. */
export function decisive(decision: Decision): readonly Reason[] {
  const speaking = decision.reasons.filter((reason) => reason.effect === decision.effect);
  return speaking.length > 0 ? speaking : decision.reasons;
}

/** Codes whose message ends, behind a colon, with a quotation from the arguments. */
const QUOTING: ReadonlySet<string> = new Set(['FINDING', 'UNINSPECTABLE']);

function because(decision: Decision): string {
  return decisive(decision)
    .slice(0, 3)
    .map(
      ({ code, message, finding }) =>
        `${sentence(QUOTING.has(code) ? unquoted(message, decision) : message)} (${code}${finding === undefined ? '' : ` · ${finding}`})`,
    )
    .join(' ');
}

/** A decision of semantics 1 or 2 begins with the finding's code, a later one with its meaning. */
function unquoted(message: string, { semantics }: Decision): string {
  const said = message.split(':', 1)[0] ?? '';
  return semantics >= 3 ? said : `Inspection found ${said}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
