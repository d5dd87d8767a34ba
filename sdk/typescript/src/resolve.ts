import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Conditions {
  readonly [condition: string]: string | Conditions | null;
}

/**
 * Every live instance of a package that the agent could hold: the one `require` gives and the one `import` gives are
 * different objects where a package ships both. Node 20.19 and later loads an ES module synchronously, and share it with `import`.
 */
export function instancesOf(require: NodeJS.Require, specifier: string): readonly object[] {
  const files = new Set<string>();
  const main = attempt(() => require.resolve(specifier));
  if (main !== undefined) files.add(main);
  const esm = importTarget(require, specifier);
  if (esm !== undefined) files.add(esm);
  return [...files].flatMap((file) => attempt(() => require(file) as object) ?? []);
}

/** The file that `import` would load, read from the package's own `exports`. */
function importTarget(require: NodeJS.Require, specifier: string): string | undefined {
  const [name, subpath] = split(specifier);
  for (const folder of require.resolve.paths(specifier) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (!existsSync(manifest)) continue;
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: Conditions | string };
    if (exports === undefined || typeof exports === 'string') return undefined;
    const entry = exports[subpath] ?? (subpath === '.' ? exports : undefined);
    const file = entry === undefined || entry === null ? undefined : pick(entry);
    return file === undefined ? undefined : join(dirname(manifest), file);
  }
  return undefined;
}

function split(specifier: string): readonly [name: string, subpath: string] {
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const rest = specifier.slice(name.length);
  return [name, rest === '' ? '.' : `.${rest}`];
}

/** First matching condition wins, as Node does it. */
function pick(entry: string | Conditions): string | undefined {
  if (typeof entry === 'string') return entry;
  for (const [condition, value] of Object.entries(entry)) {
    if (value === null || !['import', 'node', 'module-sync', 'default'].includes(condition)) continue;
    const file = pick(value);
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
