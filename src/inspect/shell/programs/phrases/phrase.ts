import type { Arg, Call, Harm, Seen } from '../../call.ts';
import { isDryRun, isHelp } from '../../options.ts';
import { harm } from '../../call.ts';
import type { Risk } from '../../../../kernel/finding.ts';

/** What one way to call a program means. */
export interface Meaning {
  readonly code: string;
  readonly risk: Risk;
  readonly more: Partial<Harm>;
}

interface Phrase extends Meaning {
  /** Sub-commands in their order, from the first on; `*` stands for anything. */
  readonly words: readonly string[];
  /** Options that must stand beside them, in any place; one of the alternatives is enough. */
  readonly flags: readonly (readonly string[])[];
  /** Whether other words may stand between the sub-commands. */
  readonly loose: boolean;
}

export type PhraseTable = ReadonlyMap<string, readonly Phrase[]>;

/**
 * Reads a table: a line is `program program: phrase | phrase`. In a phrase a word is a sub-command, `-x/--long` an option, `$` the end, `~` at its beginning says
 * that other words may stand between, and an empty phrase means every call.
 */
export function phrases(text: string, meaning: Meaning, into: Map<string, Phrase[]> = new Map()): Map<string, Phrase[]> {
  for (const line of text.trim().split('\n')) {
    const colon = line.indexOf(': ');
    const programs = (colon < 0 ? line.replace(/:$/, '') : line.slice(0, colon)).trim().split(/\s+/);
    const said = (colon < 0 ? '' : line.slice(colon + 2)).split(' | ').map((one) => phraseOf(one, meaning));
    for (const program of programs) into.set(program, [...(into.get(program) ?? []), ...said]);
  }
  return into;
}

function phraseOf(text: string, meaning: Meaning): Phrase {
  const all = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const loose = all[0] === '~';
  const words = all.filter((word) => word !== '~' && !/^[-+]/.test(word));
  return { ...meaning, words, loose, flags: all.filter((word) => /^[-+]/.test(word)).map((word) => word.split('/')) };
}

/** What the phrases a call is made of mean. Linear in its words. */
export function readPhrases(call: Call, table: PhraseTable): Seen[] {
  const known = table.get(call.bin);
  if (known === undefined) return [];
  // `alembic … --sql` only prints what it would do.
  const { args } = call;
  if (isHelp(args) || args.at(-1)?.text === '-h' || isDryRun(args) || args.some(({ text }) => text === '--sql')) return [];
  const words = call.args.filter(({ text }) => !/^-/.test(text)).map(({ text }) => text);
  const seen = known.find((one) => says(one, words, call.args));
  return seen === undefined ? [] : [harm(seen.code, seen.risk, seen.more)];
}

function says({ words, flags, loose }: Phrase, given: readonly string[], args: readonly Arg[]): boolean {
  let at = 0;
  for (const word of words) {
    if (word === '$') return at === given.length;
    while (loose && at < given.length && !matches(word, given[at])) at++;
    if (!matches(word, given[at])) return false;
    at++;
  }
  return flags.every((names) => args.some(({ text }) => names.some((name) => isFlag(text, name))));
}

/** `*` stands for anything, at the ends of a word or within it. Linear: each piece is looked for once. */
function matches(word: string, given: string | undefined): boolean {
  if (given === undefined || !word.includes('*')) return given === word;
  const pieces = word.split('*');
  const [first = ''] = pieces;
  const last = pieces.at(-1) ?? '';
  if (!given.startsWith(first) || !given.endsWith(last) || given.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = given.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= given.length - last.length;
}

/** `-x` stands in a bundle too, `--long` may carry its value. */
function isFlag(text: string, name: string): boolean {
  if (name.startsWith('+') || name.startsWith('--') || name.length > 2) return text === name || text.startsWith(`${name}=`);
  return /^-[A-Za-z]+$/.test(text) && !text.startsWith('--') && text.includes(name.charAt(1));
}
