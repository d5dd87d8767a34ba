import { AegisError } from '../../errors.ts';
import { readQuery } from './query-string.ts';

/** One path of the API, with what answers each of its methods. */
export interface Place<T> {
  /** With `:name` parameters. */
  readonly path: string;
  readonly byMethod: ReadonlyMap<string, T>;
  /** What any other method is told. */
  readonly others: 'METHOD_NOT_ALLOWED' | 'ROUTE_NOT_FOUND';
}

export interface Found<T> {
  readonly target: T;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
}

interface Branch<T> {
  readonly fixed: Map<string, Branch<T>>;
  parameter: Branch<T> | null;
  place: Place<T> | null;
  /** Every place that this branch leads to. */
  readonly leadsTo: Place<T>[];
}

/** As the HTTP server holds it. */
const MOST_PARAMETER = 512;
const NO_PARAMETERS = Object.freeze(Object.create(null) as Record<string, string>);
const NO_QUERY = Object.freeze(Object.create(null) as Record<string, string>);

const branch = <T>(): Branch<T> => ({ fixed: new Map(), parameter: null, place: null, leadsTo: [] });
const notValid = (): AegisError => new AegisError('REQUEST_INVALID', { detail: 'The path is not valid' });

/**
 * Finds what answers a method and a request target (`/v1/actions/a1?wait=0`) exactly as the HTTP server would; a test holds the two together.
 * @throws AegisError ROUTE_NOT_FOUND | METHOD_NOT_ALLOWED | REQUEST_INVALID
 */
export function router<T>(places: readonly Place<T>[]): (method: string, target: string) => Found<T> {
  const root = branch<T>();
  for (const place of places) grow(root, place);
  const plain = new Map(places.filter(({ path }) => !path.includes(':')).map((place) => [place.path, place]));
  return (method, target) => {
    const mark = target.search(/[?#]/);
    const path = mark === -1 ? target : target.slice(0, mark);
    const query = mark === -1 ? NO_QUERY : readQuery(target.slice(mark + 1));
    const known = plain.get(path);
    if (known !== undefined) return { target: answering(known, method), params: NO_PARAMETERS, query };
    if (!path.startsWith('/')) throw notValid();
    const segments = path.slice(1).split('/').map(decoded);
    const values: string[] = [];
    const place = walk(root, { segments, method, values });
    if (place === null) throw new AegisError('ROUTE_NOT_FOUND');
    return { target: answering(place, method), params: named(place.path, values), query };
  };
}

function grow<T>(root: Branch<T>, place: Place<T>): void {
  let at = root;
  for (const segment of place.path.slice(1).split('/')) {
    if (segment.startsWith(':')) at = at.parameter ??= branch();
    else {
      const next = at.fixed.get(segment) ?? branch<T>();
      at.fixed.set(segment, next);
      at = next;
    }
    at.leadsTo.push(place);
  }
  at.place = place;
}

interface Walk {
  readonly segments: readonly string[];
  readonly method: string;
  /** Of the parameters, in the order of the path. */
  readonly values: string[];
}

/** A fixed segment is preferred to a parameter; where it leads nowhere, the parameter is tried. */
function walk<T>(from: Branch<T>, { segments, method, values }: Walk): Place<T> | null {
  const [segment, ...rest] = segments;
  if (segment === undefined) return from.place;
  const fixed = from.fixed.get(segment);
  const found = fixed === undefined ? null : walk(fixed, { segments: rest, method, values });
  if (found !== null || from.parameter === null) return found;
  // The HTTP server refuses a long value on the way, but knows only the paths that take the method.
  if (segment.length > MOST_PARAMETER && from.parameter.leadsTo.some((place) => takes(place, method))) throw notValid();
  values.push(segment);
  const place = walk(from.parameter, { segments: rest, method, values });
  if (place === null) values.pop();
  return place;
}

const takes = <T>({ byMethod, others }: Place<T>, method: string): boolean => others === 'METHOD_NOT_ALLOWED' || byMethod.has(method);

function answering<T>({ byMethod, others }: Place<T>, method: string): T {
  const target = byMethod.get(method);
  if (target === undefined) throw new AegisError(others, { method: method.slice(0, 32), allow: [...byMethod.keys()].join(', ') });
  return target;
}

function named(path: string, values: readonly string[]): Readonly<Record<string, string>> {
  const names = path.split('/').filter((segment) => segment.startsWith(':'));
  return Object.fromEntries(names.map((name, at) => [name.slice(1), values[at] ?? '']));
}

function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notValid();
  }
}
