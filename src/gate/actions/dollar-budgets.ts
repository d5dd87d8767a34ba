import type { Action } from '../../kernel/action.ts';
import type { AgentId, SessionId } from '../../kernel/ids.ts';
import { ledgerKey, ledgersOf, limitsOn, taken } from '../../kernel/ledger.ts';
import { includes } from '../../kernel/names.ts';
import type { BudgetUse } from '../nouns.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { policyOf } from '../tenant/tenant.ts';

/** Every limit on dollars that holds for an agent in a session, and what is spent and reserved against it. */
export function dollarBudgets(tenant: Tenant, agent: AgentId, session: SessionId): readonly BudgetUse[] {
  const { world } = tenant.queue.durable();
  const policy = policyOf(tenant, world);
  const at = tenant.queue.now();
  const action = { agent, session, at } as Action;
  const found: BudgetUse[] = [];
  const add = (id: string, ledger: string | null, limit: number | undefined): void => {
    if (ledger === null || limit === undefined) return;
    found.push({ id, ledger, field: 'usdMicros', limit, taken: taken(world.ledgers.get(ledger), 'usdMicros') });
  };
  for (const budget of policy.budgets) {
    if (budget.agents !== undefined && !includes(budget.agents, agent)) continue;
    add(budget.id, ledgerKey(budget, action, world), budget.limit.usdMicros);
  }
  for (const key of ledgersOf(action, world, policy)) for (const limit of limitsOn(key, world)) add(key, key, limit.usdMicros);
  const own = world.agents.get(agent)?.registered.sessionBudgetUsdMicros;
  add('session', ledgerKey({ scope: 'session', period: 'total' }, action, world), own);
  return found;
}
