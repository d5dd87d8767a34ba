import { includes } from './names.ts';
import { SILENCE } from './rules/subject.ts';
import type { RuleOpinion, Subject } from './rules/subject.ts';

const ALLOWED: readonly RuleOpinion[] = [
  { rule: 'default', effect: 'allow', code: 'DEFAULT', message: 'No rule speaks against it, and the policy allows by default.' },
];

/**
 * Who speaks when no rule does (DEC-8). Conditions and outside voices that allow or ask have spoken for the action; a detector, a budget or
 * a lock never has, so that a risky action is never more permitted than a harmless one. Undeclared tools are answered by the manifest rule.
 */
export function fallback(subject: Subject, voices: readonly RuleOpinion[], opinions: readonly RuleOpinion[]): readonly RuleOpinion[] {
  const { action, policy, lists, manifest } = subject;
  if (voices.some((one) => one.effect === 'allow' || one.effect === 'ask')) return SILENCE;
  if (lists !== undefined) {
    if (includes(lists.allow, action.name) || includes(lists.review, action.name) || includes(lists.block, action.name)) return SILENCE;
    // Lists are of tools. That this is a model and no tool is the model proxy's own reading, never a claim of the agent's.
    if (action.kind !== 'model' || action.door !== 'llm') return unlisted(action.name);
  }
  if (manifest !== undefined) return SILENCE;
  const effect = policy.fallback;
  if (effect === 'allow') return opinions.length === 0 ? ALLOWED : SILENCE;
  const message = effect === 'ask' ? 'No rule allows it, and the policy asks by default.' : 'No rule allows it, and the policy denies by default.';
  return [{ rule: 'default', effect, code: 'DEFAULT', message, hint: 'Add a rule or a list that allows it.' }];
}

function unlisted(name: string): readonly RuleOpinion[] {
  const message = `The tool ${name} is on no list of this agent.`;
  return [{ rule: 'lists', effect: 'ask', code: 'TOOL_UNLISTED', message, hint: 'Put it on a list to decide once and for all.' }];
}
