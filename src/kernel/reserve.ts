import { isAmount } from './amounts.ts';
import type { Action } from './action.ts';
import type { Amounts } from './decision.ts';
import type { Policy } from './policy.ts';

function pricePerMillion(action: Action, policy: Policy): number | null {
  const tier = policy.models.find((model) => model.model === action.claims.model);
  return tier === undefined ? null : Math.max(tier.usdMicrosPerMillionInput, tier.usdMicrosPerMillionOutput);
}

/** Whether nobody can say what this will cost: the door says so, or a model is called without an estimate or a price we know (SPEND-4). */
export function priceIsUnknown(action: Action, policy: Policy): boolean {
  const price = pricePerMillion(action, policy);
  if (action.claims.priceUnknown === true) return price === null || action.claims.tokens === undefined;
  if (action.kind !== 'model' || action.claims.usdMicros !== undefined) return false;
  return price === null || action.claims.tokens === undefined;
}

/**
 * What is set aside before the action runs (SPEND-1). The agent's estimate can raise the charge, never lower it below
 * the price of the tokens it names at the dearer rate of a priced model.
 */
export function reservationOf(action: Action, policy: Policy): Amounts {
  const claimed = isAmount(action.claims.usdMicros) ? action.claims.usdMicros : 0;
  const tokens = isAmount(action.claims.tokens) ? action.claims.tokens : 0;
  const price = tokens === 0 || action.claims.model === undefined ? null : pricePerMillion(action, policy);
  const priced = price === null ? 0 : Math.ceil((tokens * price) / 1_000_000);
  return {
    usdMicros: Math.max(claimed, isAmount(priced) ? priced : Number.MAX_SAFE_INTEGER),
    tokens,
    toolCalls: action.kind === 'tool' ? 1 : 0,
    modelCalls: action.kind === 'model' ? 1 : 0,
    steps: 1,
  };
}
