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

const stops: ProgramReader = () => [harm('SHELL_HOST_STOP', 'HIGH', { operation: 'admin' })];
const formats: ProgramReader = () => [harm('SHELL_FORMAT', 'HIGH', { operation: 'delete', category: 'file' })];
const invokes: ProgramReader = (call) => [
  harm('SHELL_EVAL_COMPUTED', 'HIGH', { inspected: false }),
  { see: 'code', language: 'powershell', text: call.args.map((arg) => arg.text).join(' ') },
];

/** Windows' own programs that fetch or run code from elsewhere (the LOLBAS class). */
const borrowed: ProgramReader = (call) =>
  call.args.some((arg) => /https?:|^[-/]urlcache$|^[-/](decode|transfer)$|javascript:|scrobj/i.test(arg.text))
    ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })]
    : [];

export const WINDOWS: ProgramTable = {
  certutil: borrowed,
  mshta: borrowed,
  bitsadmin: borrowed,
  regsvr32: borrowed,
  rundll32: borrowed,
  msiexec: borrowed,
  wmic: borrowed,
  cscript: borrowed,
  del,
  erase: del,
  rd: del,
  'Remove-Item': removeItem,
  ri: removeItem,
  'Stop-Computer': stops,
  'Restart-Computer': stops,
  'Format-Volume': formats,
  'Clear-Disk': formats,
  'Invoke-Expression': invokes,
  iex: invokes,
};
