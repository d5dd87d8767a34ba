import type { Language, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { launched } from '../../windows/powershell.ts';
import { readOptions } from '../options.ts';
import type { OptionSpec } from '../options.ts';

interface Interpreter {
  readonly language: Language;
  readonly spec: OptionSpec;
  /** Options whose value is code. */
  readonly code: readonly string[];
  /** Options that load a module or file first. */
  readonly load?: readonly string[];
  /** `-i` writes the files it is given. */
  readonly inPlace?: boolean;
}

function interpreter(how: Interpreter): ProgramReader {
  return (call) => {
    const options = readOptions(call.args, { ...how.spec, stop: true });
    const seen: Seen[] = options.values(...how.code).map((arg) => ({ see: 'code', language: how.language, text: arg.text }));
    const [script] = options.operands;
    if (seen.length > 0) {
      const inPlace = how.inPlace === true && call.args.some(({ text }) => /^-[a-zA-Z0]*i/.test(text));
      return inPlace ? [...seen, ...options.operands.map((path): Seen => ({ see: 'path', path, access: 'write' }))] : seen;
    }
    if (script !== undefined && script.text !== '-') {
      if (script.text.startsWith('/dev/fd/') || script.text === '/dev/stdin')
        return [...seen, harm('SHELL_REMOTE_EXECUTE', 'HIGH', { inspected: false }), ...piped(how.language, call)];
      const framework: Seen[] = /(^|\/)(manage\.py|artisan|rails|rake|bin\/console)$/.test(script.text)
        ? [{ see: 'argv', argv: options.operands }]
        : [];
      return [{ see: 'path', path: script, access: 'execute' }, ...framework];
    }
    return options.has('m', 'V', 'v', 'version', 'help', 'h') ? seen : piped(how.language, call);
  };
}

function piped(language: Language, call: Parameters<ProgramReader>[0]): Seen[] {
  if (call.stdin.text !== undefined) {
    const hidden: Seen[] =
      call.stdin.origin === 'decoded'
        ? [harm('SHELL_DECODE_EXECUTE', 'HIGH')]
        : call.stdin.origin === 'remote'
          ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })]
          : [];
    return [...hidden, { see: 'code', language, text: call.stdin.text }];
  }
  switch (call.stdin.origin) {
    case 'remote':
      return [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })];
    case 'decoded':
      return [harm('SHELL_DECODE_EXECUTE', 'HIGH')];
    default:
      return [];
  }
}

const python = interpreter({ language: 'python', spec: { short: 'cWXm', long: ['check-hash-based-pycs'] }, code: ['c'] });

/** `python -m http.server` and `-m pip uninstall` are modules with a command line of their own. */
const pythonModule: ProgramReader = (call) => {
  const at = call.args.findIndex((arg) => arg.text === '-m');
  const module = at < 0 ? undefined : call.args[at + 1];
  if (module === undefined || call.args.slice(0, at).some((arg) => !arg.text.startsWith('-'))) return python(call);
  if (module.text === 'timeit' || module.text === 'pdb') return [];
  return [{ see: 'argv', argv: call.args.slice(at + 1) }];
};

const node = interpreter({
  language: 'node',
  spec: { short: 'epr', long: ['eval', 'print', 'require', 'import', 'loader', 'input-type'] },
  code: ['e', 'eval', 'p', 'print', 'pe'],
});
const perl = interpreter({ language: 'perl', spec: { short: 'eEIMmC' }, code: ['e', 'E'], inPlace: true });
const ruby = interpreter({ language: 'ruby', spec: { short: 'eIrC' }, code: ['e'], inPlace: true });
const php = interpreter({
  language: 'php',
  spec: { short: 'rBRECdcfzt', long: ['run', 'process-begin', 'process-code', 'process-end', 'define', 'file'] },
  code: ['r', 'B', 'R', 'E', 'run', 'process-code'],
});
const lua = interpreter({ language: 'lua', spec: { short: 'el' }, code: ['e'] });
const rscript = interpreter({ language: 'r', spec: { short: 'e' }, code: ['e'] });
const powershell: ProgramReader = (call) => {
  const words = call.args.map((arg) => arg.text);
  const fed = call.stdin.text === undefined ? [] : piped('powershell', call);
  const text = words.slice(words.findIndex((word) => /^[-/]c/i.test(word)) + 1).join(' ');
  // Plain words are the same command in both languages.
  const plain: Seen[] =
    words.length > 1 && /^[\w ./~*-]+$/.test(text) && !/^[a-z]+-[a-z]/i.test(text) && !/(?:^|\s)\/[a-z]{1,2}(?:\s|$)/i.test(text)
      ? [{ see: 'script', text }]
      : [];
  return [
    ...launched(words, 0),
    ...fed,
    ...(call.stdin.origin === 'remote' ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })] : []),
    ...plain,
  ];
};

const awk: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'Fvfe', long: ['field-separator', 'assign', 'file', 'source'], stop: true });
  const given = options.values('e', 'source');
  const program = given.length > 0 ? given : options.has('f', 'file') ? [] : options.operands.slice(0, 1);
  const files = given.length > 0 || options.has('f', 'file') ? options.operands : options.operands.slice(1);
  const seen: Seen[] = program.map((arg) => ({ see: 'code', language: 'awk', text: arg.text }));
  for (const { text } of program)
    for (const match of text.matchAll(/>>?\s{0,4}"([^"]{1,400})"/g))
      seen.push({ see: 'path', path: { text: match[1] ?? '', glob: false }, access: 'write' });
  if (call.args.some(({ text }, at) => text === 'inplace' && /^-i?$/.test(call.args[at - 1]?.text ?? '')))
    for (const path of files) seen.push({ see: 'path', path, access: 'write' });
  for (const path of files) if (!path.text.includes('=')) seen.push({ see: 'path', path, access: 'read' });
  return seen;
};

const expect = interpreter({ language: 'lua', spec: { short: 'c' }, code: ['c'] });
const spawned: ProgramReader = (call) =>
  readOptions(call.args, { short: 'c' })
    .values('c')
    .flatMap(({ text }) => text.split(/[\n;]/))
    .flatMap((line): Seen[] => {
      const started = /^\s*(?:spawn|exec|system)\s+(?:-\w+\s+)*(.+)$/.exec(line)?.[1];
      return started === undefined ? [] : [{ see: 'script', text: started }];
    });

const dotcode = (language: Language): ProgramReader =>
  interpreter({ language, spec: { short: 'ec', long: ['eval', 'command'] }, code: ['e', 'eval', 'c', 'command'] });

export const INTERPRETERS: ProgramTable = {
  python: pythonModule,
  python3: pythonModule,
  python2: pythonModule,
  pypy: pythonModule,
  pypy3: pythonModule,
  ipython: pythonModule,
  jython: pythonModule,
  node,
  nodejs: node,
  'ts-node': node,
  tsx: node,
  perl,
  ruby,
  irb: ruby,
  jruby: ruby,
  php,
  'php-cli': php,
  lua,
  luajit: lua,
  Rscript: rscript,
  pwsh: powershell,
  powershell,
  awk,
  gawk: awk,
  mawk: awk,
  nawk: awk,
  tclsh: dotcode('lua'),
  julia: dotcode('ruby'),
  elixir: dotcode('ruby'),
  groovy: dotcode('ruby'),
  osascript: dotcode('ruby'),
  erl: dotcode('ruby'),
  expect: (call) => [...expect(call), ...spawned(call)],
  'gitlab-rails': (call) => [
    {
      see: 'code',
      language: 'ruby',
      text: call.args
        .slice(1)
        .map((arg) => arg.text)
        .join(' '),
    },
  ],
};
