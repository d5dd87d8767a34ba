import type { Arg } from './call.ts';

/** Options and operands of one call, read the way getopt_long(3) permutes them. */
export interface Options {
  /** `-x` and `--long` by name, without dashes, with the value where one was attached or taken. */
  readonly named: ReadonlyMap<string, readonly Arg[]>;
  readonly operands: readonly Arg[];
  has(...names: string[]): boolean;
  value(...names: string[]): Arg | undefined;
  values(...names: string[]): readonly Arg[];
}

/** Which options swallow the next word: short letters in `short`, long names in `long`; `stop` ends options at the first operand. */
export interface OptionSpec {
  readonly short?: string;
  readonly long?: readonly string[];
  readonly stop?: boolean;
}

const NONE: Arg = { text: '', glob: false };

/** Total: unknown options are flags. Linear in the words. */
export function readOptions(args: readonly Arg[], spec: OptionSpec = {}): Options {
  const named = new Map<string, Arg[]>();
  const operands: Arg[] = [];
  const add = (name: string, value: Arg): void => {
    const list = named.get(name);
    if (list === undefined) named.set(name, [value]);
    else list.push(value);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? NONE;
    const text = arg.text;
    if (text === '--') {
      for (const rest of args.slice(i + 1)) operands.push(rest);
      break;
    }
    if (!text.startsWith('-') || text === '-') {
      operands.push(arg);
      if (spec.stop === true) {
        for (const rest of args.slice(i + 1)) operands.push(rest);
        break;
      }
      continue;
    }
    i += text.startsWith('--') ? readLong(arg, args[i + 1], { spec, add }) : readShort(arg, args[i + 1], { spec, add });
  }
  return finish(named, operands);
}

interface Sink {
  readonly spec: OptionSpec;
  readonly add: (name: string, value: Arg) => void;
}

/** How many following words were swallowed. */
function readLong(arg: Arg, next: Arg | undefined, { spec, add }: Sink): number {
  const equals = arg.text.indexOf('=');
  const name = equals < 0 ? arg.text.slice(2) : arg.text.slice(2, equals);
  if (equals >= 0) {
    add(name, { ...arg, text: arg.text.slice(equals + 1) });
    return 0;
  }
  if (spec.long?.includes(name) === true && next !== undefined) {
    add(name, next);
    return 1;
  }
  add(name, NONE);
  return 0;
}

function readShort(arg: Arg, next: Arg | undefined, { spec, add }: Sink): number {
  const letters = arg.text;
  for (let j = 1; j < letters.length; j++) {
    const letter = letters.charAt(j);
    if (spec.short?.includes(letter) === true) {
      if (j + 1 < letters.length) {
        add(letter, { ...arg, text: letters.slice(j + 1) });
        return 0;
      }
      add(letter, next ?? NONE);
      return next === undefined ? 0 : 1;
    }
    add(letter, NONE);
  }
  return 0;
}

function finish(named: ReadonlyMap<string, readonly Arg[]>, operands: readonly Arg[]): Options {
  const values = (...names: string[]): readonly Arg[] => names.flatMap((name) => named.get(name) ?? []);
  return {
    named,
    operands,
    has: (...names) => names.some((name) => named.has(name)),
    value: (...names) => values(...names)[0],
    values,
  };
}

/** `--dry-run`, `--what-if` and their kin, unless switched off by `=none` or `=false`; only words before `--` count. */
export function isDryRun(args: readonly Arg[]): boolean {
  let dry = false;
  for (const { text } of args) {
    if (text === '--') return dry;
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!DRY.has(name.toLowerCase())) continue;
    // The last one said holds.
    dry = equals < 0 || !OFF.has(text.slice(equals + 1).toLowerCase());
  }
  return dry;
}

/** Asks for help or a version and does nothing else. */
export function isHelp(args: readonly Arg[]): boolean {
  for (const { text } of args) {
    if (text === '--') return false;
    if (text === '--help' || text === '-help') return true;
  }
  if (args.at(-1)?.text === '--version') return true;
  const first = args[0]?.text;
  return first === 'help' || ((first === '-h' || first === '-V') && args.length === 1);
}

const DRY = new Set([
  '--dry-run',
  '--dryrun',
  '--dry_run',
  '--what-if',
  '--whatif',
  '-whatif',
  '-dry-run',
  '--just-print',
  '--simulate',
  '--no-execute',
  '--preview',
]);
const OFF = new Set(['none', 'false', '0', 'no', 'off']);
