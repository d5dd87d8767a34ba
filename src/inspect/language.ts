import type { Language } from './shell/call.ts';

/** The language of code about to run, from the tool's words, else from the code's own look. */
export function languageOf(text: string, toolWords: readonly string[]): Language {
  const has = (...names: string[]): boolean => names.some((name) => toolWords.includes(name));
  if (has('javascript', 'js', 'node', 'nodejs', 'typescript', 'deno')) return 'node';
  if (has('ruby')) return 'ruby';
  if (has('perl')) return 'perl';
  if (has('php')) return 'php';
  if (has('lua')) return 'lua';
  if (has('python', 'python3', 'ipython', 'jupyter')) return 'python';
  return /\brequire\(|\bconst \w|=>\s*\{|console\.log/.test(text.slice(0, 4000)) ? 'node' : 'python';
}
