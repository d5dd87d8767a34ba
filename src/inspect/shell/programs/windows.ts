import { bareName } from '../../windows/call.ts';
import { CMDLETS } from '../../windows/cmdlets.ts';
import { PROGRAMS } from '../../windows/programs.ts';
import type { WindowsReader } from '../../windows/programs.ts';
import type { ProgramReader, ProgramTable } from '../call.ts';
import { harm } from '../call.ts';
import { deletion } from './files.ts';

/** `del`, `rd`: options are `/s`, `/q`; `/s` takes the tree. */
const del: ProgramReader = (call) => {
  const flags = call.args.filter((arg) => /^\/[a-z]$/i.test(arg.text)).map((arg) => arg.text.toLowerCase());
  const paths = call.args.filter((arg) => !/^\/[a-z]$/i.test(arg.text));
  return paths.flatMap((path) => deletion(path, { recursive: flags.includes('/s'), force: flags.includes('/q'), at: call.at }));
};

/** PowerShell's `Remove-Item`; parameters may be cut short. */
const removeItem: ProgramReader = (call) => {
  const says = (name: string): boolean => call.args.some((arg) => arg.text.length > 2 && name.startsWith(arg.text.toLowerCase()));
  const paths = call.args.filter((arg) => !arg.text.startsWith('-'));
  return says('-whatif') ? [] : paths.flatMap((path) => deletion(path, { recursive: says('-recurse'), force: says('-force'), at: call.at }));
};

const invokes: ProgramReader = (call) => [
  harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false }),
  { see: 'code', language: 'powershell', text: call.args.map((arg) => arg.text).join(' ') },
];

/** Elixir's shell has the name of PowerShell's abbreviation; its options and scripts are its own. */
const iex: ProgramReader = (call) =>
  call.args.length === 0 || call.args.some(({ text }) => /^(?:-S|--sname|--name|--cookie|--remsh|--dbg|--version|--help)$|\.exs?$/.test(text))
    ? []
    : invokes(call);

/** Names that mean another program where Bash is the shell. */
const OTHERS = new Set('at more type expand format copy move ren rmdir rm net finger shutdown xcopy hh manage'.split(' '));

const adapted =
  (reader: WindowsReader): ProgramReader =>
  (call) =>
    reader({ name: bareName(call.bin), args: call.args.map((arg) => arg.text), shell: 'cmd' });

const programs = Object.entries(PROGRAMS)
  .filter(([name]) => !OTHERS.has(name))
  .map(([name, reader]) => [name, adapted(reader)] as const);

/** `Remove-Item` is written in the case of its documentation. */
const cmdlets = Object.entries(CMDLETS).map(
  ([name, reader]) => [name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()), adapted(reader)] as const,
);

export const WINDOWS: ProgramTable = {
  ...Object.fromEntries(cmdlets),
  ...Object.fromEntries(programs),
  del,
  erase: del,
  rd: del,
  'Remove-Item': removeItem,
  ri: removeItem,
  'Invoke-Expression': invokes,
  iex,
};
