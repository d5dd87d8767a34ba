import { Type } from 'typebox';
import type { Static } from 'typebox';
import { AegisError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { anyJson, CLOSED, integer, name, oneOf } from '../../../http/shapes.ts';

/** The event-ingest protocol's types, in its own order. */
export const EVENT_TYPES = [
  'MODEL_CALL_STARTED',
  'MODEL_CALL_FINISHED',
  'TOOL_CALL_PROPOSED',
  'TOOL_CALL_ALLOWED',
  'TOOL_CALL_DENIED',
  'TOOL_CALL_EXECUTED',
  'TOOL_RESULT',
  'POLICY_DECISION',
  'APPROVAL_REQUESTED',
  'APPROVAL_DECIDED',
  'MEMORY_READ',
  'MEMORY_WRITE',
  'HANDOFF_REQUESTED',
  'HANDOFF_COMPLETED',
  'CHECKPOINT_CREATED',
  'TERMINATION',
  'ERROR_RAISED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const hash = () => Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$', description: '32 bytes in standard base64' }));

export const EventEnvelope = Type.Object(
  {
    tenant_id: name(),
    user_id: Type.Optional(Type.String({ maxLength: 128 })),
    session_id: name(),
    seq: integer(0, Number.MAX_SAFE_INTEGER),
    ts_unix_ms: Type.Optional(integer(0, Number.MAX_SAFE_INTEGER)),
    event_type: oneOf(...EVENT_TYPES),
    payload: Type.Optional(anyJson()),
    prev_hash: hash(),
    hash: hash(),
  },
  CLOSED,
);
export type EventEnvelope = Static<typeof EventEnvelope>;

/** Lower-case hex SHA-256 of the RFC 8785 bytes. Injected: a door does not own the canonicaliser. */
export type DigestOf = (value: Json) => string;

/**
 * The envelope's hash: SHA-256 over its canonical form without `hash`, absent fields left out. A hash the client sent must be that one.
 * @throws AegisError REQUEST_INVALID
 */
export function sealEvent(envelope: EventEnvelope, digestOf: DigestOf): string {
  const { hash: sent, ...rest } = envelope;
  if (rest.seq === 0 && rest.prev_hash !== undefined)
    throw new AegisError('REQUEST_INVALID', { detail: 'The first event has no prev_hash' }, '/prev_hash');
  const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as JsonObject;
  const hex = digestOf(present);
  if (sent !== undefined && Buffer.from(sent, 'base64').toString('hex') !== hex) {
    throw new AegisError('REQUEST_INVALID', { detail: 'The hash is not the hash of this envelope' }, '/hash');
  }
  return hex;
}
