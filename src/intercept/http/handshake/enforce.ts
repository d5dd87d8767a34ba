import type { BudgetUse } from '../../../gate/nouns.ts';
import type { Decision } from '../../../kernel/decision.ts';
import type { GasQuote } from '../../../kernel/gas.ts';
import { decisive, textOf } from '../../../gate/refusal.ts';

interface Context {
  readonly agent: string;
  readonly budgets: readonly BudgetUse[];
  readonly at: number;
  readonly gas?: GasQuote | undefined;
}

/** The decision in the handshake protocol's words: allow = GRANTED, ask and defer = PENDING, deny = REJECTED. */
export function permissionReply(decision: Decision, context: Context): object {
  const granted = decision.effect === 'allow' || decision.effect === 'modify';
  const pending = decision.effect === 'ask' || decision.effect === 'defer';
  return {
    status: granted ? 'GRANTED' : pending ? 'PENDING' : 'REJECTED',
    agent_id: context.agent,
    reason: textOf(decision) ?? grantedBecause(decision),
    remaining_budget_usd: remaining(context.budgets),
    recommended_model: decision.obligations.recommendedModel ?? null,
    lock_token: granted && decision.fence !== undefined ? `fence-${String(decision.fence)}` : null,
    escalation_id: decision.effect === 'ask' ? decision.ask.approval : null,
    retry_after_seconds: retryAfter(decision),
    granted_at: granted ? new Date(context.at).toISOString() : null,
    action_id: decision.action,
    ...(context.gas === undefined ? {} : { gas: gasReply(context.gas) }),
  };
}

function gasReply({ coinUsd, ...quote }: GasQuote): object {
  return { ...quote, coin_usd: coinUsd };
}

/** Why it may go on: who or what released it, where something had asked first. */
function grantedBecause(decision: Decision): string {
  const released = decision.reasons.find(({ rule, code }) => code === 'OK' && (rule === 'approval' || rule.startsWith('grant:')));
  return (released ?? decisive(decision)[0])?.message ?? 'OK';
}

function retryAfter(decision: Decision): number | null {
  if (decision.effect === 'defer') return Math.max(1, Math.ceil(decision.defer.retryAfterMs / 1000));
  // A person is slower than a lock; asking again sooner only costs.
  return decision.effect === 'ask' ? 5 : null;
}

/** The least of what is left anywhere, never below zero; null where nothing limits dollars. */
export function remaining(budgets: readonly BudgetUse[]): number | null {
  if (budgets.length === 0) return null;
  return Math.max(0, Math.min(...budgets.map(({ limit, taken }) => limit - taken))) / 1_000_000;
}
