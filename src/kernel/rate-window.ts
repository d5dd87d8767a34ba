import type { Millis } from './ids.ts';
import type { RateSecond, RateWindow } from './world.ts';

/** Seconds a window reaches back, its newest included. */
export const WINDOW_SECONDS = 60;

const NONE: readonly RateSecond[] = [];

/** Window keys: the agent's total, the agent's tool, the tenant's total, the tenant's tool. Ids hold no space, so no two meet. */
export function rateKeys(agent: string, tool: string): readonly [string, string, string, string] {
  return [`agent ${agent}`, `agent ${agent} ${tool}`, 'tenant', `tenant ${tool}`];
}

/** The window with one more second's worth. Within a second nothing is copied but the newest; what is a minute old goes when a new second begins. */
export function counted(window: RateWindow | undefined, { second, calls, tokens }: RateSecond): RateWindow {
  if (window === undefined || second - window.second >= WINDOW_SECONDS) return { second, calls, tokens, older: NONE };
  // Time that went backwards counts in the newest second: it never frees anything (RATE-3).
  if (second <= window.second) return { second: window.second, calls: window.calls + calls, tokens: window.tokens + tokens, older: window.older };
  const older: RateSecond[] = [];
  for (const one of window.older) if (one.second > second - WINDOW_SECONDS) older.push(one);
  older.push({ second: window.second, calls: window.calls, tokens: window.tokens });
  return { second, calls, tokens, older };
}

/** What the last 60 seconds hold, and how long until the oldest of it falls out. */
export function windowSum(window: RateWindow | undefined, kind: 'calls' | 'tokens', at: Millis): { readonly sum: number; readonly freeInMs: number } {
  const second = Math.floor(at / 1000);
  if (window === undefined || second - window.second >= WINDOW_SECONDS) return { sum: 0, freeInMs: 0 };
  // A window ahead of this time (the clock went back) counts whole: RATE-3.
  const first = Math.max(second, window.second) - WINDOW_SECONDS + 1;
  let sum = window[kind];
  let oldest = window[kind] > 0 ? window.second : second;
  for (let at = window.older.length - 1; at >= 0; at--) {
    const one = window.older[at];
    if (one === undefined || one.second < first) break;
    if (one[kind] > 0) oldest = one.second;
    sum += one[kind];
  }
  return { sum, freeInMs: Math.max(1, (oldest + WINDOW_SECONDS) * 1000 - at) };
}
