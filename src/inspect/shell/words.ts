import type { Arg } from './call.ts';
import { UNKNOWN, isDynamic } from './call.ts';

/** The last component of a program's path, `.exe` and version numbers taken off where they do not change what it is. */
export function programName(word: string): string {
  const slash = Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\'));
  let name = word.slice(slash + 1);
  const lower = name.toLowerCase();
  for (const ending of ['.exe', '.cmd', '.bat', '.com']) if (lower.endsWith(ending)) name = name.slice(0, -ending.length);
  return name;
}

/** `python3.12` → `python`, `php8` → `php`; `sha256sum` stays. */
export function withoutVersion(name: string): string {
  const match = /^(python|pip|perl|ruby|php|lua|node|nodejs|gcc|clang|java|tclsh|pypy)-?[0-9][0-9.]*$/.exec(name);
  return match?.[1] ?? name;
}

/** The call as a person would read it: at most 120 characters, unknown parts as `…`, long random words masked. */
export function render(words: readonly Arg[]): string {
  let out = '';
  for (const { text } of words) {
    const shown = mask(text.length > 200 ? text.slice(0, 200) : text).replaceAll(UNKNOWN, '…');
    out += (out === '' ? '' : ' ') + shown;
    if (out.length > 120) return `${out.slice(0, 119)}…`;
  }
  return out;
}

/** Replaces every run of 20 or more letters and digits that mixes both: keys and tokens look like that, words do not. */
function mask(text: string): string {
  if (text.length < 20) return text;
  return text.replace(/[A-Za-z0-9_+-]{20,}/g, (run) => (/[0-9]/.test(run) && /[A-Za-z]/.test(run) ? '***' : run));
}

/** One text of several words, as `eval` and ssh join them. */
export function joined(args: readonly Arg[]): string {
  return args.map((arg) => arg.text).join(' ');
}

/** true when the whole word, or its last path component, is only known at run time. */
export function isUnknownProgram(arg: Arg): boolean {
  if (arg.glob) return true;
  if (!isDynamic(arg)) return false;
  const slash = arg.text.lastIndexOf('/');
  return slash < 0 || arg.text.slice(slash + 1) === '' || arg.text.slice(slash + 1).includes(UNKNOWN);
}
