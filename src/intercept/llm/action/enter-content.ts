import { hash } from 'node:crypto';
import { AegisError } from '../../../errors.ts';
import type { ContentReceipt } from '../../../gate/nouns.ts';
import type { Conversation } from '../caller.ts';
import type { CarriedContent } from '../dialect/model-request.ts';
import { rememberContent } from '../memory/conversations.ts';
import { keepInjected } from '../memory/injected-results.ts';
import type { SessionMemory } from '../memory/conversations.ts';
import type { Actions } from './actions.ts';

interface Entering extends Pick<Actions, 'gate'> {
  readonly memory: SessionMemory;
}

/**
 * Brings what a request carries into the session, each content once: results settle the call they answer, the rest is labelled (LLM-7).
 * Resolves when all of it is durable.
 */
export async function enterContent(on: Entering, conversation: Conversation, carried: readonly CarriedContent[]): Promise<void> {
  // A name that is used again is its newest call's: of the results under it the last one settles, the others are content like any other.
  const newest = new Map(carried.map((content) => [content.callId, content]));
  const fresh = new Map<string, CarriedContent>();
  for (const content of carried) {
    const digest = hash('sha256', JSON.stringify([content.source, content.callId ?? '', content.value]), 'base64url');
    if (!on.memory.contents.has(digest)) fresh.set(digest, content);
  }
  const entering = [...fresh].map(async ([digest, content]) => {
    const { findings } = await (newest.get(content.callId) === content ? enter(on, conversation, content) : label(on, conversation, content));
    if (!content.trusted) keepInjected(on.memory, content.value, findings);
    rememberContent(on.memory, digest);
  });
  await Promise.all(entering);
}

async function label({ gate }: Entering, { caller, session }: Conversation, { source, trusted, value }: CarriedContent): Promise<ContentReceipt> {
  return gate.label({ ...caller, session, source, trusted, value });
}

async function enter(on: Entering, conversation: Conversation, content: CarriedContent): Promise<ContentReceipt> {
  const { source, trusted, value, callId, failed } = content;
  const action = callId === undefined ? undefined : on.memory.calls.get(callId);
  if (action === undefined) return label(on, conversation, content);
  const status = failed === true ? 'failed' : 'succeeded';
  try {
    return await on.gate.settle({ ...conversation.caller, action, status, usage: {}, result: value, source, trusted });
  } catch (error) {
    // The same call answered twice, differently: the second word is content like any other.
    if (!(error instanceof AegisError) || (error.code !== 'CONFLICT' && error.code !== 'NOT_FOUND')) throw error;
    return label(on, conversation, content);
  }
}
