import { marksOf } from './call-marks.ts';
import type { Json, JsonObject } from './json.ts';
import { mapOf } from './persistent-map.ts';
import type { PersistentMap } from './persistent-map.ts';
import { itemsOf, queueOf } from './queue.ts';
import type { Queue } from './queue.ts';
import { WINDOW_SECONDS } from './rate-window.ts';
import type { RateSecond, RateWindow, SessionState, World, WorldQueues } from './world.ts';

/** The form below. Another form gets another number; an unknown one is refused and the log is folded instead. */
export const SNAPSHOT_VERSION = 2;

const MAPS = ['operators', 'keys', 'agents', 'actions', 'approvals', 'grants', 'ledgers', 'limits', 'locks', 'tools'] as const;
const QUEUES = ['decided', 'finished', 'approvals', 'opened', 'closed', 'sweep'] as const;

/** The world's values are JSON by construction: every one came out of an entry. */
function plain(value: unknown): Json {
  return value as Json;
}

function pairs<K extends string, V>(map: PersistentMap<K, V>, encode: (value: V) => Json): Json {
  return [...map.entries()].map(([key, value]) => [key, encode(value)]);
}

function encodeSession({ prints, printOrder, callMarks: _derived, ...rest }: SessionState): Json {
  return { ...(plain(rest) as JsonObject), prints: pairs(prints, plain), ...(printOrder === undefined ? {} : { printOrder: itemsOf(printOrder) }) };
}

/** Where a second lies in a written window: a ring of sixty. */
function slotOf(second: number): number {
  return ((second % WINDOW_SECONDS) + WINDOW_SECONDS) % WINDOW_SECONDS;
}

function encodeWindow(window: RateWindow): Json {
  const calls = Array.from({ length: WINDOW_SECONDS }, () => 0);
  const tokens = calls.slice();
  for (const one of [...window.older, window]) {
    calls[slotOf(one.second)] = one.calls;
    tokens[slotOf(one.second)] = one.tokens;
  }
  return { second: window.second, calls, tokens };
}

/** The whole world as JSON, so that start-up need not fold the log again. Equal worlds give equal bytes under RFC 8785. */
export function encodeWorld(world: World): Json {
  const { size, at, epoch, semantics, policy, halts } = world;
  const encoded: Record<string, Json> = {
    version: SNAPSHOT_VERSION,
    size,
    at,
    epoch,
    semantics,
    policy,
    halts: plain(halts),
    sessions: pairs(world.sessions, encodeSession),
    rates: pairs(world.rates, encodeWindow),
  };
  for (const name of MAPS) encoded[name] = pairs(world[name] as PersistentMap<string, unknown>, plain);
  encoded['queues'] = Object.fromEntries(QUEUES.map((name) => [name, plain(itemsOf(world.queues[name] as Queue<string>))]));
  return encoded;
}

function list(value: Json | undefined, name: string): readonly Json[] {
  if (!Array.isArray(value)) throw new TypeError(`world snapshot: ${name} is not a list`);
  return value as readonly Json[];
}

function record(value: Json | undefined, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`world snapshot: ${name} is not an object`);
  return value as JsonObject;
}

function mapFrom<V>(value: Json | undefined, name: string, decode: (value: Json) => V): PersistentMap<string, V> {
  return mapOf(
    list(value, name).map((pair): [string, V] => {
      const [key, item] = list(pair, name);
      if (typeof key !== 'string' || item === undefined) throw new TypeError(`world snapshot: ${name} holds no pairs`);
      return [key, decode(item)];
    }),
  );
}

function decodeSession(value: Json): SessionState {
  const { prints, printOrder, ...rest } = record(value, 'session');
  const calls = list(rest['calls'], 'calls') as unknown as SessionState['calls'];
  const session = { ...rest, callMarks: marksOf(calls), prints: mapFrom(prints, 'prints', (print) => print) };
  return (printOrder === undefined ? session : { ...session, printOrder: queueOf(list(printOrder, 'printOrder')) }) as unknown as SessionState;
}

function decodeWindow(value: Json): RateWindow {
  const window = record(value, 'rates');
  const newest = Number(window['second']);
  const [calls, tokens] = [list(window['calls'], 'calls'), list(window['tokens'], 'tokens')];
  const seconds: RateSecond[] = [];
  for (let second = newest - WINDOW_SECONDS + 1; second <= newest; second++) {
    const one = { second, calls: Number(calls[slotOf(second)] ?? 0), tokens: Number(tokens[slotOf(second)] ?? 0) };
    if (second === newest) return { ...one, older: seconds };
    if (one.calls !== 0 || one.tokens !== 0) seconds.push(one);
  }
  throw new TypeError('world snapshot: a rate window has no newest second');
}

/** The world that was encoded. Throws a TypeError on anything else: the caller then folds the log from its start. */
export function decodeWorld(json: Json): World {
  const { version, size, at, epoch, semantics, policy, halts, sessions, rates, queues, ...maps } = record(json, 'the snapshot');
  if (version !== SNAPSHOT_VERSION) throw new TypeError(`world snapshot: unknown version ${String(version)}`);
  if (![size, at, epoch, semantics].every((number) => Number.isSafeInteger(number))) throw new TypeError('world snapshot: no place in the log');
  const waiting = record(queues, 'queues');
  const world: Record<string, unknown> = {
    size,
    at,
    epoch,
    semantics,
    policy,
    halts: list(halts, 'halts'),
    sessions: mapFrom(sessions, 'sessions', decodeSession),
    rates: mapFrom(rates, 'rates', decodeWindow),
  };
  for (const name of MAPS) world[name] = mapFrom(maps[name], name, (value) => value);
  world['queues'] = Object.fromEntries(QUEUES.map((name) => [name, queueOf(list(waiting[name], name))])) as unknown as WorldQueues;
  return world as unknown as World;
}
