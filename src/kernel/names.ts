import type { NameSet } from './policy.ts';

/** One set look-up, then the globs. */
export function includes(set: NameSet, name: string): boolean {
  if (set.names.has(name)) return true;
  for (const glob of set.globs) if (glob(name)) return true;
  return false;
}

/** Letters and digits only, lower case: `withdraw_funds`, `withdraw funds` and `withdrawFunds` are one intent. */
export function plainName(text: string): string {
  let plain = '';
  for (const char of text.toLowerCase()) if ((char >= 'a' && char <= 'z') || (char >= '0' && char <= '9')) plain += char;
  return plain;
}
