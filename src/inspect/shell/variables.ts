import type { Arg } from './call.ts';
import { UNKNOWN } from './call.ts';
import type { Reading } from './reading.ts';
import { take } from '../steps.ts';
import { copied } from './standing.ts';
import type { Picks, Values } from './values.ts';

export const FIRST: Picks = new Map();
/** How many values of one name are kept apart, and how many combinations of several names are read. */
export const MOST_VALUES = 4;
const MOST_COMBINATIONS = 12;

export function setVariable(reading: Reading, name: string, values: Values): void {
  const kept = distinct(values);
  const all = kept.length > MOST_VALUES ? [...kept.slice(0, MOST_VALUES), [UNKNOWN]] : kept;
  reading.variables.set(name, all);
  if (all.length > 1) reading.several.add(name);
  else reading.several.delete(name);
}

function distinct(values: Values): Values {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = value.join('\u0001');
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

/** A value on a path that may not be taken joins what the name held; a name that held nothing may then hold nothing. */
export function join(reading: Reading, name: string, fresh: Values): void {
  setVariable(reading, name, reading.conditional ? [...(reading.variables.get(name) ?? [...fresh, ['']]), ...fresh] : fresh);
}

/** The readings a text needs so that every value its names may hold together is seen; of too many, each by itself and then none. */
export function picksFor(text: string, { several, variables }: Reading): readonly Picks[] {
  const named = several.size === 0 ? [] : text.matchAll(/\$\{?[#!]?([A-Za-z_][A-Za-z0-9_]*)/g);
  const names = [...new Set([...named].map((match) => match[1] ?? ''))].filter((name) => several.has(name));
  let all: Map<string, number>[] = [new Map()];
  let most = 1;
  for (const name of names) {
    const count = variables.get(name)?.length ?? 1;
    most = Math.max(most, count);
    if (all.length * count > MOST_COMBINATIONS) {
      const each = Array.from({ length: most }, (_, pick) => new Map(names.map((one) => [one, pick])));
      return [...each, new Map(names.map((one) => [one, -1]))];
    }
    all = all.flatMap((known) => Array.from({ length: count }, (_, pick) => new Map([...known, [name, pick]])));
  }
  return all;
}

/** What runs in a process of its own changes no variable of this one. Copying is paid for, or the text would cost its square. */
export function isolated(reading: Reading): Reading {
  take(reading.steps, reading.variables.size);
  return {
    ...reading,
    standing: copied(reading.standing),
    aliases: new Map(reading.aliases),
    variables: new Map(reading.variables),
    several: new Set(reading.several),
    exported: new Set(reading.exported),
  };
}

/** Another shell: what was exported it has, anything else it may not have, and arguments of its own. */
export function childShell(reading: Reading, given: readonly string[] = []): Reading {
  const inner = isolated(reading);
  for (const [name, values] of reading.variables) if (!reading.exported.has(name)) setVariable(inner, name, [...values, ['']]);
  setVariable(inner, '@', [given]);
  return inner;
}

const DECLARES = new Set(['export', 'declare', 'typeset', 'local', 'readonly']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Built-in commands that give a name another value than an assignment would show. */
export function rebind(words: readonly Arg[], reading: Reading): void {
  let at = 0;
  while (/^(?:command|builtin)$/.test(words[at]?.text ?? '')) at++;
  const name = words[at]?.text ?? '';
  const args = words.slice(at + 1).map(({ text }) => text);
  const operands = args.filter((text) => !text.startsWith('-'));
  if (DECLARES.has(name)) {
    // Attributes change what is assigned: integers, cases, references.
    const odd = args.some((text) => /^[-+][a-zA-Z]*[niulcaA]/.test(text));
    for (const text of operands) declare(text, { odd, exported: name === 'export' || args.some((arg) => /^-[a-zA-Z]*x/.test(arg)) }, reading);
  } else if (name === 'set' || name === 'shift') rearrange(name, args, reading);
  else if (name === 'unset') {
    for (const text of operands) if (NAME.test(text)) join(reading, text, [['']]);
  } else if (name === 'printf' && args[0] === '-v') unknown([args[1] ?? ''], reading);
  else if (/^(?:read|mapfile|readarray|getopts|let|wait)$/.test(name)) unknown(operands, reading);
}

/** `set -- …` and `shift`; on a path that may not be taken what is held then is unknown. */
function rearrange(name: 'set' | 'shift', args: readonly string[], reading: Reading): void {
  const held = reading.variables.get('@')?.[0] ?? [];
  if (name === 'shift') {
    const kept = held.slice(Number(args[0] ?? 1) || 1);
    return setVariable(reading, '@', [reading.conditional || held.includes(UNKNOWN) ? [UNKNOWN] : kept]);
  }
  const from = args.findIndex((text) => text === '--' || !/^[-+]/.test(text));
  if (from >= 0) setVariable(reading, '@', [reading.conditional ? [UNKNOWN] : args.slice(args[from] === '--' ? from + 1 : from)]);
}

function declare(text: string, { odd, exported }: { readonly odd: boolean; readonly exported: boolean }, reading: Reading): void {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals).replace(/\+$/, '');
  if (!NAME.test(name)) return;
  if (exported) reading.exported.add(name);
  if (odd || text.charAt(equals - 1) === '+') setVariable(reading, name, [[UNKNOWN]]);
  else if (equals >= 0) join(reading, name, [[text.slice(equals + 1)]]);
}

/** Any name these words mention may have any value from now on. */
export function unknown(words: readonly string[], reading: Reading): void {
  for (const name of words.flatMap((text) => text.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [])) {
    if (reading.variables.has(name)) setVariable(reading, name, [[UNKNOWN]]);
  }
}
