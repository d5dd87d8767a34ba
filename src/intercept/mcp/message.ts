import { AegisError } from '../../errors.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { parseStrict } from '../../wire/strict-json.ts';
import type { StrictLimits } from '../../wire/strict-json.ts';

/** A JSON-RPC 2.0 id as MCP allows it; `1` and `"1"` are two ids. */
export type MessageId = string | number;

export interface Request {
  readonly jsonrpc: '2.0';
  readonly id: MessageId;
  readonly method: string;
  readonly params?: JsonObject;
}
export interface Notification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
}
export interface Result {
  readonly jsonrpc: '2.0';
  readonly id: MessageId;
  readonly result: JsonObject;
}
export interface Failure {
  readonly jsonrpc: '2.0';
  readonly id: MessageId;
  readonly error: { readonly code: number; readonly message: string; readonly data?: Json };
}
export type Reply = Result | Failure;

export type Message =
  | { readonly kind: 'request'; readonly message: Request }
  | { readonly kind: 'notification'; readonly message: Notification }
  | { readonly kind: 'reply'; readonly message: Reply };

/** JSON-RPC 2.0, and MCP 2026-07-28 for the second three. */
export const CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
} as const;

/** What a server says may be longer than what an agent says: it is cut again as a result (MCP-9). */
export const AGENT_LIMITS: StrictLimits = { bytes: 1_048_576, depth: 64, keys: 10_000 };
export const SERVER_LIMITS: StrictLimits = { bytes: 16_777_216, depth: 64, keys: 200_000 };

/**
 * One message, strictly: no batch, nothing that is request and reply at once, no id that is null or no exact number (MCP-10).
 * @throws AegisError MCP_MESSAGE, BODY_INVALID_JSON, BODY_TOO_LARGE, BODY_TOO_DEEP, BODY_TOO_MANY_KEYS
 */
export function readMessage(bytes: Uint8Array, limits: StrictLimits): Message {
  return classify(parseStrict(bytes, limits));
}

const ALLOWED: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

function wrong(detail: string): AegisError {
  return new AegisError('MCP_MESSAGE', { detail });
}

export function classify(value: Json): Message {
  if (Array.isArray(value)) throw wrong('a batch is not accepted; send one message at a time');
  if (!isObject(value)) throw wrong('a message is a JSON object');
  if (value['jsonrpc'] !== '2.0') throw wrong('`jsonrpc` must be "2.0"');
  const odd = Object.keys(value).find((key) => !ALLOWED.has(key));
  if (odd !== undefined) throw wrong('it holds a member that JSON-RPC does not know');
  const { id, method, params, result, error } = value;
  if (params !== undefined && !isObject(params)) throw wrong('`params` must be an object');
  if (method !== undefined) {
    if (typeof method !== 'string' || method === '' || method.length > 128) throw wrong('`method` must be a text of 1–128 characters');
    if (result !== undefined || error !== undefined) throw wrong('a request cannot be an answer too');
    const called = { jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) } as const;
    if (id === undefined) return { kind: 'notification', message: called };
    return { kind: 'request', message: { ...called, id: idOf(id) } };
  }
  return { kind: 'reply', message: replyOf(idOf(id), result, error) };
}

function replyOf(id: MessageId, result: Json | undefined, error: Json | undefined): Reply {
  if ((result === undefined) === (error === undefined)) throw wrong('an answer holds either `result` or `error`');
  if (result !== undefined) {
    if (!isObject(result)) throw wrong('`result` must be an object');
    return { jsonrpc: '2.0', id, result };
  }
  if (!isObject(error) || typeof error['code'] !== 'number' || typeof error['message'] !== 'string')
    throw wrong('`error` must hold a code and a message');
  const { code, message, data } = error;
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

function idOf(id: Json | undefined): MessageId {
  if (typeof id === 'string' && id.length <= 256) return id;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  throw wrong('`id` must be a text of at most 256 characters or a whole number');
}

/** Two ids are one only when they are of one type. */
export function keyOf(id: MessageId): string {
  return typeof id === 'string' ? `s${id}` : `n${String(id)}`;
}

export function failure(id: MessageId, code: number, message: string, data?: Json): Failure {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

const CUT = new WeakSet<Reply>();

/** The answer where the server's own is longer than may be passed on (MCP-9). */
export function tooLong(id: MessageId): Failure {
  const reply = failure(id, CODES.internal, 'The server’s answer is too long to pass on.', { code: 'MCP_RESULT_CUT' });
  CUT.add(reply);
  return reply;
}

/** Whether a reply stands for one nobody read: it may have been an error as well as a result. */
export function isCut(reply: Reply): boolean {
  return CUT.has(reply);
}

/** JSON-RPC 2.0: what could not be read is answered under the id that could be, else under null. */
export function unreadable(id: string | number | null, error: unknown): object {
  const known = error instanceof AegisError;
  const code = known && error.code !== 'BODY_INVALID_JSON' ? CODES.invalidRequest : CODES.parse;
  return { jsonrpc: '2.0', id, error: { code, message: known ? `${error.message}. ${error.hint}` : 'The message could not be read.' } };
}
