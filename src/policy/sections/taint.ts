import { Type } from 'typebox';
import { AUTHORITIES } from '../../kernel/action.ts';
import { LABELS } from '../../kernel/decision.ts';
import { QUOTED_EFFECTS, SINKS } from '../../kernel/policy.ts';
import { closed, off, oneOf, optional } from '../schema.ts';
import { section } from '../section.ts';

const schema = Type.Union([
  off,
  Type.Object(
    {
      sinks: optional(Type.Array(oneOf(SINKS))),
      untrusted: optional(Type.Array(oneOf(LABELS))),
      quoted: optional(oneOf(QUOTED_EFFECTS)),
      authority: optional(Type.Array(oneOf(AUTHORITIES))),
    },
    closed,
  ),
]);

const DEFAULTS = {
  sinks: [...SINKS],
  untrusted: ['tool_output' as const, 'retrieved_doc' as const, 'memory_read' as const],
  quoted: 'ask' as const,
  authority: [...AUTHORITIES],
};

export const taint = section({
  schema,
  defaults: DEFAULTS,
  compile: (value) => ({
    taint: value === 'off' ? { sinks: [], untrusted: [], quoted: 'allow', authority: [] } : { ...DEFAULTS, ...value },
  }),
  page: [['`taint`', '`{sinks, untrusted, quoted, authority}` or `off`', 'all, `quoted: ask`']],
  samples: ['off', { sinks: ['payment'], untrusted: ['retrieved_doc'], quoted: 'deny', authority: ['recipient', 'amount'] }],
});
