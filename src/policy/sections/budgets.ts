import { Type, type Static } from 'typebox';
import { LEDGER_PERIODS, LEDGER_SCOPES } from '../../kernel/policy.ts';
import type { BudgetLimit } from '../../kernel/policy.ts';
import { checkUsd, micros } from '../dollars.ts';
import type { Report } from '../fault.ts';
import { nameSet } from '../names.ts';
import { closed, count, NAME, names, oneOf, optional, usd } from '../schema.ts';
import { section } from '../section.ts';

const budget = Type.Object(
  {
    id: optional(Type.String({ pattern: NAME, description: 'a short name' })),
    scope: oneOf(LEDGER_SCOPES),
    period: optional(oneOf(LEDGER_PERIODS)),
    agents: optional(names),
    usd: optional(usd),
    tokens: optional(count),
    toolCalls: optional(count),
    modelCalls: optional(count),
    steps: optional(count),
    wallMs: optional(count),
  },
  { ...closed, description: 'a budget: scope, period, and at least one limit' },
);
type Budget = Static<typeof budget>;

export const budgets = section({
  schema: Type.Array(budget),
  defaults: [],
  compile: (value, { report }) => {
    check(value, report);
    return { budgets: value.map(limitOf) };
  },
  page: [
    [
      '`budgets`',
      '`{scope: session/agent/team/tenant, period: total/hour/day/month, agents, usd, tokens, toolCalls, modelCalls, steps, wallMs}`',
      'none',
    ],
  ],
  samples: [
    [
      { id: 'day', scope: 'agent', period: 'day', agents: ['bot_*'], usd: 10, tokens: 1_000_000, modelCalls: 500 },
      { scope: 'session', usd: 2.5, toolCalls: 200, steps: 400, wallMs: 3_600_000 },
    ],
  ],
});

function limitOf({ id, scope, period = 'total', agents, usd: dollars, ...limits }: Budget, index: number): BudgetLimit {
  return {
    id: id ?? `${scope}-${period}-${String(index + 1)}`,
    scope,
    period,
    ...(agents === undefined ? {} : { agents: nameSet(agents) }),
    limit: { ...(dollars === undefined ? {} : { usdMicros: micros(dollars) }), ...limits },
  };
}

function check(value: readonly Budget[], report: Report): void {
  const ids = new Set<string>();
  for (const [index, one] of value.entries()) {
    checkUsd(one.usd, [index, 'usd'], report);
    const limits = [one.usd, one.tokens, one.toolCalls, one.modelCalls, one.steps, one.wallMs];
    if (limits.every((limit) => limit === undefined)) {
      report({
        path: [index],
        code: 'EMPTY',
        message: 'This budget has no limit',
        hint: 'Add usd, tokens, toolCalls, modelCalls, steps or wallMs.',
      });
    }
    if (one.scope === 'session' && one.period !== undefined && one.period !== 'total') {
      const hint = 'Leave `period` out, or give the budget to the agent.';
      report({ path: [index, 'period'], code: 'CONTRADICTION', message: 'A session budget lasts as long as the session', hint });
    }
    if (one.id !== undefined && ids.has(one.id)) {
      report({ path: [index, 'id'], code: 'DUPLICATE_ID', message: `The id \`${one.id}\` is used twice`, hint: 'Give one another id.' });
    }
    if (one.id !== undefined) ids.add(one.id);
  }
}
