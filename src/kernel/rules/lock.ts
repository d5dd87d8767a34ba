import type { LockEviction } from '../locks.ts';
import { heldBy, liveHolders, MAX_LOCKS, waitersAhead, wouldDeadlock } from '../locks.ts';
import { canonicalResource } from '../resource-id.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';

export type { LockEviction };

function say(effect: 'deny' | 'defer', code: string, message: string): RuleOpinion {
  return { rule: 'lock', effect, code, message };
}

/** LOCK: who finds no free slot, or others before it in the queue, waits; who would close a circle of waiting is denied. */
export const lock: Rule = {
  name: 'lock',
  speak({ action, world }) {
    const claim = action.resource;
    if (claim === undefined) return SILENCE;
    const resource = canonicalResource(claim.resource);
    const state = world.locks.get(resource);
    const live = liveHolders(state, action.at);
    if (live.some((holder) => holder.action === action.id)) return SILENCE;
    const opinions: RuleOpinion[] = [];
    if (live.length > 0 && state !== undefined && state.slots !== claim.slots) {
      opinions.push(say('deny', 'INVALID_ACTION', `${resource} is held with ${String(state.slots)} slots; every claim must name that number.`));
    }
    if (heldBy(action.agent, world) >= MAX_LOCKS) opinions.push(say('deny', 'LOCK_HELD', `The agent holds ${String(MAX_LOCKS)} locks already.`));
    if (live.length + waitersAhead(action, state, world) >= claim.slots) {
      const message = `${resource} is held by ${live.length > 0 ? 'another action' : 'nobody, but others wait before this one'}.`;
      opinions.push(say('defer', 'LOCK_HELD', message));
      if (wouldDeadlock(action, live, world)) {
        opinions.push(say('deny', 'LOCK_DEADLOCK', `Waiting for ${resource} would never end: its holder waits for this session.`));
      }
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
