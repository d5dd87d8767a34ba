import type { Action } from '../../kernel/action.ts';
import { AMOUNT_FIELDS } from '../../kernel/amounts.ts';
import type { Amounts } from '../../kernel/decision.ts';
import type { AgentId, Millis, SessionId } from '../../kernel/ids.ts';
import { ledgerKey, periodEnd, periodOf } from '../../kernel/ledger.ts';
import { includes } from '../../kernel/names.ts';
import type { LedgerPeriod, LedgerScope } from '../../kernel/policy.ts';
import { LEDGER_PERIODS } from '../../kernel/policy.ts';
import type { World } from '../../kernel/world.ts';
import type { LimitUse } from '../nouns.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { policyOf } from '../tenant/tenant.ts';

/** A limit on one ledger of this moment. */
interface Limit {
  readonly id: string;
  readonly scope: LedgerScope;
  /** Whose: an agent, a team; '' for the tenant and for a session. */
  readonly of: string;
  readonly ledger: string;
  readonly limit: Partial<Amounts>;
}

/**
 * Every limit of agents, teams and the tenant in force at this moment, and each session’s that was set by name; with what is spent and reserved
 * against it. The limits the policy gives every session are not among them: there are as many as sessions.
 */
export function limitUses(tenant: Tenant): readonly LimitUse[] {
  const { world } = tenant.queue.durable();
  const at = tenant.queue.now();
  const limits = [...ofPolicy(tenant, world, at), ...ofOperators(world, at)];
  return limits.flatMap(({ limit, ledger, ...named }) => {
    const { spent, reserved } = world.ledgers.get(ledger) ?? { spent: undefined, reserved: undefined };
    const resetsAt = periodEnd(ledger);
    const place = { ...named, ledger, ...(resetsAt === null ? {} : { resetsAt }) };
    return AMOUNT_FIELDS.flatMap((field): LimitUse[] => {
      const bound = limit[field];
      return bound === undefined ? [] : [{ ...place, field, limit: bound, spent: spent?.[field] ?? 0, reserved: reserved?.[field] ?? 0 }];
    });
  });
}

function ofPolicy(tenant: Tenant, world: World, at: Millis): readonly Limit[] {
  const found = new Map<string, Limit>();
  const agents = [...world.agents.entries()].map(([agent]) => agent);
  for (const { id, scope, period, limit, agents: only } of policyOf(tenant, world).budgets) {
    if (scope === 'session') continue;
    for (const agent of agents) {
      if (only !== undefined && !includes(only, agent)) continue;
      const ledger = ledgerKey({ scope, period }, { agent, session: '' as SessionId, at } as Action, world);
      // A team's and the tenant's ledger is one for all its agents.
      if (ledger !== null) found.set(`${id} ${ledger}`, { id, scope, of: nameOf(scope, agent, world), ledger, limit });
    }
  }
  return [...found.values()];
}

function nameOf(scope: LedgerScope, agent: AgentId, world: World): string {
  if (scope === 'agent') return agent;
  return scope === 'team' ? (world.agents.get(agent)?.registered.team ?? '') : '';
}

/** What `budget-set` says, by the period of this moment where it names none. */
function ofOperators(world: World, at: Millis): readonly Limit[] {
  return [...world.limits.entries()].flatMap(([key, limit]): Limit[] => {
    const [scope = '', name = '', period] = key === 'tenant' || key.startsWith('tenant/') ? ['tenant', '', key.split('/')[1]] : key.split('/');
    if (!isScope(scope)) return [];
    const ledger = isPeriod(period) && key.endsWith(`/${period}`) ? key + ofNow(period, at) : key;
    const end = periodEnd(ledger);
    if (end !== null && end <= at) return [];
    return [{ id: key, scope, of: scope === 'session' ? '' : name.replaceAll('%2F', '/'), ledger, limit }];
  });
}

const isScope = (text: string): text is LedgerScope => text === 'session' || text === 'agent' || text === 'team' || text === 'tenant';
const isPeriod = (text: string | undefined): text is LedgerPeriod => LEDGER_PERIODS.some((period) => period === text);

/** `/2026-11-21` of a day. */
function ofNow(period: LedgerPeriod, at: Millis): string {
  return periodOf(period, at).slice(period.length);
}
