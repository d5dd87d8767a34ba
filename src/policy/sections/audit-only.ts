import { Type } from 'typebox';
import { section } from '../section.ts';

export const auditOnly = section({
  schema: Type.Boolean(),
  defaults: false,
  compile: (value) => ({ auditOnly: value }),
  page: [['`audit_only`', 'decide and record, but stop nothing (halts still stop)', 'false']],
  samples: [true],
});
