import { isAmount } from '../amounts.ts';
import { isOwned } from '../owned.ts';
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

/** Numbers out of range are refused, not clamped, and so is a priority above the registered one. */
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
    const most = agent?.registered.maxPriority;
    if (most !== undefined && priority !== undefined && priority > most) {
      const code = isOwned(world) ? 'INVALID_ACTION' : 'PRIORITY_EXCEEDED';
      opinions.push({ rule: 'claims', effect: 'deny', code, pointer: '/claims/priority', ...wordsOf(world).priorityExceeded(priority, most) });
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
