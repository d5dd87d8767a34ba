import { includes } from '../names.ts';
import type { RateLimit } from '../policy.ts';
import { rateKeys, windowSum } from '../rate-window.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';

function keyOf(limit: RateLimit, { action }: Subject): string {
  const [agent, agentTool, tenant, tenantTool] = rateKeys(action.agent, action.name);
  if (limit.total === true) return limit.scope === 'agent' ? agent : tenant;
  return limit.scope === 'agent' ? agentTool : tenantTool;
}

function check(limit: RateLimit, kind: 'calls' | 'tokens', subject: Subject): RuleOpinion | null {
  const bound = kind === 'calls' ? limit.callsPerMinute : limit.tokensPerMinute;
  if (bound === undefined) return null;
  const need = kind === 'calls' ? 1 : subject.need.tokens;
  const { sum, freeInMs } = windowSum(subject.world.rates.get(keyOf(limit, subject)), kind, subject.action.at);
  if (need === 0 || sum + need <= bound) return null;
  // What is more than a whole minute's worth never fits: waiting would be a lie.
  const effect = need > bound ? 'deny' : 'defer';
  const said = wordsOf(subject.world).rate({ limit: bound, kind, retryMs: effect === 'defer' ? freeInMs : null });
  return { rule: `rate:${limit.id}`, effect, code: 'RATE_LIMITED', ...said };
}

/** How long until the fullest window that was hit lets something out. */
export function rateRetryMs(subject: Subject): number {
  let wait = 0;
  for (const limit of subject.policy.rates) {
    for (const kind of ['calls', 'tokens'] as const) {
      if (check(limit, kind, subject) === null) continue;
      wait = Math.max(wait, windowSum(subject.world.rates.get(keyOf(limit, subject)), kind, subject.action.at).freeInMs);
    }
  }
  return wait;
}

export const rate: Rule = {
  name: 'rate',
  speak(subject) {
    if (subject.policy.rates.length === 0) return SILENCE;
    const opinions: RuleOpinion[] = [];
    for (const limit of subject.policy.rates) {
      if (limit.total !== true && !includes(limit.tool, subject.action.name)) continue;
      for (const kind of ['calls', 'tokens'] as const) {
        const one = check(limit, kind, subject);
        if (one !== null) opinions.push(one);
      }
    }
    return opinions;
  },
};
