import type { Json } from '../wire.ts';

type Members = Record<string, Json>;

/** Where a path leads in a value, made on the way. */
export interface Place {
  get(): Json | undefined;
  set(value: Json): void;
}

/** Of RFC 9535 what Gemini writes: `$.name`, `$['name']`, `$[0]`. Null for anything else, and for names that mean something to the language. */
export function atPath(root: Members, path: string): Place | null {
  const steps = stepsOf(path);
  const last = steps?.pop();
  if (steps === null || last === undefined) return null;
  let at: Members | Json[] = root;
  for (const [n, step] of steps.entries()) {
    const next = steps[n + 1] ?? last;
    let inner: Json | undefined = read(at, step);
    if (typeof inner !== 'object' || inner === null) write(at, step, (inner = typeof next === 'number' ? [] : {}));
    at = inner as Members | Json[];
  }
  return { get: () => read(at, last), set: (value) => write(at, last, value) };
}

function read(at: Members | Json[], step: string | number): Json | undefined {
  return Object.hasOwn(at, step) ? (at as Members)[step] : undefined;
}

function write(at: Members | Json[], step: string | number, value: Json): void {
  Object.defineProperty(at, step, { value, writable: true, enumerable: true, configurable: true });
}

/** A list is made no longer than this by a number in a path. */
const MOST_ITEMS = 10_000;

function stepsOf(path: string): (string | number)[] | null {
  if (!path.startsWith('$')) return null;
  const steps: (string | number)[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const dotted = /^\.([^.[\]]+)/.exec(rest);
    const numbered = /^\[(\d{1,5})\]/.exec(rest);
    const quoted = /^\[(?:'([^'\\]*)'|"([^"\\]*)")\]/.exec(rest);
    const found = dotted ?? numbered ?? quoted;
    if (found === null) return null;
    const index = Number(numbered?.[1] ?? 0);
    if (index > MOST_ITEMS) return null;
    steps.push(numbered === null ? (found[1] ?? found[2] ?? '') : index);
    rest = rest.slice(found[0].length);
  }
  return steps;
}
