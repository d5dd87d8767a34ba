import { Type } from 'typebox';
import { LOOP_EFFECTS } from '../../kernel/policy.ts';
import { closed, millis, off, oneOf, optional, positive } from '../schema.ts';
import { section } from '../section.ts';

const DEFAULTS = { identical: { max: 5, windowMs: 60_000 }, sequences: true, noProgress: 3, effect: 'ask' } as const;

export const loops = section({
  schema: Type.Union([
    off,
    Type.Object(
      {
        identical: optional(Type.Union([off, Type.Object({ max: positive, windowMs: millis }, closed)])),
        sequences: optional(Type.Boolean()),
        noProgress: optional(Type.Union([off, Type.Integer({ minimum: 2, maximum: 64, description: 'a whole number from 2 to 64' })])),
        effect: optional(oneOf(LOOP_EFFECTS)),
      },
      closed,
    ),
  ]),
  defaults: DEFAULTS,
  compile: (value) => {
    if (value === 'off') return { loops: { identical: null, sequences: false, noProgress: null, effect: 'ask' } };
    const { identical, sequences, noProgress, effect } = { ...DEFAULTS, ...value };
    return {
      loops: { identical: identical === 'off' ? null : { ...identical }, sequences, noProgress: noProgress === 'off' ? null : noProgress, effect },
    };
  },
  page: [['`loops`', '`{identical: {max, windowMs}, sequences, noProgress, effect}` or `off`', '5 in 60 s, true, 3, ask']],
  samples: ['off', { identical: { max: 3, windowMs: 10_000 }, sequences: false, noProgress: 'off', effect: 'deny' }, { identical: 'off' }],
});
