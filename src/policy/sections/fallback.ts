import { FALLBACKS } from '../../kernel/policy.ts';
import { oneOf } from '../schema.ts';
import { section } from '../section.ts';

/** `default:`, the one section that must be there; its own default is what a document without it would have to mean. */
export const fallback = section({
  schema: oneOf(FALLBACKS, 'What happens to an agent with neither manifest nor lists when no rule matches: allow, ask or deny.'),
  defaults: 'deny',
  compile: (value) => ({ fallback: value }),
  page: [['`default`', 'allow, ask or deny, for agents with neither manifest nor lists', 'required']],
  samples: FALLBACKS,
});
