import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import { integer, name, oneOf } from '../http/shapes.ts';
import { ACTION_KINDS, ENFORCEMENTS } from '../kernel/action.ts';
import { PROTECTIONS } from '../kernel/agent.ts';
import { APPROVAL_STATUSES } from '../kernel/approval.ts';
import { EFFECT_CHOICES } from '../kernel/decision.ts';
import { OUTCOME_STATUSES } from '../kernel/entry.ts';
import { CATEGORIES, RISKS } from '../kernel/finding.ts';
import { CHANGE_TYPES } from '../views/changes.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const text = () => Type.String({ minLength: 1, maxLength: 256 });

export const time = () => integer(0, MAX);
export const search = () => Type.String({ maxLength: 256, description: 'Part of a name, in any case.' });
export const limit = () => integer(1, 500);
export const before = () => Type.Integer({ minimum: 0, maximum: MAX, description: '`next` of the page before.' });

/** What decisions are looked for by; each that is given must hold. */
export const RowQuery = {
  agent: optional(name()),
  session: optional(name()),
  name: optional(text()),
  integration: optional(text()),
  category: optional(oneOf(...CATEGORIES)),
  effect: optional(oneOf(...EFFECT_CHOICES)),
  risk: optional(oneOf(...RISKS)),
  reason: optional(text()),
  since: optional(time()),
  until: optional(time()),
  q: optional(Type.String({ maxLength: 256, description: 'Part of the name, agent, session or a reason, in any case.' })),
};

/** How far a view has read: it is behind while `asOf` is below `size`. */
export const SEEN = { asOf: Type.Integer(), size: Type.Integer() };

const effects = () => ({ allow: Type.Integer(), deny: Type.Integer(), modify: Type.Integer(), ask: Type.Integer(), defer: Type.Integer() });
export const Effects = Type.Object(effects());
const Spent = { usdMicros: Type.Number(), tokens: Type.Number() };

export const ActionRowReply = Type.Object({
  index: Type.Integer(),
  at: Type.Integer(),
  action: Type.String(),
  agent: Type.String(),
  session: Type.String(),
  kind: oneOf(...ACTION_KINDS),
  name: Type.String(),
  integration: Type.String(),
  enforcement: oneOf(...ENFORCEMENTS),
  effect: oneOf(...EFFECT_CHOICES),
  risk: oneOf(...RISKS),
  reason: Type.String(),
  reasons: Type.Array(Type.String()),
  categories: Type.Array(oneOf(...CATEGORIES)),
  approval: optional(Type.String()),
  outcome: optional(Type.Object({ status: oneOf(...OUTCOME_STATUSES), usdMicros: optional(Type.Number()), tokens: optional(Type.Number()) })),
});

export const AgentRowReply = Type.Object({
  agent: Type.String(),
  status: optional(Type.String()),
  firstSeen: Type.Integer(),
  lastSeen: Type.Integer(),
  actions: Type.Integer(),
  effects: Effects,
  sessions: Type.Integer(),
  ...Spent,
  protection: optional(oneOf(...PROTECTIONS)),
  integrations: Type.Array(Type.Object({ name: Type.String(), enforcement: oneOf(...ENFORCEMENTS), lastSeen: Type.Integer() })),
});

export const SessionRowReply = Type.Object({
  session: Type.String(),
  agent: Type.String(),
  parent: optional(Type.String()),
  openedAt: Type.Integer(),
  lastSeen: Type.Integer(),
  index: Type.Integer(),
  closed: Type.Boolean(),
  actions: Type.Integer(),
  denied: Type.Integer(),
  asked: Type.Integer(),
  ...Spent,
});

export const ApprovalRowReply = Type.Object({
  approval: Type.String(),
  index: Type.Integer(),
  at: Type.Integer(),
  action: Type.String(),
  agent: Type.String(),
  session: Type.String(),
  tool: Type.String(),
  risk: oneOf(...RISKS),
  quorum: Type.Integer(),
  expiresAt: Type.Integer(),
  status: oneOf(...APPROVAL_STATUSES),
  decidedAt: optional(Type.Integer()),
  by: Type.Array(
    Type.Object({ operator: Type.String(), granted: Type.Boolean(), channel: Type.String(), reason: Type.String(), at: Type.Integer() }),
  ),
});

export const ReasonRowReply = Type.Object({
  code: Type.String(),
  effect: oneOf(...EFFECT_CHOICES),
  count: Type.Integer(),
  lastSeen: Type.Integer(),
});

export const TimelineRowReply = Type.Object({ at: Type.Integer(), ...effects(), usdMicros: Type.Number() });

export const SpendReply = {
  total: Type.Object(Spent),
  byAgent: Type.Array(Type.Object({ agent: Type.String(), ...Spent })),
  byModel: Type.Array(Type.Object({ model: Type.String(), ...Spent })),
  byTool: Type.Array(Type.Object({ tool: Type.String(), ...Spent })),
  byDay: Type.Array(Type.Object({ at: Type.Integer(), ...Spent })),
};

export const ChangeRowReply = Type.Object({
  index: Type.Integer(),
  at: Type.Integer(),
  type: oneOf(...CHANGE_TYPES),
  by: Type.String(),
  agent: optional(Type.String()),
  subject: Type.String(),
});
