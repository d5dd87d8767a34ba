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

/** Room to put a prefix before what is hashed, used again and again: hashing is synchronous. */
const scratch = Buffer.alloc(16_384);
const pair = Buffer.alloc(65);
pair[0] = 1;

/** RFC 6962 leaf hash: SHA-256(0x00 ‖ bytes), hex. */
export function leafDigest(bytes: Uint8Array): Digest {
  const room = bytes.length < scratch.length ? scratch : Buffer.allocUnsafe(bytes.length + 1);
  room[0] = 0;
  room.set(bytes, 1);
  return hash('sha256', room.subarray(0, bytes.length + 1), 'hex') as Digest;
}

/** The same, raw 32 bytes. */
export function leafHash(bytes: Uint8Array): Buffer {
  return fromDigest(leafDigest(bytes));
}

/** RFC 6962 inner node: SHA-256(0x01 ‖ left ‖ right), raw 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== 32 || right.length !== 32) throw new TypeError('a node has two hashes of 32 bytes');
  pair.set(left, 1);
  pair.set(right, 33);
  return Buffer.from(hash('sha256', pair, 'hex'), 'hex');
}

export function toDigest(raw: Uint8Array): Digest {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('hex') as Digest;
}

export function fromDigest(digest: Digest): Buffer {
  return Buffer.from(digest, 'hex');
}

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}
