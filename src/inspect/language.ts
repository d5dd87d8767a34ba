import type { Language } from './shell/call.ts';
import { looksLikePowerShell } from './windows/powershell.ts';

/** The language of code about to run, from the tool's words, else from the code's own look. */
export function languageOf(text: string, toolWords: readonly string[]): Language {
  const has = (...names: string[]): boolean => names.some((name) => toolWords.includes(name));
  if (isPowerShell(toolWords)) return 'powershell';
  if (has('javascript', 'js', 'node', 'nodejs', 'typescript', 'deno')) return 'node';
  if (has('ruby')) return 'ruby';
  if (has('perl')) return 'perl';
  if (has('php')) return 'php';
  if (has('lua')) return 'lua';
  if (has('python', 'python3', 'ipython', 'jupyter')) return 'python';
  return /\brequire\(|\bconst \w|=>\s*\{|console\.log/.test(text.slice(0, 4000)) ? 'node' : 'python';
}

/** `PowerShell` is two words of a name, `powershell` one. */
const isPowerShell = (words: readonly string[]): boolean => words.includes('pwsh') || words.join('').includes('powershell');

/** What a shell's tool speaks, where it is one of Windows: by its name, or by a text that is PowerShell beyond doubt. Undefined for any other. */
export function windowsOf(
  text: string,
  toolWords: readonly string[],
): { readonly language: 'powershell' | 'cmd'; readonly sure: boolean } | undefined {
  if (isPowerShell(toolWords)) return { language: 'powershell', sure: true };
  if (looksLikePowerShell(text)) return { language: 'powershell', sure: false };
  // Many a tool for Unix is called `cmd` too.
  if (
    toolWords.includes('cmd') &&
    !/\$\(|\$\{|\$[A-Z_]|\/(?:bin|etc|usr|dev|home|tmp|var)\/|(?:^|[\s;&|])(?:sudo|export|source|chmod|\.\/|rm\s+-|ls|grep|sed|awk|apt|bash|sh)(?:\s|\b)|[=\s]'|`/.test(
      text,
    )
  )
    return { language: 'cmd', sure: true };
  return undefined;
}
