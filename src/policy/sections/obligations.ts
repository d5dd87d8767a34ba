import { Type } from 'typebox';
import { closed, millis, optional, positive } from '../schema.ts';
import { section } from '../section.ts';

const DEFAULTS = { timeoutMs: 30_000, maxOutputBytes: 1_048_576 };

export const obligations = section({
  schema: Type.Object({ timeoutMs: optional(millis), maxOutputBytes: optional(positive) }, closed),
  defaults: DEFAULTS,
  compile: (value) => ({ obligations: { ...DEFAULTS, ...value } }),
  page: [['`obligations`', '`{timeoutMs, maxOutputBytes}`', '30000, 1048576']],
  samples: [{ timeoutMs: 5_000, maxOutputBytes: 4_096 }],
});
