import { hash } from 'node:crypto';
import type { Digest } from '../kernel/ids.ts';

/** Room to put a prefix before what is hashed, used again and again: hashing is synchronous. */
const scratch = Buffer.alloc(16_384);
const pair = Buffer.alloc(65);
pair[0] = 1;

/** RFC 6962 leaf hash: SHA-256(0x00 ‖ bytes), hex. */
export function leafDigest(bytes: Uint8Array): Digest {
  return hash('sha256', behindZero(bytes), 'hex') as Digest;
}

/** The same, raw 32 bytes. */
export function leafHash(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', behindZero(bytes), 'binary'), 'latin1');
}

function behindZero(bytes: Uint8Array): Buffer {
  const room = bytes.length < scratch.length ? scratch : Buffer.allocUnsafe(bytes.length + 1);
  room[0] = 0;
  room.set(bytes, 1);
  return room.subarray(0, bytes.length + 1);
}

/** Entries are small and many: their bytes are written one behind another into room of this size, each behind its prefix. */
const SLAB = 65_536;
let slab = Buffer.alloc(0);
let taken = 0;

/** The UTF-8 bytes of well-formed text and their leaf hash. They are written once, behind the prefix, and hashed where they lie. */
export function sealedText(text: string): { readonly bytes: Uint8Array<ArrayBuffer>; readonly leaf: Digest } {
  const length = Buffer.byteLength(text, 'utf8');
  const room = roomFor(length + 1);
  room[0] = 0;
  room.write(text, 1, 'utf8');
  return { bytes: new Uint8Array(room.buffer, room.byteOffset + 1, length), leaf: hash('sha256', room, 'hex') as Digest };
}

function roomFor(length: number): Buffer<ArrayBuffer> {
  // A large one gets room of its own, so that it does not keep small ones' in memory nor they its.
  if (length > SLAB / 8) return Buffer.alloc(length);
  if (taken + length > slab.length) {
    slab = Buffer.alloc(SLAB);
    taken = 0;
  }
  taken += length;
  return slab.subarray(taken - length, taken);
}

/** RFC 6962 inner node: SHA-256(0x01 ‖ left ‖ right), raw 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== 32 || right.length !== 32) throw new TypeError('a node has two hashes of 32 bytes');
  pair.set(left, 1);
  pair.set(right, 33);
  return Buffer.from(hash('sha256', pair, 'binary'), 'latin1');
}

/** The same over digests in hex: for whoever has them so, their bytes need no room of their own. */
export function nodeDigest(left: Digest, right: Digest): Digest {
  if (pair.write(left, 1, 'hex') !== 32 || pair.write(right, 33, 'hex') !== 32) throw new TypeError('a node has two hashes of 32 bytes');
  return hash('sha256', pair, 'hex') as Digest;
}

export function toDigest(raw: Uint8Array): Digest {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('hex') as Digest;
}

export function fromDigest(digest: Digest): Buffer {
  return Buffer.from(digest, 'hex');
}
