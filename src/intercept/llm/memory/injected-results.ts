import type { FoundIn } from '../../../gate/nouns.ts';
import { instructs } from '../../../kernel/fold/injected.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { valueAt } from '../../../kernel/pointer.ts';
import { mapStrings } from '../dialect/map-strings.ts';
import { rememberInjected } from './conversations.ts';
import type { SessionMemory } from './conversations.ts';

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
