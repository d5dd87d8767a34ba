import { LEDGER_PERIODS, LEDGER_SCOPES } from '../../../src/kernel/policy.ts';
import { draft, micro } from '../../kernel/samples.ts';
import type { PolicyParts } from '../../kernel/samples.ts';
import { times } from '../dice.ts';
import type { Dice } from '../dice.ts';
import { AMOUNTS, has, need, sessionIn } from '../law.ts';
import type { Law, Subject, Word } from '../law.ts';

const STAMP: Readonly<Record<string, number>> = { hour: 13, day: 10, month: 7 };

function stemOf(scope: string, { action, world }: Subject): string | null {
  const team = world.agents.get(action.agent)?.registered.team;
  if (scope === 'tenant') return 'tenant';
  if (scope === 'team') return team === undefined ? null : `team/${team}`;
  return scope === 'session' ? `session/${action.agent}~${action.session}` : `agent/${action.agent}`;
}

const UNBOUNDED = { maxSteps: Infinity, maxToolCalls: Infinity, maxWallTimeMs: Infinity };

/** SPEND-4 */
function unpriced({ action, policy }: Subject): boolean {
  const { priceUnknown, usdMicros, tokens, model } = action.claims;
  const priced = tokens !== undefined && policy.models.some((one) => one.model === model);
  return !priced && (priceUnknown === true || (action.kind === 'model' && usdMicros === undefined));
}

type Limit = Partial<Record<(typeof AMOUNTS)[number] | 'wallMs', number>>;

/** Every limit that applies, with the ledger it holds on. */
function limitsOf(subject: Subject): readonly (readonly [string, Limit])[] {
  const { action, world, policy } = subject;
  const out: (readonly [string, Limit])[] = [];
  const stamp = (period: string): string => new Date(action.at).toISOString().slice(0, STAMP[period]);
  const keyOf = (stem: string, period: string): string => (period === 'total' ? stem : `${stem}/${period}/${stamp(period)}`);
  for (const { scope, period, agents, limit } of policy.budgets) {
    const stem = stemOf(scope, subject);
    if (stem !== null && (agents === undefined || has(agents, action.agent))) out.push([keyOf(stem, period), limit]);
  }
  for (const stem of ['session', 'agent', 'team', 'tenant'].map((scope) => stemOf(scope, subject)).filter((one) => one !== null)) {
    for (const period of ['total', 'hour', 'day', 'month']) {
      const names = [keyOf(stem, period), period === 'total' ? stem : `${stem}/${period}`];
      // DEC-26: what is said of a session's bare name holds for everybody's.
      for (const name of new Set([...names, ...names.map((one) => one.replace(/^session\/[^/~]*~/, 'session/'))]))
        out.push([keyOf(stem, period), world.limits.get(name) ?? {}]);
    }
  }
  const usdMicros = world.agents.get(action.agent)?.registered.sessionBudgetUsdMicros;
  return usdMicros === undefined ? out : [...out, [`session/${action.agent}~${action.session}`, { usdMicros }]];
}

/** SPEND-2, SPEND-8 */
function money(subject: Subject): Word[] {
  const { action, world, policy } = subject;
  const words: Word[] = [];
  const over = (): unknown => words.push({ effect: 'deny', code: 'BUDGET_EXCEEDED' });
  const want = need(action, policy);
  const session = sessionIn(world, action);
  const age = session === undefined ? Number.NEGATIVE_INFINITY : action.at - session.openedAt;
  const stands = (key: string, field: (typeof AMOUNTS)[number]): number => {
    const ledger = world.ledgers.get(key);
    return (ledger?.spent[field] ?? 0) + (ledger?.reserved[field] ?? 0);
  };
  const limits = limitsOf(subject);
  for (const [key, limit] of limits) {
    for (const field of AMOUNTS) if (want[field] > 0 && stands(key, field) + want[field] > (limit[field] ?? Infinity)) over();
    if (age >= (limit.wallMs ?? Infinity)) over();
  }
  const limited = policy.intents.costCeilingUsdMicros !== null || limits.some(([, limit]) => limit.usdMicros !== undefined);
  const { maxSteps, maxToolCalls, maxWallTimeMs } = policy.manifests.get(action.agent)?.budgets ?? UNBOUNDED;
  const calls = action.kind === 'tool' ? stands(`session/${action.agent}~${action.session}`, 'toolCalls') : -1;
  if (stands(`session/${action.agent}~${action.session}`, 'steps') >= maxSteps || age >= maxWallTimeMs || calls >= maxToolCalls) over();
  if (limited && unpriced(subject)) words.push({ effect: 'deny', code: 'PRICE_UNKNOWN' });
  return words;
}

function settings(dice: Dice): PolicyParts {
  return {
    budgets: times(dice.chance(0.5) ? 0 : dice.upTo(3), () => ({
      scope: dice.pick(LEDGER_SCOPES),
      period: dice.pick(LEDGER_PERIODS),
      ...dice.maybe(0.2, () => ({ agents: ['a1'] })),
      ...dice.maybe(0.6, () => ({ usd: micro(dice.upTo(120)) })),
      ...dice.maybe(0.2, () => ({ tokens: dice.upTo(200) })),
      ...dice.maybe(0.2, () => ({ toolCalls: 2 + dice.upTo(8) })),
      ...dice.maybe(0.1, () => ({ steps: 2 + dice.upTo(8) })),
      ...dice.maybe(0.05, () => ({ wallMs: dice.upTo(20_000) })),
    })),
    models: { tiers: dice.some([{ model: 'm1', tier: 1, inputUsdPerMillion: 0.01, outputUsdPerMillion: 0.05 }], 0.5) },
  };
}

const LEDGERS = ['tenant', 'agent/a1', 'agent/a1/day', 'session/s1', 'session/a1~s1', 'team/t'] as const;

export const laws: readonly Law[] = [
  {
    read: money,
    settings,
    action: (dice) => ({
      claims: {
        ...dice.maybe(0.5, () => ({ usdMicros: dice.chance(0.03) ? dice.pick([-1, 0.5]) : dice.pick([0, 5, 20, 5, 7]) })),
        ...dice.maybe(0.3, () => ({ tokens: dice.chance(0.03) ? -3 : dice.pick([0, 10, 90]) })),
        ...dice.maybe(0.3, () => ({ model: dice.pick(['m1', 'm2']) })),
        ...dice.maybe(0.05, () => ({ priceUnknown: true })),
      },
    }),
    entries: [[0.5, (dice, place) => draft('budget-set', { ledger: dice.pick(LEDGERS), limit: { usdMicros: dice.upTo(60) }, reason: 'r' }, place)]],
  },
];
