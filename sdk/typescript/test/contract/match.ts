import assert from 'node:assert/strict';

/** What the names of a case stand for, as they were first seen. */
export type Names = Map<string, string>;

const NAME = /^\$[A-Z]+$/;
const CONTAINS = '$CONTAINS:';

/** Null when it fits; else the first place that does not. Names bind to what they meet; of two names each binds to another text. */
export function misfit(wanted: unknown, found: unknown, names: Names, at = ''): string | null {
  if (typeof wanted === 'string' && wanted.startsWith('$')) return misfitWord(wanted, found, names, at);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return `${at}: ${show(found)} is no list of ${String(wanted.length)}`;
    return first(wanted.map((item, n) => () => misfit(item, found[n], names, `${at}/${String(n)}`)));
  }
  if (isData(wanted)) {
    if (isKind(wanted)) return fitsKind(String(wanted['$value']), found) ? null : `${at}: ${show(found)} is not ${String(wanted['$value'])}`;
    if (typeof found !== 'object' || found === null) return `${at}: ${show(found)} is no object`;
    return first(
      Object.entries(wanted).map(([key, item]) => () => {
        // Errors carry getters of their class.
        const has = Object.hasOwn(found, key) || (!Object.hasOwn(Object.prototype, key) && key in found);
        const inner = has ? (found as Record<string, unknown>)[key] : undefined;
        return misfit(item, inner, names, `${at}/${key}`);
      }),
    );
  }
  return Object.is(wanted, found) ? null : `${at}: ${show(found)} is not ${show(wanted)}`;
}

function misfitWord(wanted: string, found: unknown, names: Names, at: string): string | null {
  if (wanted === '$ABSENT') return found === undefined ? null : `${at}: ${show(found)} should not be there`;
  if (wanted === '$ANY') return found === undefined ? `${at} is missing` : null;
  if (wanted === '$SDK') return typeof found === 'string' && found.startsWith('sdk-') ? null : `${at}: ${show(found)} names no SDK`;
  if (wanted.startsWith(CONTAINS)) {
    return typeof found === 'string' && found.includes(wanted.slice(CONTAINS.length)) ? null : `${at}: ${show(found)} has not ${wanted}`;
  }
  if (!NAME.test(wanted)) return found === wanted ? null : `${at}: ${show(found)} is not ${wanted}`;
  if (typeof found !== 'string') return `${at}: ${show(found)} is no text`;
  const known = names.get(wanted);
  if (known === undefined && [...names.values()].includes(found)) return `${at}: ${wanted} is ${found}, which has another name already`;
  if (known !== undefined && known !== found) return `${at}: ${found} is not ${wanted}, which is ${known}`;
  names.set(wanted, found);
  return null;
}

/** Puts what names stand for in their place, also inside a path. */
export function filled<T>(value: T, names: Names): T {
  if (typeof value === 'string') return (NAME.test(value) ? (names.get(value) ?? value) : value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, names)) as T;
  return isData(value) && !isKind(value) ? (Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, names)])) as T) : value;
}

export class Instance {
  readonly #handle = 1;
  get handle(): number {
    return this.#handle;
  }
}

/** A value that JSON cannot say, by its name in the data. */
export function madeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(madeOf);
  if (!isData(value)) return value;
  if (!isKind(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, madeOf(item)]));
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const made: Readonly<Record<string, unknown>> = {
    object: new Instance(),
    cycle,
    nan: NaN,
    infinity: Infinity,
    huge: 2n ** 64n,
    surrogate: 'half \ud83d',
    long: 'a'.repeat(10_000_000),
  };
  return made[String(value['$value'])] ?? assert.fail(JSON.stringify(value));
}

function fitsKind(kind: string, found: unknown): boolean {
  if (kind === 'object') return found instanceof Instance && found.handle === 1;
  if (kind === 'cycle') return Array.isArray(found) && Array.isArray(found[0]);
  return Object.is(found, madeOf({ $value: kind }));
}

const isData = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isKind = (value: Readonly<Record<string, unknown>>): boolean => typeof value['$value'] === 'string';
const first = (checks: readonly (() => string | null)[]): string | null => checks.reduce<string | null>((fault, check) => fault ?? check(), null);

function show(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : (JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${String(item)}n` : item)) ?? '').slice(0, 300);
}
