import type { CommandFact } from '../../../../src/kernel/finding.ts';
import { readShell } from '../../../../src/inspect/shell/read-shell.ts';
import type { Started } from './recorder.ts';

/** Programs Bash started that the reading neither saw nor flagged. `flagged`: it said that it could not read all of the line. */
export function unseen(line: string, started: readonly Started[]): { readonly missed: readonly Started[]; readonly flagged: boolean } {
  const { commands, findings } = readShell(line, '');
  const flagged = findings.some(({ code, inspected }) => (code === 'UNINSPECTABLE' || code === 'SHELL_REMOTE_EXECUTE') && !inspected);
  return { missed: flagged ? [] : started.filter((one) => !commands.some((fact) => covers(fact, one))), flagged };
}

/** A fact covers what was started when the words agree; a part only the running shell knows stands for any words. */
function covers(fact: CommandFact, { name, args }: Started): boolean {
  if (fact.bin === '') return true;
  if (!fact.dynamic) return fact.bin === name && same(fact.argv.slice(1), args);
  return fact.bin === name && fits(fact.argv.slice(1), args);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

const OPEN = /[…*?[]/;

/** Whether known words stand in order among what was given, with unknown ones standing for any number of words. */
function fits(pattern: readonly string[], args: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return args.length === 0;
  if (OPEN.test(first)) return args.some((_, at) => fits(rest, args.slice(at))) || fits(rest, []);
  return args[0] === first && fits(rest, args.slice(1));
}
