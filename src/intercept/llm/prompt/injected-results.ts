import type { ActionGate } from '../../../gate/action-gate.ts';
import type { FoundIn } from '../../../gate/nouns.ts';
import { instructs } from '../../../kernel/fold/injected.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { valueAt } from '../../../kernel/pointer.ts';
import type { Conversation } from '../caller.ts';
import { mapPrompt, mapStrings } from '../dialect/map-strings.ts';
import type { PromptShape } from '../dialect/prompt-shape.ts';
import { rememberInjected } from '../memory/conversations.ts';
import type { SessionMemory } from '../memory/conversations.ts';

/** Shorter texts of a result stand elsewhere in a conversation too, and instruct nobody. */
const LEAST = 16;

/** Remembers the texts of a result that holds instructions: they come again with every later request of the conversation. */
export function keepInjected(memory: SessionMemory, value: Json, findings: readonly FoundIn[]): void {
  const bad = findings.filter(instructs);
  const [first] = bad;
  if (first === undefined) return;
  for (const { pointer, code } of bad) {
    const text = pointer === '' ? value : valueAt(value as JsonObject, pointer);
    if (typeof text === 'string') rememberInjected(memory, text, { code, itself: true });
  }
  mapStrings(value, (text) => {
    if (text.length >= LEAST) rememberInjected(memory, text, { code: first.code, itself: false });
    return text;
  });
}

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
