import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { CYCLES, LOOSE, ROOMS, roomTable } from './rooms.ts';

const files = globSync('src/**/*.ts').toSorted();

/** Relative imports of a file, types and dynamic ones included, as paths from the root. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*'(\.[^']+)'/g)].map((match) => normalize(join(dirname(file), match[1] ?? '')));
  return [...new Set(found)];
}

const graph = new Map(files.map((file) => [file, importsOf(file)]));

/** `src/intercept/mcp/relay.ts` → `intercept/mcp`; what lies loose in `src` or outside of it is told by its first folder or its name. */
function roomOf(path: string): string {
  const [first = '', second = '', third] = path.split('/');
  if (first !== 'src') return first;
  if (third === undefined) return second;
  return second === 'intercept' ? `intercept/${third}` : second;
}

test('every file of src lies in a room, and nothing loose but errors, ports and version', () => {
  const names: ReadonlySet<string> = new Set([...ROOMS.map(({ name }) => name), ...LOOSE]);
  assert.deepEqual(
    files.filter((file) => !names.has(roomOf(file))),
    [],
  );
  assert.deepEqual(
    ROOMS.filter(({ name }) => !existsSync(`src/${name}`)),
    [],
    'rooms that are not there',
  );
});

test('the walls of the house stand: a room imports only what its entry names', () => {
  const breaches: string[] = [];
  const used = new Map<string, Set<string>>();
  for (const [file, targets] of graph) {
    const from = roomOf(file);
    const room = ROOMS.find(({ name }) => name === from);
    for (const target of targets) {
      const to = roomOf(target);
      if (to === from) continue;
      used.set(from, (used.get(from) ?? new Set()).add(to));
      const loose = (LOOSE as readonly string[]).includes(to) && from !== 'kernel';
      const packaged = file === 'src/version.ts' && target === 'package.json';
      const typed = file === 'src/ports.ts' && to === 'kernel';
      if (!loose && !packaged && !typed && room?.may.includes(to) !== true)
        breaches.push(`${file} imports ${target}: ${room?.because ?? 'it lies loose'}`);
    }
  }
  assert.deepEqual(breaches, []);
  // A door in a wall that nobody uses is no wall.
  const unused = ROOMS.flatMap(({ name, may }) => may.filter((one) => used.get(name)?.has(one) !== true).map((one) => `${name} → ${one}`));
  assert.deepEqual(unused, []);
});

test('the table of ARCHITECTURE.md is the one the walls are held to', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8');
  const rows = (table: string): readonly string[] =>
    table
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.replaceAll(/\s+/g, ' ').replaceAll(/-+/g, '-'));
  const between = /<!-- rooms -->([\s\S]*?)<!-- \/rooms -->/.exec(text)?.[1] ?? '';
  assert.deepEqual(rows(between), rows(roomTable()), `put this between the marks:\n${roomTable()}`);
});

/** Tarjan: the sets of files that reach each other. */
function cycles(): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.toSorted());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found.toSorted((a, b) => b.length - a.length);
}

test('no files import each other in a circle, types included', () => {
  const known = CYCLES.map(({ files: named }) => JSON.stringify([...named].toSorted()));
  const standing = cycles().map((group) => JSON.stringify(group));
  assert.deepEqual(
    standing.filter((group) => !known.includes(group)),
    [],
  );
  assert.deepEqual(
    known.filter((group) => !standing.includes(group)),
    [],
    'named but gone',
  );
});

test('kernel, inspect and policy read no clock, no randomness and no outside world', () => {
  const banned =
    /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|process\.env|setTimeout|setInterval|node:fs|node:net|node:http|node:child_process)\b/;
  const breaches = globSync(['src/kernel/**/*.ts', 'src/inspect/**/*.ts', 'src/policy/**/*.ts']).flatMap((file) => {
    const hit = banned.exec(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''));
    return hit === null ? [] : [`${file}: ${hit[0]}`];
  });
  assert.deepEqual(breaches, []);
});

test('no room is a drawer', () => {
  const drawers = globSync('{src,sdk,bench,eval,examples}/**/*.ts').filter(
    (file) => /(?:^|\/)(?:utils?|helpers?|common|shared|misc|manager|service|support)(?:\.ts|\/)/.test(file) && !file.includes('node_modules'),
  );
  assert.deepEqual(drawers, []);
});

test('the TypeScript SDK asks over the wire and imports nothing of src', () => {
  const breaches = globSync('sdk/typescript/src/**/*.ts').flatMap((file) =>
    importsOf(file)
      .filter((target) => relative('sdk/typescript', target).startsWith('..'))
      .map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual(breaches, []);
});

test('the page of the dashboard is a client of the API: it imports nothing of src, and makes no markup out of text', () => {
  const pages = globSync('cockpit/src/**/*.{ts,tsx}');
  assert.ok(pages.length > 20);
  const outside = pages.flatMap((file) => importsOf(file).filter((target) => !target.startsWith('cockpit/src/')));
  assert.deepEqual(outside, []);
  const markup = /dangerouslySetInnerHTML|\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function/;
  assert.deepEqual(
    pages.filter((file) => markup.test(readFileSync(file, 'utf8'))),
    [],
  );
});
