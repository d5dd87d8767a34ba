import { plainName } from '../names.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said } from '../words/sentences.ts';

function ask(said: Said): RuleOpinion {
  return { rule: 'approval', effect: 'ask', code: 'APPROVAL_REQUIRED', ...said };
}

const KNOWN = new WeakMap<readonly string[], readonly (readonly [string, string])[]>();

/** The patterns of a policy with their plain names, made once per policy. */
function plainly(intents: readonly string[]): readonly (readonly [string, string])[] {
  const known = KNOWN.get(intents);
  if (known !== undefined) return known;
  const made = intents.map((pattern) => [pattern, plainName(pattern)] as const);
  KNOWN.set(intents, made);
  return made;
}

/** What a person wants to see first: dear, unsure or sensitive. A claim can only add to it. */
export const approval: Rule = {
  name: 'approval',
  speak({ action, policy, need, world }) {
    const { aboveUsdMicros, confidenceBelow, intents } = policy.approvals;
    const { confidence, intent } = action.claims;
    let opinions: RuleOpinion[] | null = null;
    if (aboveUsdMicros !== null && need.usdMicros > aboveUsdMicros)
      (opinions ??= []).push(ask(wordsOf(world).costsMore(need.usdMicros, aboveUsdMicros)));
    if (confidenceBelow !== null && confidence !== undefined && confidence < confidenceBelow)
      (opinions ??= []).push(ask(wordsOf(world).unsure(confidence, confidenceBelow)));
    if (intents.length === 0) return opinions ?? SILENCE;
    const name = plainName(action.name);
    const claimed = intent === undefined ? '' : plainName(intent);
    for (const [pattern, plain] of plainly(intents)) {
      if (plain !== '' && (name.includes(plain) || claimed.includes(plain))) (opinions ??= []).push(ask(wordsOf(world).sensitive(pattern)));
    }
    return opinions ?? SILENCE;
  },
};
