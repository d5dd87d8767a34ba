import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { AegisError } from '../errors.ts';
import type { Route } from './route.ts';

/** The parts of a request, unchecked or checked. */
export interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

type Compiled = ReturnType<typeof Compile>;

/** Checks a request's parts against the route's schemas; compiled on first use, so that starting does not wait for routes nobody calls. */
export function checker(route: Route): (parts: Parts) => Parts {
  const params = lazy(route.params);
  const query = lazy(route.query);
  const body = lazy(route.body);
  return (parts) => ({
    params: must(params, parts.params, 'path'),
    query: must(query, coerced(parts.query, route.query), 'query'),
    body: must(body, parts.body, 'body'),
  });
}

function lazy(schema: TSchema | undefined): (() => Compiled) | null {
  if (schema === undefined) return null;
  let compiled: Compiled | null = null;
  return () => (compiled ??= Compile(schema));
}

function must(compiled: (() => Compiled) | null, value: unknown, part: 'path' | 'query' | 'body'): unknown {
  if (compiled === null) {
    if (part !== 'path' && value !== undefined && value !== null && Object.keys(value).length > 0) throw unexpected(part, value);
    return undefined;
  }
  const validator = compiled();
  if (validator.Check(value)) return value;
  throw faultOf(validator.Errors(value), part);
}

function unexpected(part: string, value: object): AegisError {
  return invalid(`This route takes no ${part}`, part === 'body' ? '' : `/${Object.keys(value)[0] ?? ''}`);
}

function invalid(detail: string, pointer: string): AegisError {
  return new AegisError('REQUEST_INVALID', { detail }, pointer);
}

interface Complaint {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** One fault is enough to refuse; the deepest says most about what was meant. */
function faultOf(errors: readonly Complaint[], part: string): AegisError {
  const extra = errors.find((error) => error.keyword === 'additionalProperties');
  if (extra !== undefined) {
    const [name = ''] = (extra.params as { additionalProperties?: readonly string[] }).additionalProperties ?? [];
    return invalid(`The ${part} has an unknown field ${JSON.stringify(name.slice(0, 64))}`, `${extra.instancePath}/${escape(name)}`);
  }
  const missing = errors.find((error) => error.keyword === 'required');
  if (missing !== undefined) {
    const [name = ''] = (missing.params as { requiredProperties?: readonly string[] }).requiredProperties ?? [];
    return invalid(`The ${part} lacks the field ${JSON.stringify(name)}`, `${missing.instancePath}/${escape(name)}`);
  }
  const [first] = errors;
  return invalid(
    `The ${part} is not right at ${first?.instancePath === '' ? 'its top' : (first?.instancePath ?? '')}: it ${first?.message ?? ''}`,
    first?.instancePath ?? '',
  );
}

const escape = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

/** A query is text: whole numbers and booleans are read where the schema wants them, and nowhere else. */
function coerced(query: unknown, schema: Route['query']): unknown {
  if (schema === undefined || typeof query !== 'object' || query === null) return query;
  const types = schema.properties as Record<string, { readonly type?: string }>;
  return Object.fromEntries(Object.entries(query).map(([key, value]: [string, unknown]) => [key, typed(value, types[key]?.type)]));
}

function typed(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'integer' && /^\d{1,15}$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
