import { includes } from '../names.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said } from '../words/sentences.ts';

function deny(code: string, said: Said): RuleOpinion {
  return { rule: 'intents', effect: 'deny', code, ...said };
}

/** Patterns are held against the claimed intent and the tool's name alike: leaving the intent out gains nothing. */
export const intents: Rule = {
  name: 'intents',
  speak({ action, policy, need, world }) {
    const { costCeilingUsdMicros, blocked, priorityFloors, blockedAgents } = policy.intents;
    const { intent, priority } = action.claims;
    const hit = (matches: (text: string) => boolean): boolean => matches(action.name) || (intent !== undefined && matches(intent));
    let opinions: RuleOpinion[] | null = null;
    if (costCeilingUsdMicros !== null && need.usdMicros > costCeilingUsdMicros) {
      (opinions ??= []).push(deny('BUDGET_EXCEEDED', wordsOf(world).aboveCeiling(need.usdMicros, costCeilingUsdMicros)));
    }
    if (includes(blockedAgents, action.agent)) {
      (opinions ??= []).push(deny('INTENT_BLOCKED', wordsOf(world).agentBlocked(action.agent)));
    }
    for (const { pattern, matches } of blocked) {
      if (hit(matches)) (opinions ??= []).push(deny('INTENT_BLOCKED', wordsOf(world).intentBlocked(pattern)));
    }
    for (const { pattern, matches, min } of priorityFloors) {
      if ((priority ?? 1) < min && hit(matches)) {
        (opinions ??= []).push(deny('PRIORITY_TOO_LOW', wordsOf(world).priorityTooLow(pattern, min)));
      }
    }
    return opinions ?? SILENCE;
  },
};
