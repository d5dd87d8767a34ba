import { AegisError } from '../../errors.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Presence } from '../../kernel/role.ts';
import { presenceOf } from '../keys.ts';
import { parseStrict, STRICT_LIMITS } from '../../wire/strict-json.ts';

/** What a client may say, one JSON object in one line (DOOR-13, docs/formats/socket.md). */
export type Frame =
  /** The first line of a connection: `{"aegis":1,"key":"…"}`, with `presence` for a person's. */
  | { readonly kind: 'hello'; readonly key: string | null; readonly presence: Presence | undefined }
  /** `{"id":1,"method":"POST","path":"/v1/actions?wait=0","body":{…}}`, method, path and body as in HTTP. */
  | RequestFrame
  /** `{"cancel":1}`: nobody waits for this answer any more. */
  | { readonly kind: 'cancel'; readonly id: number };

export interface RequestFrame {
  readonly kind: 'request';
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly body: Json | undefined;
}

const REVISION = 1;
const MOST_KEY = 1_024;
const REQUEST_MEMBERS: ReadonlySet<string> = new Set(['id', 'method', 'path', 'body']);

/** What a frame may be longer than the body it carries: as much as HTTP's headers. */
export const ENVELOPE_BYTES = 16_384;

/**
 * Reads a frame as strictly as HTTP reads a body: the body in it may be as deep and hold as many keys as there.
 * @throws AegisError BODY_INVALID_JSON | BODY_TOO_LARGE | BODY_TOO_DEEP | BODY_TOO_MANY_KEYS | REQUEST_INVALID, with pointers into the body
 */
export function readFrame(bytes: Uint8Array, bodyBytes: number): Frame {
  const limits = { bytes: bodyBytes + ENVELOPE_BYTES, depth: STRICT_LIMITS.depth + 1, keys: STRICT_LIMITS.keys + REQUEST_MEMBERS.size };
  try {
    return frameOf(parseStrict(bytes, limits));
  } catch (error) {
    throw error instanceof AegisError ? ofBody(error, bodyBytes) : error;
  }
}

/** The limits of the body are what is told, and places are places in the body. */
function ofBody(error: AegisError, bodyBytes: number): AegisError {
  const limit = { BODY_TOO_LARGE: bodyBytes, BODY_TOO_DEEP: STRICT_LIMITS.depth, BODY_TOO_MANY_KEYS: STRICT_LIMITS.keys }[String(error.code)];
  const details = limit === undefined ? error.details : { ...error.details, limit };
  return new AegisError(error.code, details, error.pointer?.startsWith('/body') === true ? error.pointer.slice('/body'.length) : error.pointer);
}

const invalid = (detail: string): AegisError => new AegisError('REQUEST_INVALID', { detail });

function frameOf(value: Json): Frame {
  if (!isObject(value)) throw invalid('A frame is a JSON object');
  if (value['aegis'] !== undefined) return helloOf(value);
  if (value['cancel'] !== undefined) return { kind: 'cancel', id: idOf(value['cancel'], Object.keys(value).length === 1) };
  const { id, method, path, body } = value;
  const odd = Object.keys(value).find((name) => !REQUEST_MEMBERS.has(name));
  if (odd !== undefined) throw invalid(`The frame has an unknown member ${JSON.stringify(odd.slice(0, 64))}`);
  if (typeof method !== 'string' || typeof path !== 'string') throw invalid('A frame names its `method` and its `path`');
  return { kind: 'request', id: idOf(id, true), method, path, body };
}

function helloOf({ aegis, key = null, presence, ...odd }: JsonObject): Frame {
  if (aegis !== REVISION) throw invalid(`This daemon speaks revision ${String(REVISION)} of the line protocol`);
  if (Object.keys(odd).length > 0 || (key !== null && (typeof key !== 'string' || key.length > MOST_KEY)))
    throw invalid('The first line holds `aegis`, `key` and `presence`, and nothing else');
  return { kind: 'hello', key, presence: presenceOf(presence) };
}

function idOf(id: Json | undefined, alone: boolean): number {
  if (alone && isId(id)) return id;
  throw invalid('`id` is a whole number from 0 to 2^53 − 1, and `cancel` stands alone');
}

export function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0;
}
