import { AegisError } from '../errors.ts';
import type { Digest } from '../kernel/ids.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Beyond this many buckets those that are full again are forgotten: a forgotten bucket starts full, so that nobody gains or loses by it. */
const MANY_KEYS = 10_000;
const FULL_AGAIN_MS = 1_000;

/** @throws AegisError RATE_LIMITED, which is never an allow (AUTH-6) */
export type RateLimiter = (key: Digest, nowMs: number) => void;

/** A token bucket per key, one second deep. Time comes in. */
export function rateLimiter(perSecond: number): RateLimiter {
  const buckets = new Map<Digest, Bucket>();
  let many = MANY_KEYS;
  return (key, nowMs) => {
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      if (buckets.size >= many) {
        for (const [one, { at }] of buckets) if (nowMs - at >= FULL_AGAIN_MS) buckets.delete(one);
        many = Math.max(MANY_KEYS, buckets.size * 2);
      }
      buckets.set(key, { tokens: perSecond - 1, at: nowMs });
      return;
    }
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((nowMs - bucket.at) * perSecond) / 1000);
    bucket.at = nowMs;
    if (bucket.tokens < 1) throw new AegisError('RATE_LIMITED', { retryAfterMs: Math.ceil(1000 / perSecond) });
    bucket.tokens -= 1;
  };
}
