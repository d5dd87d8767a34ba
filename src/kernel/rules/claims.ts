import { isAmount } from '../amounts.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';

function within(value: number | undefined, low: number, high: number): boolean {
  return value === undefined || (value >= low && value <= high);
}

function invalid(pointer: string, message: string): RuleOpinion {
  return { rule: 'claims', effect: 'deny', code: 'INVALID_ACTION', message, pointer, hint: 'Correct the request.' };
}

/** Numbers out of range are refused, not clamped; a priority above the registered one is exceeded. */
export const claims: Rule = {
  name: 'claims',
  speak({ action, agent }) {
    const { priority, complexity, confidence, usdMicros, tokens } = action.claims;
    const opinions: RuleOpinion[] = [];
    if (!within(priority, 1, 10)) opinions.push(invalid('/claims/priority', 'The priority must be 1 to 10.'));
    if (!within(complexity, 1, 10)) opinions.push(invalid('/claims/complexity', 'The complexity must be 1 to 10.'));
    if (!within(confidence, 0, 1)) opinions.push(invalid('/claims/confidence', 'The confidence must be 0 to 1.'));
    if (usdMicros !== undefined && !isAmount(usdMicros))
      opinions.push(invalid('/claims/usdMicros', 'The estimated cost must be a whole number ≥ 0.'));
    if (tokens !== undefined && !isAmount(tokens)) opinions.push(invalid('/claims/tokens', 'The estimated tokens must be a whole number ≥ 0.'));
    const { resource } = action;
    if (resource !== undefined && !(isAmount(resource.slots) && resource.slots > 0 && isAmount(resource.ttlMs) && resource.ttlMs > 0)) {
      opinions.push(invalid('/resource', 'A resource claim needs whole slots ≥ 1 and ttlMs ≥ 1.'));
    }
    if (agent !== undefined && priority !== undefined && priority > agent.registered.maxPriority) {
      const message = `The agent may claim priority ${String(agent.registered.maxPriority)} at most.`;
      opinions.push({ rule: 'claims', effect: 'deny', code: 'PRIORITY_EXCEEDED', message, pointer: '/claims/priority', hint: 'Claim less.' });
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
