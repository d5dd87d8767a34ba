import { Type, type Static } from 'typebox';
import { CATEGORIES } from '../../kernel/finding.ts';
import type { Category } from '../../kernel/finding.ts';
import type { AgentId } from '../../kernel/ids.ts';
import type { Precision } from '../../kernel/policy.ts';
import { nameSet } from '../names.ts';
import { closed, names, oneOf, optional } from '../schema.ts';
import { section } from '../section.ts';

const entry = Type.Object(
  {
    allowTools: optional(names),
    allowCategories: optional(Type.Array(oneOf(CATEGORIES))),
    categoryOf: optional(Type.Record(Type.String({ pattern: '^.{1,256}$' }), oneOf(CATEGORIES))),
    auditOnly: optional(Type.Boolean()),
  },
  closed,
);

export const precision = section({
  schema: Type.Record(Type.String({ pattern: '^(\\*|[A-Za-z0-9._:@/-]{1,128})$' }), entry, { ...closed, description: 'an agent’s id, or "*"' }),
  defaults: {},
  compile: (value) => {
    const entries = Object.entries(value).map(([id, terms]) => [id as AgentId | '*', precisionOf(terms)] as const);
    return { precision: new Map([...entries.filter(([id]) => id !== '*'), ...entries.filter(([id]) => id === '*')]) };
  },
  page: [
    [
      '`precision.<id or "*">`',
      '`allowTools`, `allowCategories` (detectors do not stop these), `categoryOf` (the category of a tool), `auditOnly`',
      'none',
    ],
  ],
  after: 'manifests',
  samples: [{ '*': { auditOnly: true }, bot: { allowTools: ['read_*'], allowCategories: ['file'], categoryOf: { wire: 'payment' } } }],
});

function precisionOf(terms: Static<typeof entry>): Precision {
  return {
    allowTools: nameSet(terms.allowTools ?? []),
    allowCategories: terms.allowCategories ?? [],
    categoryOf: new Map(Object.entries(terms.categoryOf ?? {}).map(([tool, category]) => [tool, known(category)])),
    auditOnly: terms.auditOnly ?? false,
  };
}

function known(category: string): Category {
  return CATEGORIES.find((name) => name === category) ?? 'unknown';
}
