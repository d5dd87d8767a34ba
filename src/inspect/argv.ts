import type { Json } from '../kernel/json.ts';
import { PLAIN_PROGRAMS } from './command/programs.ts';
import { quoteWord } from './quote-word.ts';
import { escapePointer } from './walk.ts';

/** A command given as words instead of a line. */
export interface Argv {
  readonly pointer: string;
  readonly line: string;
}

const PROGRAM = ['program', 'command', 'cmd', 'executable', 'exe', 'bin', 'binary', 'file'];
const ARGUMENTS = ['args', 'argv', 'arguments', 'params', 'parameters'];
const WORDS = /^(?:argv|args|arguments|command|commands|cmd|exec|cmdline|command_line|entrypoint)$/i;
const DEEPEST = 64;

/** Commands given as arrays (`["rm","-rf","/"]`) or as a program with its arguments, anywhere in the arguments. Linear. */
export function argvIn(root: Json, shellTool: boolean): Argv[] {
  const out: Argv[] = [];
  const stack: { value: Json; pointer: string; key: string; depth: number }[] = [{ value: root, pointer: '', key: '', depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { value, pointer, key, depth } = top;
    if (typeof value !== 'object' || value === null || depth > DEEPEST) continue;
    if (Array.isArray(value)) {
      const words = asWords(value as readonly Json[]);
      if (words !== undefined) {
        if (isCommand(words, WORDS.test(key) || shellTool)) out.push({ pointer, line: words.map(quoteWord).join(' ') });
        continue;
      }
      (value as readonly Json[]).forEach((inner, i) => stack.push({ value: inner, pointer: `${pointer}/${i}`, key, depth: depth + 1 }));
      continue;
    }
    const object = value as Readonly<Record<string, Json>>;
    const split = programWithArguments(object);
    if (split !== undefined) out.push({ pointer: `${pointer}/${escapePointer(split.key)}`, line: split.line });
    for (const [name, inner] of Object.entries(object))
      stack.push({ value: inner, pointer: `${pointer}/${escapePointer(name)}`, key: name, depth: depth + 1 });
  }
  return out;
}

function asWords(row: readonly Json[]): string[] | undefined {
  return row.length > 0 && row.every((item) => typeof item === 'string') ? [...(row as readonly string[])] : undefined;
}

/** A list of words is a command when its place says so, or when it starts with a program no list of values starts with. */
function isCommand(words: readonly string[], placed: boolean): boolean {
  const [first = ''] = words;
  const name = first.split('/').at(-1)?.toLowerCase() ?? '';
  if (/\s/.test(first)) return false;
  return words.length > 1 && (placed ? /^[\w./~-]+$/.test(first) : PLAIN_PROGRAMS.has(name) && words.slice(1).some((word) => /^[-/~.]/.test(word)));
}

function programWithArguments(object: Readonly<Record<string, Json>>): { readonly key: string; readonly line: string } | undefined {
  const key = PROGRAM.find((name) => typeof object[name] === 'string');
  const list = ARGUMENTS.find((name) => Array.isArray(object[name]) || typeof object[name] === 'string');
  if (key === undefined || list === undefined) return undefined;
  const program = String(object[key]);
  const rest = object[list];
  const words = Array.isArray(rest)
    ? (rest as readonly Json[]).filter((item) => typeof item === 'string' || typeof item === 'number').map((item) => quoteWord(String(item)))
    : [String(rest)];
  return { key, line: [program, ...words].join(' ') };
}
