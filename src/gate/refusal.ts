import type { Decision, Reason } from '../kernel/decision.ts';

/**
 * What an agent is shown, exactly; null when it may simply go on. It names the code, the reason and the next step. What inspection quotes from
 * the arguments stays in the log, so that a refusal does not carry an injected text back into the conversation (DOOR-4).
 */
export function textOf(decision: Decision): string | null {
  switch (decision.effect) {
    case 'allow':
    case 'modify':
      return null;
    case 'deny':
      return `Aegis denied this action. ${because(decision)} Do not retry it unchanged.`;
    case 'ask':
      return `Aegis is holding this action until a person decides (approval ${decision.ask.approval}). ${because(decision)} It has not been done.`;
    case 'defer':
      return `Aegis deferred this action: it waits for ${decision.defer.waitingFor}. It has not been done; try again in ${String(decision.defer.retryAfterMs)} ms.`;
  }
}

/** The reasons that made the effect what it is, in rule order. */
export function decisive(decision: Decision): readonly Reason[] {
  const speaking = decision.reasons.filter((reason) => reason.effect === decision.effect);
  return speaking.length > 0 ? speaking : decision.reasons;
}

/** Codes whose message is a finding's code and, behind a colon, a quotation. */
const QUOTING: ReadonlySet<string> = new Set(['FINDING', 'UNINSPECTABLE']);

function because(decision: Decision): string {
  return decisive(decision)
    .slice(0, 3)
    .map(
      ({ code, message, hint }) =>
        `${sentence(QUOTING.has(code) ? `Inspection found ${message.split(':', 1)[0] ?? code}` : message)} (${code})${hint === undefined ? '' : ` ${sentence(hint)}`}`,
    )
    .join(' ');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
