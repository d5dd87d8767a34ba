import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Clock, Ids, Random } from '../ports.ts';

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Asking the system costs more than what it gives: small wishes are served from a larger draught, each byte once and then wiped. */
const DRAUGHT = 4_096;
let pool = Buffer.alloc(0);
let drawn = 0;

function draw(length: number): Uint8Array {
  if (length > 64) return randomBytes(length);
  if (drawn + length > pool.length) {
    pool = randomBytes(DRAUGHT);
    drawn = 0;
  }
  const bytes = Uint8Array.prototype.slice.call(pool, drawn, drawn + length);
  pool.fill(0, drawn, drawn + length);
  drawn += length;
  return bytes;
}

export const systemRandom: Random = { bytes: draw };

/** RFC 9562 UUIDv7: 48 bits of time, then randomness. */
export function uuidv7(clock: Clock, random: Random): Ids {
  return {
    next: () => {
      const bytes = Buffer.from(random.bytes(16));
      bytes.writeUIntBE(clock.now(), 0, 6);
      bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
      bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
      const hex = bytes.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
