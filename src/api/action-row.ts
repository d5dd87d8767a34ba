import type { Decision } from '../kernel/decision.ts';
import type { EntryOf } from '../kernel/entry.ts';

/** A decided action as the lists show it. */
export function actionRow(entry: EntryOf<'action-decided'>, decision: Decision): object {
  const { action } = entry.body;
  const { id, name, kind, door, enforcement, argsDigest } = action;
  const { effect, risk, reasons, policy, shadow } = decision;
  return {
    action: id,
    index: entry.index,
    at: entry.at,
    agent: entry.agent,
    session: entry.session,
    kind,
    name,
    door,
    enforcement,
    argsDigest,
    effect,
    risk,
    reasons,
    policy,
    ...(shadow === undefined ? {} : { shadow }),
  };
}
