import type { Json } from '../../kernel/json.ts';
import { createSecretMask } from '../../wire/secret-mask.ts';
import type { SecretMask } from '../../wire/secret-mask.ts';
import { readMessage, SERVER_LIMITS } from './message.ts';
import type { Message } from './message.ts';

/** null: there is nothing to mask. */
export type ServerMask = SecretMask | null;

/** Secrets in a header: its value, each part behind a scheme's name, and what `Basic` wraps. */
function inHeader(value: string): readonly string[] {
  const parts = value.split(/[\s,;]+/);
  const [scheme = '', coded = ''] = parts;
  const basic = scheme.toLowerCase() === 'basic' ? Buffer.from(coded, 'base64').toString('utf8') : '';
  return [value, ...parts, basic, basic.slice(basic.indexOf(':') + 1)];
}

/** Masks the credentials Aegis sends to a server in its headers (MCP-28). */
export function maskOfHeaders(headers: Readonly<Record<string, string>>): ServerMask {
  return maskOf(Object.values(headers).flatMap(inHeader));
}

const SECRET_NAME = /KEY|TOKEN|SECRET|PASS|AUTH|CREDENTIAL|PAT$/i;
/** A place is no secret, whatever its variable is called. */
const PLACE = /^(?:[~./\\]|[A-Za-z]:[\\/]|https?:\/\/[^@]*$)/;

/** Masks the secrets a server over stdio is given in its environment, told by the names of their variables (MCP-28). */
export function maskOfVariables(env: Readonly<Record<string, string | undefined>>, names: readonly string[]): ServerMask {
  const given = names.filter((name) => SECRET_NAME.test(name)).map((name) => env[name] ?? '');
  return maskOf(given.filter((value) => !PLACE.test(value)));
}

function maskOf(values: readonly string[]): ServerMask {
  const long = values.filter((value) => value.length >= LEAST);
  return long.length === 0 ? null : createSecretMask(long);
}

/** As in wire/secret-mask.ts: shorter values are no keys. */
const LEAST = 8;

/**
 * One message of a server, strictly, without the secrets Aegis holds for it: whatever is decided on, recorded or passed on behind this never held
 * them (MCP-28). @throws AegisError as readMessage does
 */
export function readServerMessage(bytes: Uint8Array, mask: ServerMask): Message {
  if (mask === null) return readMessage(bytes, SERVER_LIMITS);
  const shown = mask.bytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const message = readMessage(shown, SERVER_LIMITS);
  // JSON may spell any character as an escape, so that bytes without a secret hold one.
  return shown.includes(0x5c) ? (maskedValue(message as unknown as Json, mask) as unknown as Message) : message;
}

function maskedValue(value: Json, mask: SecretMask): Json {
  if (typeof value === 'string') return mask.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => maskedValue(one, mask));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [mask.text(key), maskedValue(one, mask)]));
}
