import { exceeded, ledgerKey, ledgersOf, limitsOn, scopeKey, taken } from '../ledger.ts';
import { includes } from '../names.ts';
import { priceIsUnknown } from '../reserve.ts';
import type { BudgetLimit } from '../policy.ts';
import { SILENCE } from './subject.ts';
import type { Rule, RuleOpinion, Subject } from './subject.ts';
import { wordsOf } from '../words/words.ts';
import { OF_MANIFEST, REGISTERED } from '../words/sentences.ts';
import type { Excess } from '../words/sentences.ts';
import type { Amounts } from '../decision.ts';
import type { Ledger } from '../world.ts';

function over({ world }: Subject, excess: Excess): RuleOpinion {
  return { rule: 'budget', effect: 'deny', code: 'BUDGET_EXCEEDED', ...wordsOf(world).overBudget(excess) };
}

/** What of a ledger one limit leaves too little of for this action; null when all fits. */
function excessOf(budget: string, ledger: Ledger | undefined, terms: { readonly limit: Partial<Amounts>; readonly need: Amounts }): Excess | null {
  const field = exceeded(ledger, terms.limit, terms.need);
  return field === null ? null : { budget, field, limit: terms.limit[field] ?? 0, taken: taken(ledger, field), need: terms.need[field] };
}

/** The session has lasted as long as it may, or longer. */
function lasted(budget: string, limit: number, { action, session }: Subject): Excess | null {
  if (session === undefined || action.at - session.openedAt < limit) return null;
  return { budget, field: 'wallMs', limit, taken: action.at - session.openedAt, need: 0 };
}

/** A team's budget does not apply to an agent without a team. */
function applies({ agents, scope }: BudgetLimit, { action, world }: Subject): boolean {
  return (agents === undefined || includes(agents, action.agent)) && scopeKey(scope, action, world) !== null;
}

function aboutPolicy(subject: Subject, opinions: RuleOpinion[]): void {
  const { action, world, policy, need } = subject;
  for (const budget of policy.budgets) {
    const key = applies(budget, subject) ? ledgerKey(budget, action, world) : null;
    if (key === null) continue;
    const { limit } = budget;
    const excesses = [
      excessOf(budget.id, world.ledgers.get(key), { limit, need }),
      limit.wallMs === undefined ? null : lasted(budget.id, limit.wallMs, subject),
    ];
    for (const excess of excesses) if (excess !== null) opinions.push(over(subject, excess));
  }
}

function aboutSetLimits(subject: Subject, opinions: RuleOpinion[]): void {
  const { action, world, policy, need } = subject;
  if (world.limits.size === 0) return;
  for (const key of ledgersOf(action, world, policy)) {
    for (const limit of limitsOn(key, world)) {
      const excess = excessOf(key, world.ledgers.get(key), { limit, need });
      if (excess !== null) opinions.push(over(subject, excess));
    }
  }
}

/** The registered session budget and the manifest's steps, calls and wall time, all counted on the session's ledger. */
function aboutSession(subject: Subject, opinions: RuleOpinion[]): void {
  const { action, world, need, agent, manifest } = subject;
  const usdMicros = agent?.registered.sessionBudgetUsdMicros;
  if (usdMicros === undefined && manifest === undefined) return;
  const key = scopeKey('session', action, world);
  const ledger = key === null ? undefined : world.ledgers.get(key);
  const registered = usdMicros === undefined ? null : excessOf(REGISTERED, ledger, { limit: { usdMicros }, need });
  if (registered !== null) opinions.push(over(subject, registered));
  if (manifest === undefined) return;
  const { maxSteps, maxToolCalls, maxWallTimeMs } = manifest.budgets;
  const full = (field: 'steps' | 'toolCalls', limit: number): Excess | null =>
    taken(ledger, field) < limit ? null : { budget: OF_MANIFEST, field, limit, taken: taken(ledger, field), need: 1 };
  const excesses = [
    full('steps', maxSteps),
    need.toolCalls > 0 ? full('toolCalls', maxToolCalls) : null,
    lasted(OF_MANIFEST, maxWallTimeMs, subject),
  ];
  for (const excess of excesses) if (excess !== null) opinions.push(over(subject, excess));
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
      const said = wordsOf(subject.world).priceUnknown(subject.action.claims.model);
      opinions.push({ rule: 'budget', effect: 'deny', code: 'PRICE_UNKNOWN', ...said });
    }
    return opinions.length === 0 ? SILENCE : opinions;
  },
};
