import type { LockEviction } from '../locks.ts';
import { heldBy, liveHolders, MAX_LOCKS, waitersAhead, wouldDeadlock } from '../locks.ts';
import { isOwned } from '../owned.ts';
import { canonicalResource } from '../resource-id.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import type { Said } from '../words/sentences.ts';

export type { LockEviction };

function say(effect: 'deny' | 'defer', code: string, said: Said): RuleOpinion {
  return { rule: 'lock', effect, code, ...said };
}

/** LOCK: who finds no free slot, or others before it in the queue, waits; who would close a circle of waiting is denied. */
export const lock: Rule = {
  name: 'lock',
  speak({ action, world }) {
    const claim = action.resource;
    if (claim === undefined) return SILENCE;
    const resource = canonicalResource(claim.resource);
    const called = claim.name ?? resource;
    const state = world.locks.get(resource);
    const live = liveHolders(state, action.at);
    if (live.some((holder) => holder.action === action.id && (holder.agent === action.agent || !isOwned(world)))) return SILENCE;
    const words = wordsOf(world);
    const opinions: RuleOpinion[] = [];
    if (live.length > 0 && state !== undefined && state.slots !== claim.slots) {
      opinions.push(say('deny', 'INVALID_ACTION', words.lockSlots(called, state.slots)));
    }
    if (heldBy(action.agent, world) >= MAX_LOCKS) opinions.push(say('deny', 'LOCK_HELD', words.locksHeld(MAX_LOCKS)));
    if (live.length + waitersAhead(action, state, world) >= claim.slots) {
      opinions.push(say('defer', 'LOCK_HELD', words.lockHeld(called, live.length > 0)));
      if (wouldDeadlock(action, live, world)) {
        opinions.push(say('deny', 'LOCK_DEADLOCK', words.deadlock(called)));
      }
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
