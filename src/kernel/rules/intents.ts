import { includes } from '../names.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';

function deny(code: string, message: string, hint: string): RuleOpinion {
  return { rule: 'intents', effect: 'deny', code, message, hint };
}

/** Patterns are held against the claimed intent and the tool's name alike: leaving the intent out gains nothing. */
export const intents: Rule = {
  name: 'intents',
  speak({ action, policy, need }) {
    const { costCeilingUsdMicros, blocked, priorityFloors, blockedAgents } = policy.intents;
    const { intent, priority } = action.claims;
    const hit = (matches: (text: string) => boolean): boolean => matches(action.name) || (intent !== undefined && matches(intent));
    let opinions: RuleOpinion[] | null = null;
    if (costCeilingUsdMicros !== null && need.usdMicros > costCeilingUsdMicros) {
      (opinions ??= []).push(
        deny('BUDGET_EXCEEDED', 'The action costs more than the ceiling for one action.', 'Split it, or raise intents.costCeiling.'),
      );
    }
    if (includes(blockedAgents, action.agent)) {
      (opinions ??= []).push(deny('INTENT_BLOCKED', `The agent ${action.agent} is blocked by policy.`, 'Change intents.blockedAgents.'));
    }
    for (const { pattern, matches } of blocked) {
      if (hit(matches))
        (opinions ??= []).push(
          deny('INTENT_BLOCKED', `The intent matches the blocked pattern ${pattern}.`, 'No approval releases a blocked intent.'),
        );
    }
    for (const { pattern, matches, min } of priorityFloors) {
      if ((priority ?? 1) < min && hit(matches)) {
        (opinions ??= []).push(deny('PRIORITY_TOO_LOW', `The intent ${pattern} needs priority ${String(min)}.`, 'Claim the priority it deserves.'));
      }
    }
    return opinions ?? SILENCE;
  },
};
