/** One command of Windows, whichever shell it stands in. */
export interface WindowsCall {
  /** Lower case, without its folder and ending; PowerShell's aliases written out. */
  readonly name: string;
  /** Words behind it; what only the running shell knows is `UNKNOWN`. */
  readonly args: readonly string[];
  /** The command before it in a pipe. */
  readonly before?: WindowsCall | undefined;
  readonly shell: 'powershell' | 'cmd';
}

/** `C:\Windows\System32\cmd.exe` is `cmd`. */
export function bareName(word: string): string {
  const last = word.slice(Math.max(word.lastIndexOf('\\'), word.lastIndexOf('/')) + 1);
  return last.toLowerCase().replace(/\.(?:exe|com|bat|cmd|msc)$/, '');
}

/** The value of a parameter, which PowerShell lets be cut short: `-Recurse`, `-rec`, `-r`. Switches give ''. */
export function parameter(args: readonly string[], name: string, least = 2): string | undefined {
  for (const [i, arg] of args.entries()) {
    const match = /^[-–—―/]([A-Za-z]+)(?::(.*))?$/s.exec(arg);
    const given = match?.[1]?.toLowerCase() ?? '';
    if (given.length < least - 1 || given === '' || !name.toLowerCase().startsWith(given)) continue;
    if (match?.[2] !== undefined && match[2] !== '') return match[2];
    const next = args[i + 1];
    return next === undefined || /^[-–—―][A-Za-z]/.test(next) ? '' : next;
  }
  return undefined;
}

export const flags = (args: readonly string[]): string => args.join(' ').toLowerCase();
