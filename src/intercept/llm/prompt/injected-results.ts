import type { ActionGate } from '../../../gate/action-gate.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Conversation } from '../caller.ts';
import { mapPrompt } from '../dialect/map-strings.ts';
import type { PromptShape } from '../dialect/prompt-shape.ts';
import type { SessionMemory } from '../memory/conversations.ts';

interface Showing {
  readonly gate: Pick<ActionGate, 'injectedResults'>;
  readonly memory: SessionMemory;
  /** Brings what the request carries into the session, so that it is known what it holds. */
  readonly enter: () => Promise<unknown>;
}

/** The request without the instructions that its results hold, as the policy has it (TAINT-14); the very same object when nothing is kept back. */
export async function withoutInjected(
  { gate, memory, enter }: Showing,
  { caller: { tenant, agent } }: Conversation,
  { body, shape }: { readonly body: JsonObject; readonly shape: PromptShape },
): Promise<JsonObject> {
  const word = gate.injectedResults(tenant, agent);
  if (word === 'pass') return body;
  await enter();
  if (memory.injected.size === 0) return body;
  return mapPrompt(body, shape, {
    text: (text) => {
      const known = memory.injected.get(text);
      return known === undefined || (word === 'mask' && !known.itself) ? text : `[withheld by Aegis: ${known.code}]`;
    },
  });
}
