import { hash } from 'node:crypto';
import type { Json } from '../kernel/json.ts';

/** RFC 8785 bytes of a value. Injected (the log owns the canonicaliser). */
export type CanonicalBytes = (value: Json) => Uint8Array;

/** Lower-case hex SHA-256. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}
