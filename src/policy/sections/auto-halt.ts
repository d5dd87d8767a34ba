import { Type } from 'typebox';
import { closed, millis, off, positive } from '../schema.ts';
import { section } from '../section.ts';

export const autoHalt = section({
  schema: Type.Union([off, Type.Object({ violations: positive, windowMs: millis }, closed)]),
  defaults: { violations: 3, windowMs: 3_600_000 },
  compile: (value) => ({ autoHalt: value === 'off' ? null : { ...value } }),
  page: [['`autoHalt`', '`{violations, windowMs}` or `off`', '3 in an hour']],
  samples: ['off', { violations: 5, windowMs: 60_000 }],
});
