import { RATE_SCOPES } from '../../../src/kernel/policy.ts';
import type { PolicyParts } from '../../kernel/samples.ts';
import { times } from '../dice.ts';
import type { Dice } from '../dice.ts';
import { has, need } from '../law.ts';
import type { Law, Subject, Word } from '../law.ts';
import { someNames } from '../names.ts';

/** RATE-1, RATE-2 */
function rates({ action, world, policy }: Subject): Word[] {
  const words: Word[] = [];
  for (const limit of policy.rates) {
    if (limit.total !== true && !has(limit.tool, action.name)) continue;
    const who = limit.scope === 'agent' ? `agent ${action.agent}` : 'tenant';
    const window = world.rates.get(limit.total === true ? who : `${who} ${action.name}`);
    const now = Math.floor(action.at / 1000);
    const newest = window?.second ?? 0;
    const kept = window === undefined ? [] : [...window.older, window].filter(({ second }) => second > now - 60 && second > newest - 60);
    const sum = (kind: 'calls' | 'tokens'): number => kept.reduce((total, one) => total + (one.second <= now ? one[kind] : 0), 0);
    const check = (bound: number | undefined, have: number, want: number): void => {
      if (bound !== undefined && want > 0 && have + want > bound) words.push({ effect: want > bound ? 'deny' : 'defer', code: 'RATE_LIMITED' });
    };
    check(limit.callsPerMinute, sum('calls'), 1);
    check(limit.tokensPerMinute, sum('tokens'), need(action, policy).tokens);
  }
  return words;
}

function settings(dice: Dice): PolicyParts {
  return {
    rates: times(dice.upTo(2), () => ({
      scope: dice.pick(RATE_SCOPES),
      ...dice.maybe(0.6, () => ({ tool: someNames(dice) })),
      ...dice.maybe(0.7, () => ({ perMinute: dice.upTo(8) })),
      ...dice.maybe(0.3, () => ({ tokensPerMinute: dice.upTo(100) })),
    })),
  };
}

export const laws: readonly Law[] = [
  {
    read: rates,
    settings,
    examples: [
      {
        title: '[RATE-2] what is more than a minute’s worth can never fit and is denied, not deferred',
        settings: { rates: [{ scope: 'agent', tokensPerMinute: 100 }] },
        action: { claims: { tokens: 101 } },
        expected: 'deny RATE_LIMITED',
      },
    ],
  },
];
