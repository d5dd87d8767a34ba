import { AegisError } from '../../errors.ts';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Ids } from '../../ports.ts';
import type { Harness, ToolCall } from './harness.ts';
import { sessionOf } from './normalise.ts';
import type { DigestOf, HookAgent } from './normalise.ts';
import type { OpenCalls } from './open-calls.ts';

export interface HookDeps {
  readonly gate: ActionGate & LogGate;
  readonly ids: Ids;
  readonly digestOf: DigestOf;
}

/** One event, authenticated and parsed. */
export interface Heard {
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

/** The door as `answer` works on it. */
export interface HookRoom extends HookDeps {
  readonly open: OpenCalls;
}

/** The session an event belongs to. @throws AegisError REQUEST_INVALID, recorded */
export async function placeOf(room: HookRoom, heard: Heard): Promise<SessionId> {
  const id = heard.harness.session(heard.payload);
  if (id === null) throw await malformed(room, heard);
  return sessionOf(heard.harness.name, id, room.digestOf);
}

/** A payload that is not what the harness documents is an act too: it is recorded, and nothing runs on it. */
export async function malformed({ gate }: HookRoom, { harness, event, caller }: Heard): Promise<AegisError> {
  await gate.record(caller.tenant, 'request-refused', { code: 'REQUEST_INVALID', door: 'hook' }, caller, { agent: caller.agent });
  return new AegisError('REQUEST_INVALID', { detail: `This is not the payload ${harness.name} documents for ${event}` });
}

export const keyOf = (heard: Heard, session: SessionId, call: ToolCall): string =>
  `${heard.caller.tenant} ${heard.caller.agent} ${session} ${call.sameness}`;
