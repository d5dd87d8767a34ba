import { Type } from 'typebox';
import { AUTHORITIES } from '../../kernel/action.ts';
import { LABELS } from '../../kernel/decision.ts';
import { INJECTED_RESULTS, INJECTION_EFFECTS, QUOTED_EFFECTS, SINKS } from '../../kernel/policy.ts';
import { closed, off, oneOf, optional } from '../schema.ts';
import { section } from '../section.ts';

const schema = Type.Union([
  off,
  Type.Object(
    {
      sinks: optional(Type.Array(oneOf(SINKS))),
      untrusted: optional(Type.Array(oneOf(LABELS))),
      quoted: optional(oneOf(QUOTED_EFFECTS)),
      afterInjection: optional(oneOf(INJECTION_EFFECTS)),
      injectedResults: optional(oneOf(INJECTED_RESULTS)),
      authority: optional(Type.Array(oneOf(AUTHORITIES))),
    },
    closed,
  ),
]);

const DEFAULTS = {
  sinks: [...SINKS],
  untrusted: ['tool_output' as const, 'retrieved_doc' as const, 'memory_read' as const],
  quoted: 'ask' as const,
  afterInjection: 'ask' as const,
  injectedResults: 'pass' as const,
  authority: [...AUTHORITIES],
};

const OFF = {
  sinks: [],
  untrusted: [],
  quoted: 'allow' as const,
  afterInjection: 'record' as const,
  injectedResults: 'pass' as const,
  authority: [],
};

export const taint = section({
  schema,
  defaults: DEFAULTS,
  compile: (value) => ({
    taint: value === 'off' ? OFF : { ...DEFAULTS, ...value },
  }),
  page: [
    ['`taint`', '`{sinks, untrusted, quoted, afterInjection, injectedResults, authority}` or `off`', 'all, `quoted: ask`, `afterInjection: ask`'],
  ],
  samples: [
    'off',
    {
      sinks: ['payment'],
      untrusted: ['retrieved_doc'],
      quoted: 'deny',
      afterInjection: 'deny',
      injectedResults: 'withhold',
      authority: ['recipient', 'amount'],
    },
  ],
});
