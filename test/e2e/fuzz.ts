import { allRoutes } from '../../src/daemon/routes.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { isEndless } from '../api/endless.ts';

export interface Fuzzed {
  readonly method: string;
  readonly path: string;
  readonly raw: string | undefined;
}

/** Small, seeded, the same everywhere (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WORDS = [
  '',
  'a',
  'bot',
  's1',
  '-1',
  '0',
  '1e999',
  '../..',
  "' OR 1=1--",
  '__proto__',
  'constructor',
  '\u202e',
  '\ud83d\ude00',
  '%00',
  'a'.repeat(300),
  '$where',
  '{{7*7}}',
  '<script>',
  'null',
  '\\',
  '"',
  '2026-13-45',
  'aegis_admin_x',
];
const FIELDS = [
  'session',
  'name',
  'args',
  'id',
  'agent',
  'kind',
  'claims',
  'resource',
  'status',
  'usage',
  'result',
  'reason',
  'document',
  'ledger',
  'limit',
  'scope',
  'editedArgs',
  'remember',
  'source',
  'value',
  'actions',
  'agent_id',
  'task_intent',
  'lock_token',
  'role',
  'operator',
  'subject',
  'declaration',
  '__proto__',
];
const LITERALS = [
  'null',
  'true',
  '0',
  '-0',
  '1.5',
  '1e308',
  '-1',
  '9007199254740991',
  '[]',
  '{}',
  '""',
  '"x"',
  '[[[]]]',
  '{"a":{"b":[1,{"c":null}]}}',
  '{"polluted":true}',
  '{"usdMicros":-1}',
  '{"resource":"r","slots":0,"ttlMs":1}',
];
/** Streams stay open and replays take long; both have tests of their own. */
const LEFT_OUT = /runs\/trip|replay|simulate|\/v1\/halt|\/halt|revoke|operators/;

/** Requests no client would send: wrong verbs, ids, queries, types, broken bytes. No one is malformed in only one way. */
export function requests(count: number, seed: number): readonly Fuzzed[] {
  const pick = numbers(seed);
  const one = <T>(list: readonly T[]): T => list[pick(list.length)] as T;
  const routes = allRoutes({} as ApiDeps).filter((route) => !LEFT_OUT.test(route.path) && !isEndless(route));
  const json = (depth: number): string => {
    const kind = pick(depth > 3 ? 2 : 5);
    if (kind === 0) return one(LITERALS);
    if (kind === 1) return JSON.stringify(one(WORDS));
    if (kind === 2) return `[${Array.from({ length: pick(4) }, () => json(depth + 1)).join(',')}]`;
    return `{${Array.from({ length: pick(6) }, () => `${JSON.stringify(one(FIELDS))}:${json(depth + 1)}`).join(',')}}`;
  };
  const broken = (text: string): string => {
    const at = pick(text.length + 1);
    const way = pick(8);
    if (way === 0) return text.slice(0, at);
    if (way === 1) return text.slice(0, at) + String.fromCharCode(pick(0x300)) + text.slice(at);
    if (way === 2) return text + text;
    return text;
  };
  return Array.from({ length: count }, () => {
    const route = one(routes);
    const path = route.path.replaceAll(/:\w+/g, () => encodeURIComponent(one(WORDS).toWellFormed()) || 'x');
    const query =
      pick(3) === 0
        ? `?${encodeURIComponent(one(['wait', 'limit', 'from', 'session', 'agent', 'x', 'payloads', 'index']))}=${encodeURIComponent(one(WORDS.slice(0, 8)))}`
        : '';
    const method = pick(6) === 0 ? one(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) : route.method;
    return { method, path: path + query, raw: method === 'GET' ? undefined : broken(json(0)) };
  });
}
