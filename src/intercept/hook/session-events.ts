import { AegisError } from '../../errors.ts';
import { sessionOf } from '../../kernel/owned.ts';
import { sessionFor } from './event.ts';
import type { HookEvent, HookState } from './event.ts';
import { promptIn } from './harness/payload.ts';

/** What the user typed is the one origin that is trusted (TAINT-10). */
export async function labelPrompt(state: HookState, event: HookEvent): Promise<void> {
  const session = await sessionFor(state, event);
  const value = promptIn(event.harness.protocol.members, event.payload);
  const { tenant, agent } = event.caller;
  if (value !== undefined) await state.gate.label({ tenant, agent, session, source: 'user_input', trusted: true, value });
}

/** A session that is resumed is open already; that is no fault. */
export async function openSession(state: HookState, event: HookEvent): Promise<void> {
  const session = await sessionFor(state, event);
  const { tenant, agent } = event.caller;
  if (sessionOf(state.gate.world(tenant), { agent, session }) !== undefined) return;
  try {
    await state.gate.openSession(tenant, agent, session);
  } catch (error) {
    if (!(error instanceof AegisError) || error.code !== 'CONFLICT') throw error;
  }
}

/**
 * Recorded, not closed: harnesses resume a session under its old id, with everything it has read still in the conversation, and a closed
 * one would have forgotten where those words came from (HOOK-6).
 */
export async function recordSessionEnd(state: HookState, event: HookEvent): Promise<void> {
  const session = await sessionFor(state, event);
  const { tenant, agent } = event.caller;
  if (sessionOf(state.gate.world(tenant), { agent, session }) === undefined) return;
  const body = { eventType: 'SESSION_ENDED', eventSeq: 0, payloadDigest: state.digestOf(event.payload) };
  await state.gate.record(tenant, 'event-ingested', body, event.caller, { agent, session, kept: event.payload });
}
