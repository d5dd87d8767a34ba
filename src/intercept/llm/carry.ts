import { hash } from 'node:crypto';
import { AegisError } from '../../errors.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { Carried } from './dialect.ts';
import type { ModelCaller, ModelDoor } from './door.ts';
import { rememberContent } from './session-ledger.ts';

/**
 * Brings what a request carries into the session, each content once: results settle the call they answer, the rest is labelled (LLM-7).
 * Resolves when all of it is durable.
 */
export async function carryIn(
  door: ModelDoor,
  place: { readonly caller: ModelCaller; readonly session: SessionId },
  carried: readonly Carried[],
): Promise<void> {
  const remembered = door.ledger.of(place.caller, place.session);
  const entering: Promise<void>[] = [];
  const now = new Set<string>();
  for (const content of carried) {
    const digest = hash('sha256', JSON.stringify([content.source, content.callId ?? '', content.value]), 'base64url');
    if (remembered.contents.has(digest) || now.has(digest)) continue;
    now.add(digest);
    entering.push(enter(door, place, content).then(() => rememberContent(remembered, digest)));
  }
  await Promise.all(entering);
}

async function enter(door: ModelDoor, place: { readonly caller: ModelCaller; readonly session: SessionId }, content: Carried): Promise<void> {
  const { caller, session } = place;
  const { source, trusted, value, callId, failed } = content;
  const { calls } = door.ledger.of(caller, session);
  const action = callId === undefined ? undefined : calls.get(callId);
  if (action === undefined || callId === undefined) {
    await door.gate.label({ ...caller, session, source, trusted, value });
    return;
  }
  try {
    await door.gate.settle({ ...caller, action, status: failed === true ? 'failed' : 'succeeded', usage: {}, result: value, source, trusted });
  } catch (error) {
    // The same call answered twice, differently: the second word is content like any other.
    if (!(error instanceof AegisError) || (error.code !== 'CONFLICT' && error.code !== 'NOT_FOUND')) throw error;
    await door.gate.label({ ...caller, session, source, trusted, value });
  }
}
