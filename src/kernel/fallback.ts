import { includes } from './names.ts';
import { SILENCE } from './rules/subject.ts';
import type { RuleOpinion, Subject } from './rules/subject.ts';
import { wordsOf } from './words/words.ts';

/**
 * Who speaks when no rule does (DEC-8). Conditions and outside voices that allow or ask have spoken for the action; a detector, a budget or
 * a lock never has, so that a risky action is never more permitted than a harmless one. Undeclared tools are answered by the manifest rule.
 */
export function fallback(subject: Subject, voices: readonly RuleOpinion[], opinions: readonly RuleOpinion[]): readonly RuleOpinion[] {
  const { action, policy, lists, manifest, world } = subject;
  if (voices.some((one) => one.effect === 'allow' || one.effect === 'ask')) return SILENCE;
  if (lists !== undefined) {
    if (includes(lists.allow, action.name) || includes(lists.review, action.name) || includes(lists.block, action.name)) return SILENCE;
    // Lists are of tools. That this is a model and no tool is the model proxy's own reading, never a claim of the agent's.
    if (action.kind !== 'model' || action.door !== 'llm')
      return [{ rule: 'lists', effect: 'ask', code: 'TOOL_UNLISTED', ...wordsOf(world).unlisted(action.name) }];
  }
  if (manifest !== undefined) return SILENCE;
  const effect = policy.fallback;
  if (effect === 'allow' && opinions.length > 0) return SILENCE;
  return [{ rule: 'default', effect, code: 'DEFAULT', ...wordsOf(world).defaultEffect(effect) }];
}
