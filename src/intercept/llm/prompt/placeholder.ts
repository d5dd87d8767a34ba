import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/**
 * What stands for a value in a prompt: `[[EMAIL_k3v7q2…]]`, a word for its kind and 80 bits that only this process can derive. Capitals, digits
 * and underscores inside a word mean nothing to Markdown, and nothing in it is escaped in JSON (LLM-55).
 */
const FORM = /\[\[[A-Z][A-Z0-9_]{0,31}_[a-z2-7]{16}\]\]/g;

/** What may be the beginning of one, at the end of a text. */
const BEGINNING = /\[(?:\[(?:[A-Z][A-Z0-9_]{0,31}(?:_(?:[a-z2-7]{0,16}|[a-z2-7]{16}\]))?)?)?$/;

/** Characters of the longest. */
export const LONGEST = 2 + 32 + 1 + 16 + 2;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** The placeholder of a value in its session. Another session, and another run of this process, has another one. */
export function placeholderOf(key: KeyObject, session: string, { kind, value }: { readonly kind: string; readonly value: string }): string {
  const bytes = createHmac('sha256', key).update(session).update('\0').update(value).digest();
  let bits = 0n;
  for (const byte of bytes.subarray(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let id = '';
  for (let at = 0; at < 16; at++, bits >>= 5n) id += LETTERS[Number(bits & 31n)] ?? '';
  const label = kind
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .slice(0, 32);
  return `[[${/^[A-Z]/.test(label) ? label : 'VALUE'}_${id}]]`;
}

/** The text with each placeholder as `with_` says. */
export function eachPlaceholder(text: string, with_: (placeholder: string) => string): string {
  return text.includes('[[') ? text.replace(FORM, with_) : text;
}

/** Where a placeholder may begin that the text does not end; its length when none may. */
export function unfinishedFrom(text: string): number {
  const from = Math.max(0, text.length - LONGEST);
  const at = text.slice(from).search(BEGINNING);
  return at === -1 ? text.length : from + at;
}
