import { marksOf } from './call-marks.ts';
import type { Json, JsonObject } from './json.ts';
import { periodEnd } from './ledger.ts';
import { mapOf } from './persistent-map.ts';
import type { PersistentMap } from './persistent-map.ts';
import { itemsOf, queueOf } from './queue.ts';
import type { Queue } from './queue.ts';
import { WINDOW_SECONDS } from './rate-window.ts';
import { SWEPT } from './world.ts';
import type { RateSecond, RateWindow, SessionState, Sweepable, World, WorldQueues } from './world.ts';

/** The form below. Another form gets another number; an unknown one is refused and the log is folded instead. */
export const SNAPSHOT_VERSION = 3;

/** Read too, as far as its world is of semantics 1 or 2: what changed since has no place in such a world. */
const BEFORE = 2;

const MAPS = ['operators', 'keys', 'agents', 'actions', 'approvals', 'grants', 'ledgers', 'limits', 'rates', 'locks', 'tools'] as const;
const QUEUES = ['decided', 'finished', 'approvals', 'opened', 'closed', 'sweep'] as const;

/** The world's values are JSON by construction: every one came out of an entry. */
function plain(value: unknown): Json {
  return value as Json;
}

function* pairs<K extends string, V>(map: PersistentMap<K, V>, encode: (value: V) => Json): Iterable<Json> {
  for (const [key, value] of map.entries()) yield [key, encode(value)];
}

function encodeSession({ prints, printOrder, callMarks: _derived, ...rest }: SessionState): Json {
  return {
    ...(plain(rest) as JsonObject),
    prints: [...pairs(prints, plain)],
    ...(printOrder === undefined ? {} : { printOrder: itemsOf(printOrder) }),
  };
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

function sweepText({ kind, key }: Sweepable): string {
  return `${kind}:${key}`;
}

function sweepOf(text: Json): Sweepable {
  const kind = SWEPT.find((one) => typeof text === 'string' && text.startsWith(`${one}:`));
  if (kind === undefined) throw new TypeError('world snapshot: sweep has an entry that never ends');
  const key = String(text).slice(kind.length + 1);
  const end = kind === 'ledger' ? periodEnd(key) : null;
  return end === null ? { kind, key } : { kind, key, end };
}

/** What a written world consists of, in its order. Lists come item by item: nobody has to hold all of them at once. */
function* membersOf(world: World): Iterable<readonly [name: string, Member]> {
  const { size, at, epoch, semantics, policy, halts } = world;
  for (const [name, json] of Object.entries({ version: SNAPSHOT_VERSION, size, at, epoch, semantics, policy, halts: plain(halts) }))
    yield [name, { json }];
  yield ['sessions', { list: pairs(world.sessions, encodeSession) }];
  for (const name of MAPS)
    yield [name, { list: name === 'rates' ? pairs(world.rates, encodeWindow) : pairs(world[name] as PersistentMap<string, unknown>, plain) }];
  const { sweep, ...ids } = world.queues;
  const lists = QUEUES.map((name) => [name, name === 'sweep' ? itemsOf(sweep).map(sweepText) : itemsOf(ids[name] as Queue<string>)] as const);
  yield ['queues', { lists }];
}

type Member = { readonly json: Json } | { readonly list: Iterable<Json> } | { readonly lists: readonly (readonly [string, Iterable<Json>])[] };

/** The whole world as JSON, so that start-up need not fold the log again. Equal worlds give equal bytes under RFC 8785. */
export function encodeWorld(world: World): Json {
  const encoded: Record<string, Json> = {};
  for (const [name, member] of membersOf(world)) {
    if ('json' in member) encoded[name] = member.json;
    else if ('list' in member) encoded[name] = [...member.list];
    else encoded[name] = Object.fromEntries(member.lists.map(([key, items]) => [key, [...items]]));
  }
  return encoded;
}

/** Characters of a piece, at least; a piece ends with the item that reaches it. */
const PIECE = 65_536;

/** The text of `JSON.stringify(encodeWorld(world))` in pieces, each made when it is asked for: the world never changes, so all are of one moment. */
export function* worldText(world: World): Generator<string, void> {
  let text = '';
  for (const token of tokensOf(world)) {
    text += token;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function* tokensOf(world: World): Iterable<string> {
  let before = '{';
  for (const [name, member] of membersOf(world)) {
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    if ('json' in member) yield JSON.stringify(member.json);
    else if ('list' in member) yield* listText(member.list);
    else {
      let open = '{';
      for (const [key, items] of member.lists) {
        yield `${open}${JSON.stringify(key)}:`;
        open = ',';
        yield* listText(items);
      }
      yield '}';
    }
  }
  yield '}';
}

function* listText(items: Iterable<Json>): Iterable<string> {
  let before = '[';
  for (const item of items) {
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
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
  const { version, size, at, epoch, semantics, policy, halts, sessions, queues, ...maps } = record(json, 'the snapshot');
  const readable = version === SNAPSHOT_VERSION || (version === BEFORE && Number(semantics) < 3);
  if (!readable) throw new TypeError(`world snapshot: unknown version ${String(version)}`);
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
  };
  for (const name of MAPS) world[name] = name === 'rates' ? mapFrom(maps[name], name, decodeWindow) : mapFrom(maps[name], name, (value) => value);
  const itemOf = (name: (typeof QUEUES)[number]): ((item: Json) => unknown) => (name === 'sweep' ? sweepOf : plain);
  world['queues'] = Object.fromEntries(QUEUES.map((name) => [name, queueOf(list(waiting[name], name).map(itemOf(name)))])) as unknown as WorldQueues;
  return world as unknown as World;
}
