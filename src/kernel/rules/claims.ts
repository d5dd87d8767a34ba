import { isAmount } from '../amounts.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { ClaimName, Said } from '../words/sentences.ts';

function within(value: number | undefined, low: number, high: number): boolean {
  return value === undefined || (value >= low && value <= high);
}

function invalid(pointer: string, said: Said): RuleOpinion {
  return { rule: 'claims', effect: 'deny', code: 'INVALID_ACTION', pointer, ...said };
}

/** Numbers out of range are refused, not clamped; a priority above the registered one is exceeded. */
export const claims: Rule = {
  name: 'claims',
  speak({ action, agent, world }) {
    const { priority, complexity, confidence, usdMicros, tokens } = action.claims;
    const opinions: RuleOpinion[] = [];
    const claim = (name: ClaimName, value: unknown): void => void opinions.push(invalid(`/claims/${name}`, wordsOf(world).claim(name, value)));
    if (!within(priority, 1, 10)) claim('priority', priority);
    if (!within(complexity, 1, 10)) claim('complexity', complexity);
    if (!within(confidence, 0, 1)) claim('confidence', confidence);
    if (usdMicros !== undefined && !isAmount(usdMicros)) claim('usdMicros', usdMicros);
    if (tokens !== undefined && !isAmount(tokens)) claim('tokens', tokens);
    const { resource } = action;
    if (resource !== undefined && !(isAmount(resource.slots) && resource.slots > 0 && isAmount(resource.ttlMs) && resource.ttlMs > 0)) {
      opinions.push(invalid('/resource', wordsOf(world).claim('resource', undefined)));
    }
    if (agent !== undefined && priority !== undefined && priority > agent.registered.maxPriority) {
      const said = wordsOf(world).priorityExceeded(priority, agent.registered.maxPriority);
      opinions.push({ rule: 'claims', effect: 'deny', code: 'PRIORITY_EXCEEDED', pointer: '/claims/priority', ...said });
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
