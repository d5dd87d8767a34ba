import type { Calls } from '../calls.ts';
import { AegisSetupError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../wire.ts';
import type { Dialect } from './dialect.ts';

/** The promise both vendors' SDKs return: lazily parsed, with `asResponse` and `withResponse`. */
interface ApiPromise {
  parseResponse(client: unknown, props: Props): Promise<unknown>;
  _thenUnwrap(transform: (value: unknown, props: Props) => unknown): ApiPromise;
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: unknown; response: Response; request_id: string | null }>;
  then: Promise<unknown>['then'];
}

interface Props {
  readonly response: Response;
}

interface StreamLike {
  iterator?: () => AsyncIterator<unknown>;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

/**
 * Guards one `create`-like method without changing what it returns: the same promise object, its parsing step replaced,
 * so that every helper built on it (`withResponse`, `parse`, `stream`, tool runners) sees only decided tool calls.
 */
export function guardCreate(original: (...args: unknown[]) => unknown, dialect: Dialect, calls: Calls): (...args: unknown[]) => unknown {
  return function guarded(this: unknown, ...args: unknown[]): unknown {
    const promise = original.apply(this, args) as ApiPromise;
    if (leavesToTools(this, args[1])) return promise;
    const params = isObject(args[0]) ? args[0] : {};
    const parse = promise.parseResponse.bind(promise);
    return decided(promise, async (client, props) => {
      await observe(dialect, calls, params);
      return guardAnswer(await parse(client, props), dialect, calls);
    });
  };
}

type Parse = ApiPromise['parseResponse'];

/** Everything that can be got out of the promise comes through `parse`, also out of promises made from it. */
function decided(promise: ApiPromise, parse: Parse): ApiPromise {
  const raw = promise.asResponse.bind(promise);
  const unwrap = promise._thenUnwrap.bind(promise);
  promise.parseResponse = parse;
  promise.withResponse = async () => {
    const [data, response] = await Promise.all([promise as unknown as Promise<unknown>, raw()]);
    return { data, response, request_id: requestId(response) };
  };
  promise._thenUnwrap = (transform) => {
    const next = unwrap((value) => value);
    return decided(next, async (client, props) => identified(transform(await parse(client, props), props), props.response));
  };
  // HOLE: bytes read past the SDK cannot be held back, so they are not handed out at all.
  promise.asResponse = () =>
    Promise.reject(new AegisSetupError('asResponse() would hand out tool calls nobody decided; use withResponse(), or the model proxy.'));
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

/** LangChain and the Agents SDK run tools themselves and are guarded there, with the arguments as validated. They name themselves in their headers. */
function leavesToTools(resource: unknown, options: unknown): boolean {
  const client = (resource as { _client?: { _options?: { defaultHeaders?: unknown } } })._client;
  const agents = [client?._options?.defaultHeaders, (options as { headers?: unknown } | undefined)?.headers].map(userAgent);
  return agents.some((agent) => agent.startsWith('langchainjs') || agent.startsWith('Agents/JavaScript'));
}

function userAgent(headers: unknown): string {
  if (typeof headers !== 'object' || headers === null) return '';
  const value =
    headers instanceof Headers
      ? headers.get('user-agent')
      : ((headers as Record<string, unknown>)['User-Agent'] ?? (headers as Record<string, unknown>)['user-agent']);
  return typeof value === 'string' ? value : '';
}

async function observe(dialect: Dialect, calls: Calls, params: JsonObject): Promise<void> {
  const { users, results } = dialect.incoming(params);
  for (const user of users) await calls.user(user);
  for (const { callId, value, failed } of results) await calls.result(callId, value, failed);
}

async function guardAnswer(answer: unknown, dialect: Dialect, calls: Calls): Promise<unknown> {
  if (isStream(answer)) return guardStream(answer, dialect, calls);
  if (!isObject(answer)) return answer;
  const found = dialect.calls(answer);
  if (found.length > 0) dialect.replace(answer, await calls.decide(found));
  return answer;
}

function isStream(answer: unknown): answer is StreamLike {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

/**
 * The same stream object, so that `controller`, `tee` and `toReadableStream` stay; only what it yields is held back.
 * Iterating, teeing and the vendors' own decorations all go through its `iterator`.
 */
function guardStream(stream: StreamLike, dialect: Dialect, calls: Calls): StreamLike {
  const key = stream.iterator === undefined ? Symbol.asyncIterator : 'iterator';
  const open = (stream as unknown as Record<typeof key, () => AsyncIterator<unknown>>)[key];
  const source = open.bind(stream);
  Object.defineProperty(stream, key, { value: () => heldBack(source(), dialect, calls), writable: true, configurable: true });
  return stream;
}

async function* heldBack(source: AsyncIterator<unknown>, dialect: Dialect, calls: Calls): AsyncGenerator<unknown> {
  const held: JsonObject[] = [];
  try {
    for (let step = await source.next(); step.done !== true; step = await source.next()) {
      const chunk = step.value as JsonObject;
      if (held.length > 0 || dialect.holds(chunk)) held.push(chunk);
      else yield chunk;
    }
    // A stream that broke off throws above: what was held is dropped, not delivered undecided.
    if (held.length > 0) yield* dialect.rewrite(held, await calls.decide(dialect.assemble(held)));
  } finally {
    await source.return?.();
  }
}
