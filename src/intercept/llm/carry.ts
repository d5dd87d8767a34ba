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
export async function carryIn(door: ModelDoor, place: Place, carried: readonly Carried[]): Promise<void> {
  const remembered = door.ledger.of(place.caller, place.session);
  // A name that is used again is its newest call's: of the results under it the last one settles, the others are content like any other.
  const newest = new Map(carried.map((content) => [content.callId, content]));
  const fresh = new Map<string, Carried>();
  for (const content of carried) {
    const digest = hash('sha256', JSON.stringify([content.source, content.callId ?? '', content.value]), 'base64url');
    if (!remembered.contents.has(digest)) fresh.set(digest, content);
  }
  const entering = [...fresh].map(async ([digest, content]) => {
    await (newest.get(content.callId) === content ? enter(door, place, content) : label(door, place, content));
    rememberContent(remembered, digest);
  });
  await Promise.all(entering);
}

interface Place {
  readonly caller: ModelCaller;
  readonly session: SessionId;
}

async function label(door: ModelDoor, { caller, session }: Place, { source, trusted, value }: Carried): Promise<void> {
  await door.gate.label({ ...caller, session, source, trusted, value });
}

async function enter(door: ModelDoor, place: Place, content: Carried): Promise<void> {
  const { caller, session } = place;
  const { source, trusted, value, callId, failed } = content;
  const { calls } = door.ledger.of(caller, session);
  const action = callId === undefined ? undefined : calls.get(callId);
  if (action === undefined) return label(door, place, content);
  try {
    await door.gate.settle({ ...caller, action, status: failed === true ? 'failed' : 'succeeded', usage: {}, result: value, source, trusted });
  } catch (error) {
    // The same call answered twice, differently: the second word is content like any other.
    if (!(error instanceof AegisError) || (error.code !== 'CONFLICT' && error.code !== 'NOT_FOUND')) throw error;
    await label(door, place, content);
  }
}
