import { AegisError } from '../../../errors.ts';
import type { Dialect, ModelRoute } from '../dialect/dialect.ts';

/** The dialect and the route a request is for. */
export interface Matched {
  readonly dialect: Dialect;
  readonly route: ModelRoute;
  readonly params: { readonly model?: string };
}

/** What a request asks for, by its method, path and query. */
export interface RequestTarget {
  readonly method: string;
  /** What remains of the path after a key and a provider's name were taken off it. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  /** The key in the path, `/key/<key>/…`: one environment variable is then enough. */
  readonly key?: string;
  /** The provider in the path, `/anthropic/…`, where two speak the same paths. */
  readonly provider?: string;
}

/** No encoded or empty or dotted segment has a meaning here, so that two readers cannot see two paths. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_~:@+,=-][A-Za-z0-9._~:@+,=-]*)+$/;

/** @throws AegisError ROUTE_NOT_FOUND for a path that could be read in two ways */
export function readTarget(method: string, target: string, providers: readonly string[]): RequestTarget {
  const mark = target.indexOf('?');
  let path = mark === -1 ? target : target.slice(0, mark);
  if (path.length > 2_048 || !PLAIN_PATH.test(path)) throw new AegisError('ROUTE_NOT_FOUND');
  const query = mark === -1 ? [] : [...new URLSearchParams(target.slice(mark + 1))];
  let key: string | undefined;
  if (path.startsWith('/key/')) {
    const end = path.indexOf('/', 5);
    if (end === -1) throw new AegisError('ROUTE_NOT_FOUND');
    key = path.slice(5, end);
    path = path.slice(end);
  }
  const provider = providers.find((name) => path.startsWith(`/${name}/`));
  if (provider !== undefined) path = path.slice(provider.length + 1);
  return { method, path, query, ...(key === undefined ? {} : { key }), ...(provider === undefined ? {} : { provider }) };
}

/**
 * The dialect and the route a request is for; where providers share a path, the one named in it, or the one whose own headers came along.
 * Null: nobody here can read it.
 */
export function matchRoute(asked: RequestTarget, dialects: readonly Dialect[], headers: Readonly<Record<string, unknown>>): Matched | null {
  const matches: Matched[] = [];
  for (const dialect of dialects) {
    if (asked.provider !== undefined && asked.provider !== dialect.provider) continue;
    for (const route of dialect.routes) {
      const params = route.method === asked.method ? matchPath(route.path, asked.path) : null;
      if (params !== null) matches.push({ dialect, route, params });
    }
  }
  const named = ({ dialect }: Matched): boolean =>
    dialect.headers.some((name) => headers[name] !== undefined) ||
    (dialect.keyHeader !== 'authorization' && headers[dialect.keyHeader] !== undefined);
  return matches.find(named) ?? matches[0] ?? null;
}

function matchPath(template: string, path: string): Matched['params'] | null {
  const at = template.indexOf('{model}');
  if (at === -1) return template === path ? {} : null;
  const before = template.slice(0, at);
  const after = template.slice(at + '{model}'.length);
  if (!path.startsWith(before) || !path.endsWith(after) || path.length <= before.length + after.length) return null;
  const model = path.slice(before.length, path.length - after.length);
  return model.includes('/') || (after === '' && model.includes(':') && before.includes('beta')) ? null : { model };
}

/**
 * Whether a path that matches no route is one to a server that reads more laxly: another case, or another provider's path. Such a path must not
 * pass uninspected (LLM-17). Encoded, empty and dotted segments are refused before, by `readTarget`.
 */
export function resembles({ method, path }: RequestTarget, dialects: readonly Dialect[]): boolean {
  const lax = path.toLowerCase();
  // A key or a provider that was not taken off the path, because it was written otherwise.
  if (lax.startsWith('/key/')) return true;
  const named = dialects.find(({ provider }) => lax.startsWith(`/${provider}/`));
  const own = named === undefined ? lax : lax.slice(named.provider.length + 1);
  return dialects.some(({ routes }) => routes.some((route) => route.method === method && matchPath(route.path.toLowerCase(), own) !== null));
}

/** The query that goes upstream. @throws AegisError ROUTE_UNINSPECTED for a parameter the dialect does not name */
export function forwardedQuery(asked: RequestTarget, dialect: Dialect): readonly string[] {
  return asked.query.flatMap(([name, value]) => {
    if (name === dialect.keyQuery) return [];
    const pair = `${name}=${value}`;
    if (!dialect.query.includes(name) && !dialect.query.includes(pair)) {
      throw new AegisError('ROUTE_UNINSPECTED', { what: `the query parameter ${name.slice(0, 64)}` });
    }
    return [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`];
  });
}
