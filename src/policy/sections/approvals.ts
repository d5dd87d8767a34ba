import { Type } from 'typebox';
import { DECIDERS } from '../../kernel/role.ts';
import { checkUsd, micros } from '../dollars.ts';
import { closed, millis, NAME, names, off, optional, positive, usd } from '../schema.ts';
import { section } from '../section.ts';

const DEFAULTS = {
  above: { usd: 5 },
  confidenceBelow: 0.7,
  intents: ['withdraw_funds', 'delete_resource', 'change_admin_policy', 'drain_wallet', 'revoke_access', 'modify_permissions'],
  timeoutMs: 300_000,
  quorum: 1,
  approvers: [...DECIDERS],
  maxPending: 20,
};

export const approvals = section({
  schema: Type.Object(
    {
      above: optional(Type.Union([off, Type.Object({ usd }, closed)])),
      confidenceBelow: optional(Type.Union([off, Type.Number({ minimum: 0, maximum: 1, description: 'from 0 to 1' })])),
      intents: optional(names),
      timeoutMs: optional(millis),
      quorum: optional(Type.Integer({ minimum: 1, maximum: 16, description: 'from 1 to 16 different people' })),
      approvers: optional(Type.Array(Type.String({ pattern: NAME }), { minItems: 1 })),
      maxPending: optional(positive),
    },
    closed,
  ),
  defaults: DEFAULTS,
  compile: (value, { report }) => {
    if (typeof value.above === 'object') checkUsd(value.above.usd, ['above', 'usd'], report);
    const { above, confidenceBelow, maxPending, ...terms } = { ...DEFAULTS, ...value };
    return {
      approvals: {
        ...terms,
        aboveUsdMicros: above === 'off' ? null : micros(above.usd),
        confidenceBelow: confidenceBelow === 'off' ? null : confidenceBelow,
        maxPendingPerAgent: maxPending,
      },
    };
  },
  page: [
    [
      '`approvals`',
      '`{above: {usd}, confidenceBelow, intents, timeoutMs, quorum, approvers, maxPending}`',
      '5, 0.7, six sensitive intents, 300000, 1, operator and admin, 20',
    ],
  ],
  samples: [
    { above: { usd: 1.5 }, confidenceBelow: 0.9, intents: ['wire'], timeoutMs: 60_000, quorum: 2, approvers: ['admin'], maxPending: 3 },
    { above: 'off', confidenceBelow: 'off' },
  ],
});
