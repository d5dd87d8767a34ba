import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { UNKNOWN, harm, isDynamic } from '../call.ts';
import { readOptions } from '../options.ts';
import { joined } from '../words.ts';
import { unset } from './host.ts';

/** A shell whose script comes on standard input. */
function fed(call: Call, given: readonly Arg[] = []): Seen[] {
  const { stdin } = call;
  const seen: Seen[] = [];
  if (stdin.origin === 'remote') seen.push(harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' }));
  if (stdin.origin === 'decoded') seen.push(harm('SHELL_DECODE_EXECUTE', 'HIGH'));
  if (stdin.origin === 'computed') seen.push(harm('UNINSPECTABLE', 'HIGH', { inspected: false }));
  if (stdin.origin === 'file') seen.push(harm('SHELL_FILE_EXECUTE', 'MEDIUM'));
  if (stdin.text !== undefined) seen.push({ see: 'script', text: stdin.text, given: argumentsOf(given) });
  return seen;
}

const sh: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'oO', long: ['rcfile', 'init-file'], stop: true });
  const rc = options.value('rcfile', 'init-file');
  const seen: Seen[] =
    rc === undefined || rc.text === '/dev/null'
      ? []
      : rc.text.startsWith('/dev/fd/')
        ? [harm('UNINSPECTABLE', 'HIGH', { inspected: false })]
        : [{ see: 'path', path: rc, access: 'execute' }];
  if (options.has('c')) {
    const [text] = options.operands;
    // What it is to run arrives later.
    if (text === undefined) return call.complete ? seen : [...seen, harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
    return [...seen, ...script(text, options.operands.slice(1))];
  }
  const [file] = options.operands;
  if (options.has('s')) return [...seen, ...fed(call, options.operands)];
  if (file === undefined || file.text === '-') return [...seen, ...fed(call)];
  return [...seen, ...runsFile(file)];
};

/** `sh -c TEXT name a b`: the words after the text are its `$0`, `$1` … */
function script(text: Arg, rest: readonly Arg[]): Seen[] {
  if (text.text === UNKNOWN || (text.glob && text.text.includes(UNKNOWN))) return [harm('UNINSPECTABLE', 'HIGH', { inspected: false })];
  const [name, ...given] = rest;
  return [{ see: 'script', text: text.text, given: argumentsOf(name !== undefined && isDynamic(name) ? [name] : given) }];
}

/** What a script is called with; from an unknown word on, which may be several, nothing is known of it. */
function argumentsOf(given: readonly Arg[]): readonly string[] {
  const unknown = given.findIndex(isDynamic);
  const known = unknown < 0 ? given : given.slice(0, unknown);
  return [...known.map(({ text }) => text), ...(unknown < 0 ? [] : [UNKNOWN])];
}

function runsFile(file: Arg): Seen[] {
  if (file.text.startsWith('/dev/fd/') || file.text === '/dev/stdin') return [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { inspected: false })];
  return [{ see: 'path', path: file, access: 'execute' }];
}

const source: ProgramReader = (call) => {
  const [file] = call.args;
  if (file === undefined) return [];
  return isDynamic(file) && !/\.(sh|bash|zsh|env|fish)$|\/(activate|\.?[a-z]*rc|\.?profile)$/.test(file.text)
    ? [harm('UNINSPECTABLE', 'HIGH', { inspected: false })]
    : runsFile(file);
};

const evaluate: ProgramReader = (call) => {
  const text = joined(call.args);
  if (text.trim() !== UNKNOWN) return [{ see: 'script', text }];
  return [harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false })];
};

const alias: ProgramReader = (call) =>
  call.args.flatMap((arg) => {
    const equals = arg.text.indexOf('=');
    if (equals < 0 || arg.text.startsWith('-')) return [];
    const name = arg.text.slice(0, equals);
    const text = arg.text.slice(equals + 1);
    const trap: Seen[] = /^(sudo|su|doas|ssh|passwd|gpg)$/.test(name) && !text.startsWith(name) ? [harm('SHELL_SHADOW', 'HIGH')] : [];
    return [...trap, { see: 'script' as const, text }];
  });

const trap: ProgramReader = (call) => {
  const [text] = readOptions(call.args, { stop: true }).operands;
  return text === undefined || call.args.length < 2 || text.text === '-' || text.text === '' ? [] : [{ see: 'script', text: text.text }];
};

/** Text that Bash takes for arithmetic or for a name with a subscript. */
const again = (args: readonly Arg[]): Seen[] => args.filter(({ text }) => /[$`]/.test(text)).map(({ text }) => ({ see: 'again', text }));
const subscripts = (args: readonly Arg[]): Seen[] => again(args.filter(({ text }) => /^[A-Za-z_]\w*\[/.test(text)));
const names: ProgramReader = (call) => subscripts(call.args);
const testing: ProgramReader = (call) => again(call.args.filter((_, at) => /^-[vR]$/.test(call.args[at - 1]?.text ?? '')));

/** Builtins with an option whose value runs, with arguments of its own behind it: `mapfile -C`, `complete -C`, `compgen -C`. */
const called: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'CFAWGPSXoudnsOtc' });
  const expanded = call.bin === 'compgen' ? again(options.values('W')) : [];
  return [...expanded, ...options.values('C').map((arg): Seen => ({ see: 'script', text: `${arg.text} ${UNKNOWN}` })), ...subscripts(call.args)];
};

const exportAll: ProgramReader = (call) => [
  ...(call.args.some(({ text }) => /^-[a-zA-Z]*i/.test(text)) ? again(call.args) : subscripts(call.args)),
  ...assigned(call),
];

const assigned: ProgramReader = (call) =>
  call.args.flatMap((arg) => {
    const equals = arg.text.indexOf('=');
    return equals <= 0 ? [] : [{ see: 'env' as const, name: arg.text.slice(0, equals), value: arg.text.slice(equals + 1) }];
  });

const bind: ProgramReader = (call) => (call.args.some((arg) => arg.text === '-x') ? [harm('SHELL_HATCH', 'MEDIUM')] : []);
const enable: ProgramReader = (call) => (call.args.some((arg) => arg.text === '-f') ? [harm('SHELL_HATCH', 'HIGH')] : []);

export const SHELLS: ProgramTable = {
  sh,
  bash: sh,
  zsh: sh,
  dash: sh,
  ash: sh,
  ksh: sh,
  mksh: sh,
  fish: sh,
  csh: sh,
  tcsh: sh,
  rbash: sh,
  elvish: sh,
  nu: sh,
  xonsh: sh,
  source,
  '.': source,
  eval: evaluate,
  alias,
  trap,
  export: exportAll,
  declare: exportAll,
  typeset: exportAll,
  local: exportAll,
  readonly: exportAll,
  bind,
  enable,
  let: (call) => again(call.args),
  read: names,
  unset: (call) => [...subscripts(call.args), ...unset(call)],
  test: testing,
  '[': testing,
  printf: (call) => (call.args[0]?.text === '-v' ? subscripts(call.args) : []),
  mapfile: called,
  readarray: called,
  complete: called,
  compgen: called,
  fc: (call) =>
    readOptions(call.args, { short: 'e' })
      .values('e')
      .filter(({ text }) => text !== '-')
      .map((arg) => ({ see: 'script', text: arg.text })),
  cmd: (call) => {
    const at = call.args.findIndex((arg) => /^\/[ck]$/i.test(arg.text));
    return at < 0 ? [] : [{ see: 'code', language: 'cmd', text: joined(call.args.slice(at + 1)) }];
  },
};
