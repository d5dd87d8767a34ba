import { Type } from 'typebox';
import { ACTION_KINDS } from '../../kernel/action.ts';
import { oneOf } from '../schema.ts';
import { section } from '../section.ts';

export const kinds = section({
  schema: Type.Array(oneOf(ACTION_KINDS), { minItems: 1 }),
  defaults: [...ACTION_KINDS],
  compile: (value) => ({ kinds: value }),
  page: [['`kinds`', 'kinds of action this policy decides about; others are recorded and allowed', 'all seven']],
  samples: [['tool', 'model']],
});
