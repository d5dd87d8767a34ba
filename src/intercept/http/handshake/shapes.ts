import { Type } from 'typebox';
import type { Static } from 'typebox';
import { actionId, CLOSED, integer, jsonObject, name, oneOf } from '../../../http/shapes.ts';

const dollars = () => Type.Number({ minimum: 0, maximum: 9_000_000_000 });

/** Field names as other governors speak them. */
export const HandshakeBody = Type.Object(
  {
    agent_id: name(),
    agent_framework: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    capabilities: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 256 })),
    max_priority: Type.Optional(integer(1, 10)),
    session_budget_usd: Type.Optional(Type.Union([Type.Null(), dollars()])),
  },
  CLOSED,
);
export type HandshakeBody = Static<typeof HandshakeBody>;

export const RESOURCE_TYPES = ['llm_tokens', 'gas_budget', 'api_call', 'file_lock', 'wallet_lock', 'compute'] as const;

export const PermissionBody = Type.Object(
  {
    agent_id: name(),
    task_intent: Type.String({ minLength: 1, maxLength: 1024 }),
    resource_type: Type.Optional(oneOf(...RESOURCE_TYPES)),
    estimated_cost_usd: dollars(),
    priority: Type.Optional(integer(1, 10)),
    logic_density: Type.Optional(integer(1, 10)),
    target_resource: Type.Optional(Type.Union([Type.Null(), Type.String({ minLength: 1, maxLength: 512 })])),
    confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    metadata: Type.Optional(jsonObject()),
    /** Ours: repeat the same id to ask again about the same request. */
    request_id: Type.Optional(actionId()),
    /** Ours: the session whose budget is charged. Default `handshake/<agent_id>`. */
    session_id: Type.Optional(name()),
  },
  CLOSED,
);
export type PermissionBody = Static<typeof PermissionBody>;

export const ReleaseBody = Type.Object(
  { agent_id: name(), resource: Type.String({ minLength: 1, maxLength: 512 }), lock_token: Type.String({ pattern: '^fence-\\d{1,15}$' }) },
  CLOSED,
);
export type ReleaseBody = Static<typeof ReleaseBody>;

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const PermissionReply = Type.Object({
  status: oneOf('GRANTED', 'PENDING', 'REJECTED'),
  agent_id: Type.String(),
  reason: Type.String(),
  remaining_budget_usd: nullable(Type.Number()),
  recommended_model: nullable(Type.String()),
  lock_token: nullable(Type.String()),
  escalation_id: nullable(Type.String()),
  retry_after_seconds: nullable(Type.Number()),
  granted_at: nullable(Type.String()),
  gas: Type.Optional(
    Type.Object(
      {
        chain: Type.String(),
        units: Type.String(),
        fee: Type.String(),
        unit: oneOf('wei', 'lamports', 'MIST'),
        coin_usd: Type.Number(),
        simulated: Type.Optional(oneOf('succeeds', 'fails')),
      },
      { description: 'What the chain asks, in the smallest unit of its coin' },
    ),
  ),
  action_id: Type.String(),
});
