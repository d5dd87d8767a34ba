import { AegisError } from '../../errors.ts';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Ids } from '../../ports.ts';
import type { Harness } from './harness/harness.ts';
import { sessionIn } from './harness/payload.ts';
import type { ToolCall } from './harness/protocol.ts';
import { sessionOf } from './normalise.ts';
import type { DigestOf, HookAgent } from './normalise.ts';
import type { OpenCalls } from './open-calls.ts';

export interface HookDeps {
  readonly gate: ActionGate & LogGate;
  readonly ids: Ids;
  readonly digestOf: DigestOf;
}

/** One event, authenticated and parsed. */
export interface HookEvent {
  readonly harness: Harness;
  readonly event: string;
  readonly payload: JsonObject;
  readonly caller: HookAgent;
  /** How long an asked or deferred action may be held, below the harness's own timeout. */
  readonly waitMs: number;
  /** `harness`: where a person sits at the harness, its own question is used. */
  readonly ask: 'harness' | 'aegis';
  readonly explicitAllow: boolean;
  readonly signal: () => AbortSignal;
}

/** What the handling of every event works on. */
export interface HookState extends HookDeps {
  readonly openCalls: OpenCalls;
}

/** The session an event belongs to. @throws AegisError REQUEST_INVALID, recorded */
export async function sessionFor(state: HookState, event: HookEvent): Promise<SessionId> {
  const id = sessionIn(event.harness.protocol.members, event.payload);
  if (id === null) throw await malformed(state, event);
  return sessionOf(event.harness.name, id, state.digestOf);
}

/** A payload that is not what the harness documents is an act too: it is recorded, and nothing runs on it. */
export async function malformed({ gate }: HookState, { harness, event, caller }: HookEvent): Promise<AegisError> {
  await gate.record(caller.tenant, 'request-refused', { code: 'REQUEST_INVALID', door: 'hook' }, caller, { agent: caller.agent });
  return new AegisError('REQUEST_INVALID', { detail: `This is not the payload ${harness.name} documents for ${event}` });
}

/** One call of one agent in one session, for events that come without an id. */
export function keyOf({ caller }: HookEvent, session: SessionId, call: ToolCall): string {
  return `${caller.tenant} ${caller.agent} ${session} ${call.correlation}`;
}
