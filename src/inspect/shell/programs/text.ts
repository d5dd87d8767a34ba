import type { Arg, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { readOptions } from '../options.ts';

/** Programs whose words are only words: what they mention does not happen. */
const mention: ProgramReader = () => [];

/** Programs whose operands are files they read. */
const reads: ProgramReader = (call) => readOptions(call.args, { short: 'ncdft' }).operands.map((path) => ({ see: 'path', path, access: 'read' }));

/** The first operand is a pattern or a script, the others are files. */
const pattern: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'f', long: ['from-file', 'arg', 'argjson', 'indent'] });
  const files = options.has('f', 'from-file') ? options.operands : options.operands.slice(1);
  const written = call.bin === 'yq' && options.has('i', 'inplace', 'in-place');
  return files.map((path) => ({ see: 'path', path, access: written ? 'write' : 'read' }));
};

const sed: ProgramReader = (call) => {
  // A suffix is part of `-i`, never another option.
  const args = call.args.map((arg) => (/^-[nErsz]*i[^=]/.test(arg.text) ? { ...arg, text: arg.text.slice(0, arg.text.indexOf('i') + 1) } : arg));
  const options = readOptions(args, { short: 'efl', long: ['expression', 'file', 'line-length'] });
  const given = options.values('e', 'expression');
  const scripts: readonly Arg[] = given.length > 0 || options.has('f', 'file') ? given : options.operands.slice(0, 1);
  const files = given.length > 0 || options.has('f', 'file') ? options.operands : options.operands.slice(1);
  const inPlace = options.has('i', 'in-place', 'I');
  const seen: Seen[] = files.map((path) => ({ see: 'path', path, access: inPlace ? 'write' : 'read' }));
  if (!options.has('sandbox')) for (const script of scripts) seen.push(...sedScript(script.text));
  return seen;
};

/** GNU sed's `e` command and `s///e` flag run a shell; `w` writes a file. */
function sedScript(script: string): Seen[] {
  const seen: Seen[] = [];
  for (const line of script.split(/[\n;]/)) {
    const command = line.trim().replace(/^(\d+|\$|\d+,(\d+|\$)|\/[^/]*\/)?!?\s*/, '');
    if (/^e(\s|$)/.test(command))
      seen.push(command.length > 2 ? { see: 'script', text: command.slice(1).trim() } : harm('SHELL_INPUT_EXECUTE', 'HIGH', { inspected: false }));
    if (/^[wW]\s+\S/.test(command)) seen.push({ see: 'path', path: { text: command.slice(1).trim(), glob: false }, access: 'write' });
    const delimiter = command.charAt(1);
    if (command.startsWith('s') && /[^\w\s\\]/.test(delimiter)) {
      const parts = command.slice(2).split(delimiter);
      const flags = parts.length >= 3 ? (parts.at(-1) ?? '') : '';
      if (/^[0-9gpiImM]*e[0-9gpiImM]*$/.test(flags))
        seen.push(harm('SHELL_INPUT_EXECUTE', 'HIGH', { inspected: false }), { see: 'script', text: parts.at(-2) ?? '' });
    }
  }
  return seen;
}

const sort: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'koStT', long: ['key', 'output', 'compress-program'] });
  const seen: Seen[] = options.operands.map((path) => ({ see: 'path', path, access: 'read' }));
  const program = options.value('compress-program');
  if (program !== undefined) seen.push({ see: 'script', text: program.text });
  const out = options.value('o', 'output');
  if (out !== undefined) seen.push({ see: 'path', path: out, access: 'write' });
  return seen;
};

export const TEXT: ProgramTable = {
  echo: mention,
  true: mention,
  false: mention,
  ':': mention,
  which: mention,
  whereis: mention,
  type: mention,
  hash: mention,
  apropos: mention,
  whatis: mention,
  tldr: mention,
  say: mention,
  figlet: mention,
  cowsay: mention,
  notify: mention,
  logger: mention,
  expr: mention,
  seq: mention,
  basename: mention,
  dirname: mention,
  ls: mention,
  stat: mention,
  file: mention,
  du: mention,
  df: mention,
  'ssh-keygen': mention,
  unalias: mention,
  ll: mention,
  tree: mention,
  exa: mention,
  eza: mention,
  lsd: mention,
  cat: reads,
  head: reads,
  tail: reads,
  tac: reads,
  nl: reads,
  bat: reads,
  strings: reads,
  xxd: reads,
  od: reads,
  hexdump: reads,
  base64: reads,
  base32: reads,
  cut: reads,
  paste: reads,
  rev: reads,
  fold: reads,
  diff: reads,
  cmp: reads,
  comm: reads,
  look: reads,
  jq: pattern,
  yq: pattern,
  sed,
  gsed: sed,
  sort,
  uniq: reads,
};
