import { AegisError } from '../errors.ts';
import type { Digest } from '../kernel/ids.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Only keys that exist get a bucket; beyond this many all are forgotten, and a forgotten bucket starts full. */
const MAX_KEYS = 10_000;

/** @throws AegisError RATE_LIMITED, which is never an allow (AUTH-6) */
export type RateLimiter = (key: Digest, nowMs: number) => void;

/** A token bucket per key, one second deep. Time comes in. */
export function rateLimiter(perSecond: number): RateLimiter {
  const buckets = new Map<Digest, Bucket>();
  return (key, nowMs) => {
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      if (buckets.size >= MAX_KEYS) buckets.clear();
      buckets.set(key, { tokens: perSecond - 1, at: nowMs });
      return;
    }
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((nowMs - bucket.at) * perSecond) / 1000);
    bucket.at = nowMs;
    if (bucket.tokens < 1) throw new AegisError('RATE_LIMITED', { retryAfterMs: Math.ceil(1000 / perSecond) });
    bucket.tokens -= 1;
  };
}
