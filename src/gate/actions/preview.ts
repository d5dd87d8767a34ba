import type { Decision } from '../../kernel/decision.ts';
import type { Action } from '../../kernel/action.ts';
import type { AgentId, SessionId } from '../../kernel/ids.ts';
import { ledgerKey, ledgersOf, limitsOn, taken } from '../../kernel/ledger.ts';
import { includes } from '../../kernel/names.ts';
import { judge } from './record-decision.ts';
import { newDesk } from '../queue/write-batch.ts';
import type { BudgetUse, Proposal } from '../nouns.ts';
import { checkProposal } from './check-proposal.ts';
import { actionOf, readAction } from './inspect-proposal.ts';
import type { Room } from '../tenant/tenant.ts';
import { policyOf } from '../tenant/tenant.ts';
import { openSession } from './sessions.ts';

/** What `admit` would decide now, on a desk that is thrown away: nothing is recorded, reserved or held. */
export function preview(room: Room, proposal: Proposal): Decision {
  const { world, head } = room.chain.standing();
  const checked = checkProposal(proposal, room.limits, () => room.deps.ids.next());
  const read = readAction(checked, room.deps.inspect, policyOf(room, world));
  const desk = newDesk(room.tenant, { world, head });
  desk.turn(room.deps.clock.now());
  if (world.agents.has(proposal.agent) && !world.sessions.has(proposal.session)) openSession(room, desk, checked.proposal);
  const salt = desk.world().sessions.get(proposal.session)?.salt ?? '';
  return judge(room, desk, actionOf(read, { salt, at: desk.at }));
}

/** Every limit on dollars that holds for an agent in a session, and what is spent and reserved against it. */
export function dollarBudgets(room: Room, agent: AgentId, session: SessionId): readonly BudgetUse[] {
  const { world } = room.chain.standing();
  const policy = policyOf(room, world);
  const at = Math.max(world.at, room.deps.clock.now());
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
