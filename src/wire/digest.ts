import { hash } from 'node:crypto';
import type { Digest } from '../kernel/ids.ts';
import { canonicalBytes } from './jcs.ts';

/** SHA-256 of bytes, lower-case hex. */
export function sha256(bytes: Uint8Array): Digest {
  return hash('sha256', bytes, 'hex') as Digest;
}

/** SHA-256 of the RFC 8785 bytes of a JSON value: how arguments, declarations and documents are named. */
export function digestOf(value: unknown): Digest {
  return sha256(canonicalBytes(value));
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}
