import { skeleton } from '../unicode/confusable.ts';
import type { Arg } from './call.ts';

const NOT_ASCII = /[^\u0000-\u007f]/;
const DASHES = /^[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00ad]+/;
const SLASHES = /[\u2044\u2215\u29f8\uff0f]/g;
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/** The name of the program that a person reads: look-alike letters, invisible characters and capitals taken off where that makes it a known one. */
export function readName(name: string, isKnown: (name: string) => boolean): string {
  if (isKnown(name)) return name;
  const read = NOT_ASCII.test(name) ? skeleton(name.normalize('NFKC')).replace(UNSEEN, '') : name;
  if (isKnown(read)) return read;
  const lower = read.toLowerCase();
  return isKnown(lower) ? lower : name;
}

/** An option or a path as a person reads it: dashes and slashes that only look like one. */
export function readAs(arg: Arg): Arg {
  if (!NOT_ASCII.test(arg.text)) return arg;
  const text = arg.text.replace(DASHES, (dashes) => (dashes.length > 1 ? '--' : '-')).replace(SLASHES, '/');
  return text === arg.text ? arg : { ...arg, text };
}
