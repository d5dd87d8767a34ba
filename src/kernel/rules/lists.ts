import { includes } from '../names.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';

/** Blocked is denied and no approval releases it; to review is asked. What is on no list is answered by `fallback`. */
export const lists: Rule = {
  name: 'lists',
  speak({ action, lists: mine }) {
    if (mine === undefined) return SILENCE;
    if (includes(mine.block, action.name)) {
      const message = `The tool ${action.name} is blocked for this agent.`;
      return [
        { rule: 'lists', effect: 'deny', code: 'TOOL_BLOCKED', message, hint: 'Nobody can approve a blocked tool; change the policy.', risk: 'HIGH' },
      ];
    }
    if (!includes(mine.review, action.name)) return SILENCE;
    return [{ rule: 'lists', effect: 'ask', code: 'APPROVAL_REQUIRED', message: `The tool ${action.name} is listed for review.` }];
  },
};
