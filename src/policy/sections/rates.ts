import { Type } from 'typebox';
import { RATE_SCOPES } from '../../kernel/policy.ts';
import { nameSet } from '../names.ts';
import { closed, NAME, names, oneOf, optional, pattern, positive } from '../schema.ts';
import { section } from '../section.ts';

const rate = Type.Object(
  {
    id: optional(Type.String({ pattern: NAME, description: 'a short name' })),
    scope: oneOf(RATE_SCOPES),
    tool: optional(Type.Union([pattern, names])),
    perMinute: optional(positive),
    tokensPerMinute: optional(positive),
  },
  { ...closed, description: 'a rate: scope, tool, perMinute or tokensPerMinute' },
);

export const rates = section({
  schema: Type.Array(rate),
  defaults: [],
  compile: (value, { report }) => {
    for (const [index, one] of value.entries())
      if (one.perMinute === undefined && one.tokensPerMinute === undefined) {
        report({ path: [index], code: 'EMPTY', message: 'This rate has no limit', hint: 'Add perMinute or tokensPerMinute.' });
      }
    return {
      rates: value.map(({ id, scope, tool, perMinute, tokensPerMinute }, index) => ({
        id: id ?? `${scope}-rate-${String(index + 1)}`,
        scope,
        tool: nameSet(typeof tool === 'string' ? [tool] : (tool ?? ['*'])),
        ...(tool === undefined ? { total: true } : {}),
        ...(perMinute === undefined ? {} : { callsPerMinute: perMinute }),
        ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
      })),
    };
  },
  page: [
    [
      '`rates`',
      '`{scope: agent/tenant, tool, perMinute, tokensPerMinute}`; with `tool`, each matching tool has a limit of its own; without, all tools share one',
      'none',
    ],
  ],
  samples: [
    [
      { id: 'all', scope: 'tenant', perMinute: 600 },
      { scope: 'agent', tool: 'export_*', perMinute: 5 },
      { scope: 'agent', tool: ['chat', 'embed'], tokensPerMinute: 100_000 },
    ],
  ],
});
