import { Type, type Static } from 'typebox';
import { RISKS } from '../kernel/finding.ts';
import { closed, oneOf, optional } from './schema.ts';

/** One entry of `rules:`. */
export const RuleDocument = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', description: 'lower-case letters, digits, . _ - , at most 64' }),
    description: optional(Type.String({ maxLength: 1000 })),
    when: Type.String({ minLength: 1, maxLength: 8192, description: 'a CEL condition, for example action.category == "shell"' }),
    effect: oneOf(['deny', 'ask', 'modify', 'allow']),
    reason: optional(
      Type.Object(
        {
          code: optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]{1,63}$', description: 'capitals, digits and _ , such as DELETE_OUTSIDE_TMP' })),
          message: Type.String({ minLength: 1, maxLength: 500, description: 'one sentence for the person who reads it' }),
          hint: optional(Type.String({ minLength: 1, maxLength: 500 })),
        },
        closed,
      ),
    ),
    risk: optional(oneOf(RISKS)),
    set: optional(Type.Record(Type.String({ pattern: '^.{1,128}$' }), Type.Unknown(), { description: 'arguments to replace, by name' })),
  },
  { ...closed, description: 'a rule: id, when, effect, reason' },
);
export type RuleDocument = Static<typeof RuleDocument>;
