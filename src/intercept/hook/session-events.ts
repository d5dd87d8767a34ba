import { AegisError } from '../../errors.ts';
import { placeOf } from './heard.ts';
import type { Heard, HookRoom } from './heard.ts';

/** What the user typed is the one origin that is trusted (TAINT-10). */
export async function tellPrompt(room: HookRoom, heard: Heard): Promise<void> {
  const session = await placeOf(room, heard);
  const value = heard.harness.prompt(heard.payload);
  const { tenant, agent } = heard.caller;
  if (value !== undefined) await room.gate.label({ tenant, agent, session, source: 'user_input', trusted: true, value });
}

/** A session that is resumed is open already; that is no fault. */
export async function tellStart(room: HookRoom, heard: Heard): Promise<void> {
  const session = await placeOf(room, heard);
  const { tenant, agent } = heard.caller;
  if (room.gate.world(tenant).sessions.has(session)) return;
  try {
    await room.gate.openSession(tenant, agent, session);
  } catch (error) {
    if (!(error instanceof AegisError) || error.code !== 'CONFLICT') throw error;
  }
}

/**
 * Recorded, not closed: harnesses resume a session under its old id, with everything it has read still in the conversation, and a closed
 * one would have forgotten where those words came from (HOOK-6).
 */
export async function tellEnd(room: HookRoom, heard: Heard): Promise<void> {
  const session = await placeOf(room, heard);
  const { tenant, agent } = heard.caller;
  if (!room.gate.world(tenant).sessions.has(session)) return;
  const body = { eventType: 'SESSION_ENDED', eventSeq: 0, payloadDigest: room.digestOf(heard.payload) };
  await room.gate.record(tenant, 'event-ingested', body, heard.caller, { agent, session });
}
