import type { JsonObject } from '../../../kernel/json.ts';
import type { ModelRequest } from './model-request.ts';

/** Characters of an identifier; a longer one is none. */
const MAX_NAME = 256;

/** What a request says of whom it is for, by the members that say so: it tells conversations apart that begin with the same words. */
export function partiesIn(body: JsonObject, names: readonly string[]): Pick<ModelRequest, 'parties'> {
  const parties = names.map((name) => (isIdentifier(body[name]) ? body[name] : null));
  return parties.every((party) => party === null) ? {} : { parties };
}

export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME;
}
