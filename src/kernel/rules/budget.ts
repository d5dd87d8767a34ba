import { exceeded, ledgerKey, ledgersOf, limitsOn, scopeKey, taken } from '../ledger.ts';
import { includes } from '../names.ts';
import { priceIsUnknown } from '../reserve.ts';
import type { BudgetLimit } from '../policy.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';

const HINT = 'Wait for the next period, or ask an operator to raise the budget.';

function over(what: string, field: string): RuleOpinion {
  return { rule: 'budget', effect: 'deny', code: 'BUDGET_EXCEEDED', message: `The budget ${what} is used up (${field}).`, hint: HINT };
}

/** A team's budget does not apply to an agent without a team. */
function applies({ agents, scope }: BudgetLimit, { action, world }: Subject): boolean {
  return (agents === undefined || includes(agents, action.agent)) && scopeKey(scope, action, world) !== null;
}

function aboutPolicy(subject: Subject, opinions: RuleOpinion[]): void {
  const { action, world, policy, need, session } = subject;
  for (const budget of policy.budgets) {
    const key = applies(budget, subject) ? ledgerKey(budget, action, world) : null;
    if (key === null) continue;
    const field = exceeded(world.ledgers.get(key), budget.limit, need);
    if (field !== null) opinions.push(over(budget.id, field));
    const { wallMs } = budget.limit;
    if (wallMs !== undefined && session !== undefined && !(action.at - session.openedAt < wallMs)) opinions.push(over(budget.id, 'wallMs'));
  }
}

function aboutSetLimits({ action, world, policy, need }: Subject, opinions: RuleOpinion[]): void {
  if (world.limits.size === 0) return;
  for (const key of ledgersOf(action, world, policy)) {
    for (const limit of limitsOn(key, world)) {
      const field = exceeded(world.ledgers.get(key), limit, need);
      if (field !== null) opinions.push(over(key, field));
    }
  }
}

/** The registered session budget and the manifest's steps, calls and wall time, all counted on the session's ledger. */
function aboutSession({ action, world, need, session, agent, manifest }: Subject, opinions: RuleOpinion[]): void {
  const usdMicros = agent?.registered.sessionBudgetUsdMicros;
  if (usdMicros === undefined && manifest === undefined) return;
  const key = scopeKey('session', action, world);
  const ledger = key === null ? undefined : world.ledgers.get(key);
  if (usdMicros !== undefined && exceeded(ledger, { usdMicros }, need) !== null) opinions.push(over('registered for the session', 'usdMicros'));
  if (manifest === undefined) return;
  const { maxSteps, maxToolCalls, maxWallTimeMs } = manifest.budgets;
  if (!(taken(ledger, 'steps') < maxSteps)) opinions.push(over('of the manifest', 'steps'));
  if (need.toolCalls > 0 && !(taken(ledger, 'toolCalls') < maxToolCalls)) opinions.push(over('of the manifest', 'toolCalls'));
  if (session !== undefined && !(action.at - session.openedAt < maxWallTimeMs)) opinions.push(over('of the manifest', 'wallMs'));
}

function usdIsLimited(subject: Subject): boolean {
  const { action, world, policy, agent } = subject;
  if (agent?.registered.sessionBudgetUsdMicros !== undefined || policy.intents.costCeilingUsdMicros !== null) return true;
  if (policy.budgets.some((budget) => budget.limit.usdMicros !== undefined && applies(budget, subject))) return true;
  return ledgersOf(action, world, policy).some((key) => limitsOn(key, world).some((limit) => limit.usdMicros !== undefined));
}

/** SPEND-2: spent + reserved + this ≤ limit in every ledger it counts in, or it does not run. */
export const budget: Rule = {
  name: 'budget',
  speak(subject) {
    const opinions: RuleOpinion[] = [];
    aboutPolicy(subject, opinions);
    aboutSetLimits(subject, opinions);
    aboutSession(subject, opinions);
    if (priceIsUnknown(subject.action, subject.policy) && usdIsLimited(subject)) {
      const message = 'Nobody knows what this will cost, and a money limit applies.';
      opinions.push({ rule: 'budget', effect: 'deny', code: 'PRICE_UNKNOWN', message, hint: 'Price the model in the policy, or send an estimate.' });
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
