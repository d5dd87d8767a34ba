import type { Calls } from '../calls.ts';
import { AegisSetupError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../wire.ts';
import { guardAnswer, heldBack, observe } from './answer.ts';
import type { Dialect } from './dialect.ts';
import { askedByFramework } from './framework.ts';
import { guardedRequest } from './unguarded-requests.ts';

/** The promise these SDKs return: lazily parsed, with `asResponse` and `withResponse`. */
export interface ApiPromise {
  parseResponse(client: unknown, props: Props): Promise<unknown>;
  _thenUnwrap(transform: (value: unknown, props: Props) => unknown): ApiPromise;
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: unknown; response: Response; request_id: string | null }>;
  then: Promise<unknown>['then'];
}

interface Props {
  readonly response: Response;
  readonly options?: { readonly body?: unknown };
}

interface StreamLike {
  iterator?: () => AsyncIterator<unknown>;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

type Request = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Guards a client class of the kind that OpenAI and Anthropic generate: everything it asks goes through `request`, whichever resource, helper or
 * bare `client.post('/chat/completions')` asks for it. What comes back is the same promise, its parsing step replaced. False: it is no such class.
 */
export function guardClient(prototype: object | undefined, dialects: readonly Dialect[], calls: Calls): boolean {
  const owner = ownerOf(prototype, 'request');
  if (owner === null) return false;
  const original = owner['request'] as Request;
  owner['request'] = function request(this: unknown, ...args: unknown[]): unknown {
    const promise = guardedRequest(() => original.apply(this, args)) as Partial<ApiPromise>;
    return typeof promise.parseResponse === 'function' && !askedByFramework() ? guarded(promise as ApiPromise, dialects, calls) : promise;
  };
  return true;
}

function ownerOf(prototype: object | undefined, method: string): Record<string, unknown> | null {
  for (let at: unknown = prototype; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, method)) return at as Record<string, unknown>;
  }
  return null;
}

/** One promise of such a client: what it parses is decided before anybody gets it. */
export function guarded(promise: ApiPromise, dialects: readonly Dialect[], calls: Calls): ApiPromise {
  const parse = promise.parseResponse.bind(promise);
  const how: How = {
    parse: async (client, props) => {
      const params = props.options?.body;
      if (isObject(params)) await observe(dialects, calls, params);
      const answer = await parse(client, props);
      if (answer instanceof Response) return guardBytes(answer, dialects, calls);
      return isStream(answer) ? guardStream(answer, dialects, calls) : guardAnswer(answer, dialects, calls);
    },
    bytes: (response) => guardBytes(response, dialects, calls, true),
    // What is made of the bytes themselves was not parsed before: the lines of a batch's results.
    made: (value) => (isStream(value) ? guardStream(value, dialects, calls) : value),
  };
  return decided(promise, how);
}

interface How {
  readonly parse: ApiPromise['parseResponse'];
  readonly bytes: (response: Response) => Promise<Response>;
  readonly made: (value: unknown) => unknown;
}

/** Everything that can be got out of the promise comes through `parse`, also out of promises made from it. */
function decided(promise: ApiPromise, how: How): ApiPromise {
  const raw = promise.asResponse.bind(promise);
  const unwrap = promise._thenUnwrap.bind(promise);
  promise.parseResponse = how.parse;
  promise.withResponse = async () => {
    const [data, response] = await Promise.all([promise as unknown as Promise<unknown>, raw()]);
    return { data, response, request_id: requestId(response) };
  };
  promise._thenUnwrap = (transform) => {
    const next = unwrap((value) => value);
    const parse: How['parse'] = async (client, props) => identified(how.made(transform(await how.parse(client, props), props)), props.response);
    return decided(next, { ...how, parse });
  };
  promise.asResponse = async () => how.bytes(await raw());
  return promise;
}

function requestId(response: Response): string | null {
  return response.headers.get('x-request-id') ?? response.headers.get('request-id');
}

/** What the vendors' own unwrapping adds to a result. */
function identified(value: unknown, response: Response): unknown {
  if (isObject(value) && !('_request_id' in value)) Object.defineProperty(value, '_request_id', { value: requestId(response), enumerable: false });
  return value;
}

const UNDECIDED =
  'These bytes would hand out tool calls nobody decided. Use the parsed answer, withResponse() or the model proxy instead of asResponse().';

/** Bytes are read before they are handed out: lines and objects of JSON may hold calls, events are not told apart here, sounds and pictures hold none. */
async function guardBytes(response: Response, dialects: readonly Dialect[], calls: Calls, refuse = false): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (/event-stream/i.test(type)) throw new AegisSetupError(UNDECIDED);
  if (!response.ok || response.body === null || /^(?:image|audio|video|font)\//i.test(type)) return response;
  const text = await response.clone().text();
  const found = parsed(text);
  const whole: unknown[] = found.map((value) => (isObject(value) && isObject(value['response']) ? value['response']['body'] : value));
  const made = whole.filter((value): value is JsonObject => isObject(value) && dialects.some((dialect) => dialect.calls(value).length > 0));
  if (made.length === 0) return response;
  if (refuse) throw new AegisSetupError(UNDECIDED);
  for (const answer of made) await guardAnswer(answer, dialects, calls);
  return new Response(found.map((value) => JSON.stringify(value)).join('\n'), response);
}

/** One JSON value, or one in every line; nothing for anything else. */
function parsed(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      return [];
    }
  }
}

function isStream(answer: unknown): answer is StreamLike {
  // Pages of lists can be iterated too, and their own objects must stay.
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer && !('getNextPage' in answer);
}

const held = new WeakSet<object>();

/**
 * The same stream object, so that `controller`, `tee` and `toReadableStream` stay; only what it yields is held back.
 * Iterating, teeing and the vendors' own decorations all go through its `iterator`.
 */
function guardStream(stream: StreamLike, dialects: readonly Dialect[], calls: Calls): StreamLike {
  if (held.has(stream)) return stream;
  held.add(stream);
  // Of a decoder of lines `iterator` is where its bytes come from.
  const key = typeof stream.iterator === 'function' ? 'iterator' : Symbol.asyncIterator;
  const open = (stream as unknown as Record<typeof key, () => AsyncIterator<unknown>>)[key];
  const source = open.bind(stream);
  Object.defineProperty(stream, key, { value: () => heldBack(source(), dialects, calls), writable: true, configurable: true });
  return stream;
}
