import { createRequire } from 'node:module';
import type * as PhoneModule from 'libphonenumber-js/min';

let loaded: typeof PhoneModule | null = null;

/** Numbering plans of the world: loaded when the first candidate is to be verified, not before. */
function plans(): typeof PhoneModule {
  loaded ??= createRequire(import.meta.url)('libphonenumber-js/min') as typeof PhoneModule;
  return loaded;
}

const COUNTRIES: readonly PhoneModule.CountryCode[] = ['US', 'GB', 'IN', 'PH', 'TR', 'IL'];

/** Numbers repeat within a text and from text to text; when there are this many of them, all are forgotten. */
const MOST_KNOWN = 1_024;
const known = new Map<string, boolean>();

/** Whether a candidate is a valid number, international or in one of the larger national plans. */
export function findNumbers(candidate: string, likely: boolean): boolean {
  const key = `${likely ? '+' : '-'}${candidate}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const valid = isValid(candidate, likely);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, valid);
  return valid;
}

function isValid(candidate: string, likely: boolean): boolean {
  const text = candidate.trim().startsWith('00') ? `+${candidate.trim().slice(2)}` : candidate.trim();
  const { parsePhoneNumberFromString } = plans();
  if (text.startsWith('+')) return parsePhoneNumberFromString(text)?.isValid() ?? false;
  const countries = likely ? COUNTRIES : COUNTRIES.slice(0, 2);
  return countries.some((country) => parsePhoneNumberFromString(text, country)?.isValid() ?? false);
}
