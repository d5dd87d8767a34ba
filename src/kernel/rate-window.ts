import type { Millis } from './ids.ts';
import type { RateWindow } from './world.ts';

/** Window keys: the agent's total, the agent's tool, the tenant's total, the tenant's tool. Ids hold no space, so no two meet. */
export function rateKeys(agent: string, tool: string): readonly [string, string, string, string] {
  return [`agent ${agent}`, `agent ${agent} ${tool}`, 'tenant', `tenant ${tool}`];
}

/** What the last 60 seconds hold, and how long until the oldest of it falls out. */
export function windowSum(window: RateWindow | undefined, kind: 'calls' | 'tokens', at: Millis): { readonly sum: number; readonly freeInMs: number } {
  const second = Math.floor(at / 1000);
  if (window === undefined || second - window.second >= 60) return { sum: 0, freeInMs: 0 };
  const buckets = window[kind];
  let sum = 0;
  let oldest = second;
  // A window ahead of this time (the clock went back) counts whole: RATE-3.
  const first = Math.max(second, window.second) - 59;
  for (let s = window.second; s >= first; s--) {
    const value = buckets[((s % 60) + 60) % 60] ?? 0;
    if (value > 0) oldest = s;
    sum += value;
  }
  return { sum, freeInMs: Math.max(1, (oldest + 60) * 1000 - at) };
}
