import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Conditions {
  readonly [condition: string]: Entry;
}
type Entry = string | Conditions | null;

interface Manifest {
  readonly main?: string;
  readonly exports?: Entry;
}

const IMPORT: ReadonlySet<string> = new Set(['import', 'node', 'module-sync', 'default']);
const REQUIRE: ReadonlySet<string> = new Set(['require', 'node', 'module-sync', 'default']);

/**
 * Every live instance of a package in a folder that the agent could hold: the one `require` gives and the one `import` gives are
 * different objects where a package ships both. Node 20.19 and later loads an ES module synchronously, and share it with `import`.
 */
export function instancesIn(folder: string, subpath: string): readonly object[] {
  const require = createRequire(join(folder, 'from.js'));
  return entriesIn(folder, subpath).flatMap((file) => attempt(() => require(file) as object) ?? []);
}

/** The files that `import` and `require` of the package, or of a subpath of it, load. */
function entriesIn(folder: string, subpath: string): readonly string[] {
  const manifest = attempt(() => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest) ?? {};
  const { exports, main = 'index.js' } = manifest;
  if (exports === undefined || exports === null) return [join(folder, subpath === '' ? main : subpath)].filter(existsSync);
  const entry = entryOf(exports, subpath === '' ? '.' : `./${subpath}`);
  const files = [IMPORT, REQUIRE].flatMap((conditions) => pick(entry?.entry, conditions) ?? []);
  return [...new Set(files)].map((file) => join(folder, file.replaceAll('*', entry?.star ?? '')));
}

/** Exactly named, or by a pattern with one star, as Node reads `exports`. */
function entryOf(exports: string | Conditions, subpath: string): { readonly entry: Entry; readonly star: string } | null {
  const named = typeof exports === 'string' || !Object.keys(exports).some((key) => key.startsWith('.')) ? { '.': exports } : exports;
  const exact = named[subpath];
  if (exact !== undefined) return { entry: exact, star: '' };
  for (const [pattern, entry] of Object.entries(named)) {
    const [before = '', after] = pattern.split('*');
    if (after === undefined || !subpath.startsWith(before) || !subpath.endsWith(after)) continue;
    return { entry, star: subpath.slice(before.length, subpath.length - after.length) };
  }
  return null;
}

/** First matching condition wins, as Node does it. */
function pick(entry: Entry | undefined, conditions: ReadonlySet<string>): string | undefined {
  if (typeof entry === 'string') return entry;
  for (const [condition, value] of Object.entries(entry ?? {})) {
    if (value === null || !conditions.has(condition)) continue;
    const file = pick(value, conditions);
    if (file !== undefined) return file;
  }
  return undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
