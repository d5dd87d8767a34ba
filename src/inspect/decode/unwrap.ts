import { mayHoldEncoded, unbase } from './base.ts';
import { unentity, unescapeLiteral } from './escapes.ts';
import { fold, needsFolding } from './fold.ts';
import { unpercent } from './percent.ts';

/** Rounds of decoding before a text is said to be uninspectable (INSPECT-4). */
export const ROUNDS = 8;

export interface Unwrapped {
  /** Other readings of the same text: decoded in place and normalised. Never the text itself. */
  readonly same: readonly string[];
  /** Texts carried inside it as base64, base32 or hex. */
  readonly inside: readonly string[];
  /** true when after all rounds something was still encoded. */
  readonly unfinished: boolean;
}

const NOTHING: Unwrapped = { same: [], inside: [], unfinished: false };

/** Decodes to a fixpoint within a budget. In-place decoding never grows a text, so the whole is linear (INSPECT-4). */
export function unwrap(text: string): Unwrapped {
  if (!isSuspect(text)) return NOTHING;
  const same = new Set<string>();
  const inside = new Set<string>();
  let wave: { text: string; carried: boolean }[] = [{ text, carried: false }];
  for (let round = 0; round < ROUNDS && wave.length > 0; round++) {
    const next: typeof wave = [];
    for (const one of wave) {
      const plain = inPlace(one.text);
      if (plain !== one.text) next.push({ text: plain, carried: one.carried });
      for (const hidden of unbase(one.text)) if (hidden !== one.text) next.push({ text: hidden, carried: true });
    }
    wave = next.filter((one) => one.text !== text && !same.has(one.text) && !inside.has(one.text));
    for (const one of wave) (one.carried ? inside : same).add(one.text);
  }
  return { same: [...same], inside: [...inside], unfinished: wave.length > 0 };
}

/** Whether any of the decodings could change the text or find another in it. */
function isSuspect(text: string): boolean {
  return text.includes('%') || text.includes('\\') || text.includes('&') || needsFolding(text) || mayHoldEncoded(text);
}

function inPlace(text: string): string {
  const open = unentity(unescapeLiteral(unpercent(text)));
  return needsFolding(open) ? fold(open) : open;
}
