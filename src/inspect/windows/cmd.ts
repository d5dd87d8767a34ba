import type { Seen } from '../shell/call.ts';
import { UNKNOWN, harm } from '../shell/call.ts';
import type { WindowsCall } from './call.ts';
import { bareName } from './call.ts';
import { writing } from './paths.ts';
import { PROGRAMS } from './programs.ts';

const MOST_CALLS = 2_000;
const MOST_DEPTH = 8;
const MOST_INSIDE = 32;

/** What a command line of cmd.exe would do. Total, linear. */
export function readCmd(text: string, depth = 0): readonly Seen[] {
  if (depth > MOST_DEPTH) return [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  const variables = new Map<string, string>();
  const seen: Seen[] = [];
  let before: WindowsCall | undefined;
  let count = 0;
  let listed = false;
  let printed = false;
  for (const { words, piped, targets } of commandsOf(text)) {
    count += 1;
    if (count > MOST_CALLS) return [...seen, harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
    // What stands in the brackets of `for` is a list, unless it is a command in quotes.
    const isList = listed && !(words[0] ?? '').startsWith("'");
    if (listed && !isList) printed = true;
    // `for /f %i in ('…') do %i`: whatever was printed runs.
    if (printed && words.length <= 2 && /^do$/i.test(words[0] ?? '') && /^%{1,2}~?[a-z]$/i.test(words[1] ?? ''))
      seen.push(harm('SHELL_DYNAMIC_COMMAND', 'HIGH', { inspected: false }));
    listed = words.at(-1)?.toLowerCase() === 'in';
    if (isList) continue;
    const filled = words.map((word) => substituted(word, variables));
    seen.push(...targets.filter((target) => !/^(?:nul|con|&\d)$/i.test(target)).flatMap((target) => writing(substituted(target, variables))));
    before = run(filled, piped ? before : undefined, { variables, seen, depth, inside: 0 });
  }
  return seen;
}

interface Command {
  readonly words: readonly string[];
  readonly piped: boolean;
  readonly targets: readonly string[];
}

interface Context {
  readonly variables: Map<string, string>;
  readonly seen: Seen[];
  readonly depth: number;
  /** Commands inside of commands: `if … for … do`. */
  readonly inside: number;
}

/** Splits at `&`, `|`, line ends and brackets; undoes carets and quotes. */
function commandsOf(text: string): Command[] {
  const out: Command[] = [];
  let words: string[] = [];
  let targets: string[] = [];
  let word: string | undefined;
  let quoted = false;
  let piped = false;
  let redirect = false;
  const endWord = (): void => {
    if (word !== undefined) (redirect ? targets : words).push(word);
    if (word !== undefined) redirect = false;
    word = undefined;
  };
  const endCommand = (next: boolean): void => {
    endWord();
    if (words.length > 0 || targets.length > 0) out.push({ words, piped, targets });
    words = [];
    targets = [];
    piped = next;
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"' || (quoted && char !== '\n')) {
      if (char === '"') quoted = !quoted;
      word = add(word, char);
    } else if (char === '^') {
      i += text.charAt(i + 1) === '\r' ? 2 : 1;
      if (text.charAt(i) !== '\n') word = add(word, text.charAt(i));
    } else if (char === '\n' || char === '&' || char === '|') {
      const twice = text.charAt(i + 1) === char;
      quoted = false;
      endCommand(char === '|' && !twice);
      if (twice) i += 1;
    } else if (isBracket(char, word, words[0] ?? '')) endCommand(false);
    else if (char === '>') {
      if (/^\d$/.test(word ?? '')) word = undefined;
      endWord();
      redirect = true;
    } else if (isBetween(char, word)) endWord();
    else word = add(word, char);
  }
  endCommand(false);
  return out;
}

const add = (word: string | undefined, char: string): string => (word ?? '') + char;

const isBracket = (char: string, word: string | undefined, first: string): boolean =>
  (char === ')' || (char === '(' && word === undefined)) && !/^(?:powershell|pwsh)/i.test(first);

const isBetween = (char: string, word: string | undefined): boolean => /\s/.test(char) || (/[,;=]/.test(char) && word === undefined);

/** Characters of the longest line that cmd.exe takes. */
const MOST_HELD = 8_191;

/** `%NAME%`, `%NAME:~1,2%`, `%NAME:a=b%` and `!NAME!` of what the text itself set. */
function substituted(word: string, variables: ReadonlyMap<string, string>): string {
  if (!word.includes('%') && !word.includes('!')) return word;
  let left = 4 * MOST_HELD;
  return word.replace(
    /[%!](\w{1,60})(?::~(-?\d{1,5})(?:,(-?\d{1,5}))?|:([^=%!]{1,60})=([^%!]{0,60}))?[%!]/g,
    (whole: string, ...groups: (string | undefined)[]) => {
      const [name = '', from, length, what, by] = groups;
      const value = variables.get(name.toLowerCase()) ?? (name.toLowerCase() === 'comspec' ? 'cmd' : undefined);
      if (value === undefined) return from === undefined ? whole : UNKNOWN;
      left -= value.length;
      if (left < 0) return UNKNOWN;
      if (what !== undefined) return value.replaceAll(what, by ?? '');
      if (from === undefined) return value;
      const start = Number(from) < 0 ? Math.max(0, value.length + Number(from)) : Number(from);
      const end = length === undefined ? undefined : Number(length) < 0 ? value.length + Number(length) : start + Number(length);
      return value.slice(start, end);
    },
  );
}

const unquoted = (word: string): string => word.replaceAll('"', '');

const deeper = (context: Context): Context => ({ ...context, inside: context.inside + 1 });

function assigned(args: readonly string[], variables: Map<string, string>): undefined {
  const text = unquoted(args.filter((arg) => !/^\/[ap]$/i.test(arg)).join(' '));
  const equals = text.indexOf('=');
  // A text can double a variable in every line; what is longer than any line of cmd.exe is unknown.
  if (equals > 0) variables.set(text.slice(0, equals).trim().toLowerCase(), text.length > MOST_HELD ? UNKNOWN : text.slice(equals + 1));
  return undefined;
}

/** `cmd /c "…"`; the text may stand against its option. */
function nested(args: readonly string[], depth: number): readonly Seen[] {
  const at = args.findIndex((arg) => /^\/[ckr]/i.test(arg));
  if (at < 0) return [];
  const text = [args[at]?.slice(2) ?? '', ...args.slice(at + 1)].join(' ').trim();
  return readCmd(text.replace(/^"([\s\S]*)"$/, '$1'), depth + 1);
}

/** Reads one command; what it hands on through a pipe. */
function run(words: readonly string[], before: WindowsCall | undefined, context: Context): WindowsCall | undefined {
  const { variables, seen, depth } = context;
  if (context.inside > MOST_INSIDE) {
    seen.push(harm('UNINSPECTABLE', 'HIGH', { inspected: false }));
    return undefined;
  }
  const [raw = '', ...rest] = words;
  // Options may stand against the name: `rd/s/q`; so may a path against `cd`.
  const glued = /^@*([A-Za-z]\w{0,30})(\/.*)$/.exec(raw);
  const head = glued === null ? unquoted(raw).replace(/^[@']+/, '') : (glued[1] ?? '');
  const args = [...(glued?.[2] === undefined ? [] : [glued[2]]), ...rest];
  const name = bareName(head);
  if (name === '') return args.length > 0 ? run(args, before, deeper(context)) : undefined;
  const again = inner(name, args);
  if (again !== undefined) return run(again, before, deeper(context));
  if (name === 'set') return assigned(args, variables);
  if (/^(?:echo|rem|title|cd|pushd|:.*)$/.test(name)) return { name, args, shell: 'cmd' };
  if (head.includes(UNKNOWN) || /^%\w+(?::|%)/.test(head)) {
    if (!/^%(?:programfiles|systemroot|windir|localappdata|java_home|vs\w*|python\w*|node\w*|~dp0)/i.test(head))
      seen.push(harm('SHELL_DYNAMIC_COMMAND', 'HIGH', { inspected: false }));
    return undefined;
  }
  const call: WindowsCall = { name, args: args.map(unquoted), before, shell: 'cmd' };
  if (name === 'cmd') {
    seen.push(...nested(args, depth));
    return call;
  }
  const reader = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  if (reader !== undefined) seen.push(...reader(call));
  else
    seen.push({
      see: 'argv',
      argv: [/[\\/]/.test(head) ? head : name, ...call.args].map((one) => ({ text: one, glob: false })),
      ...(before === undefined ? {} : { stdin: pipe(before) }),
    });
  return call;
}

const pipe = (before: WindowsCall): { readonly origin: 'remote' | 'computed' | 'static'; readonly secret: false; readonly text?: string } =>
  before.name === 'echo'
    ? { origin: 'static', secret: false, text: before.args.join(' ') }
    : { origin: /^(?:curl|wget|finger|nc|ncat)$/.test(before.name) ? 'remote' : 'static', secret: false };

/** The command behind `if`, `for … do`, `call`, `start`. */
function inner(name: string, args: readonly string[]): readonly string[] | undefined {
  switch (name) {
    case 'call':
      return args;
    case 'start': {
      const titled = args[0]?.startsWith('"') === true ? args.slice(1) : args;
      const at = titled.findIndex((arg) => !/^\/\w/.test(arg));
      return at < 0 ? [] : titled.slice(at);
    }
    case 'forfiles': {
      const at = args.findIndex((arg) => /^\/c$/i.test(arg));
      return at < 0
        ? []
        : unquoted(args[at + 1] ?? '')
            .split(/\s+/)
            .concat(args.slice(at + 2));
    }
    case 'for': {
      const at = args.findIndex((arg) => /^do$/i.test(arg));
      return at < 0 ? [] : args.slice(at + 1);
    }
    case 'do':
    case 'else':
    case 'in':
      return name === 'in' ? undefined : args;
    case 'if': {
      const words = args.filter((arg) => !/^(?:\/i|not)$/i.test(arg));
      const skip = /^(?:exist|defined|errorlevel|cmdextversion)$/i.test(words[0] ?? '')
        ? 2
        : /^(?:==|equ|neq|lss|leq|gtr|geq)$/i.test(words[1] ?? '')
          ? 3
          : 1;
      return words.slice(skip);
    }
    default:
      return undefined;
  }
}
