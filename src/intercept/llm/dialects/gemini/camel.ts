import type { JsonObject } from '../../../../kernel/json.ts';
import { requestInvalid } from '../../dialect/members.ts';

/**
 * The members under one spelling: Google's servers read `function_declarations` and `functionDeclarations` alike (ProtoJSON).
 * @throws AegisError REQUEST_INVALID when one member stands under both
 */
export function camel(of: JsonObject, pointer: string): JsonObject {
  const members = new Map<string, JsonObject[string]>();
  for (const [name, value] of Object.entries(of)) {
    const spelled = name.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
    if (members.has(spelled)) throw requestInvalid(`${spelled} stands twice, in two spellings`, `${pointer}/${spelled}`);
    members.set(spelled, value);
  }
  return Object.fromEntries(members);
}
