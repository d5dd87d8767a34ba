import { includes } from '../names.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';
import { wordsOf } from '../words/words.ts';

/** Blocked is denied and no approval releases it; to review is asked. What is on no list is answered by `fallback`. */
export const lists: Rule = {
  name: 'lists',
  speak({ action, lists: mine, world }) {
    if (mine === undefined) return SILENCE;
    if (includes(mine.block, action.name)) {
      return [{ rule: 'lists', effect: 'deny', code: 'TOOL_BLOCKED', ...wordsOf(world).blocked(action.name), risk: 'HIGH' }];
    }
    if (!includes(mine.review, action.name)) return SILENCE;
    return [{ rule: 'lists', effect: 'ask', code: 'APPROVAL_REQUIRED', ...wordsOf(world).review(action.name) }];
  },
};
