import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One copy of a package on disk. */
export interface Copy {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** Folders called `node_modules` are looked into this deep, and so many of them. */
const DEEPEST = 4;
const MOST_FOLDERS = 2_000;

/** Where the program's libraries may lie: where it was started, where its first file lies, also behind links, and what was named. */
export function startingPoints(named: string | undefined): readonly string[] {
  const script = process.argv[1];
  const folders = [named, attempt(() => process.cwd()), script === undefined ? undefined : dirname(script)];
  const real = script === undefined ? undefined : attempt(() => dirname(realpathSync(script)));
  return [...new Set([...folders, real].filter((folder) => folder !== undefined))];
}

/** Every `node_modules` that a file below one of these folders could load from, and those nested in packages, or beside them as pnpm lays them. */
export function moduleFolders(points: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (folder: string, depth: number): void => {
    const real = attempt(() => realpathSync(folder));
    if (real === undefined || found.has(real) || found.size >= MOST_FOLDERS || depth > DEEPEST) return;
    found.add(real);
    for (const inside of packagesIn(real)) visit(join(inside, 'node_modules'), depth + 1);
    for (const store of namesIn(join(real, '.pnpm'))) visit(join(real, '.pnpm', store, 'node_modules'), depth + 1);
  };
  for (const point of points) {
    for (const folder of createRequire(join(point, 'from.js')).resolve.paths('x') ?? []) visit(folder, 0);
  }
  return [...found];
}

function packagesIn(folder: string): readonly string[] {
  return namesIn(folder).flatMap((name) =>
    name.startsWith('@') ? namesIn(join(folder, name)).map((inner) => join(folder, name, inner)) : [join(folder, name)],
  );
}

function namesIn(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder).filter((name) => name !== '.bin')) ?? [];
}

/** Every copy of a package in these folders, each once. */
export function copiesOf(name: string, folders: readonly string[]): readonly Copy[] {
  const found = new Map<string, Copy>();
  for (const folder of folders) {
    const place = join(folder, ...name.split('/'));
    if (!existsSync(join(place, 'package.json'))) continue;
    const real = realpathSync(place);
    found.set(real, { name, version: versionOf(real), folder: real });
  }
  return [...found.values()];
}

/** Packages in these folders that name another one among those they need. */
export function dependantsOf(other: string, folders: readonly string[]): readonly Copy[] {
  const found = new Map<string, Copy>();
  for (const place of folders.flatMap(packagesIn)) {
    const manifest = manifestOf(place);
    const { dependencies = {}, peerDependencies = {} } = manifest;
    if (!(other in dependencies) && !(other in peerDependencies)) continue;
    const real = realpathSync(place);
    found.set(real, { name: manifest.name ?? '', version: manifest.version ?? '', folder: real });
  }
  return [...found.values()];
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const versionOf = (folder: string): string => manifestOf(folder).version ?? '';

function manifestOf(folder: string): Manifest {
  return attempt(() => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest) ?? {};
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
