import type { Millis } from '../ids.ts';
import { rateKeys } from '../rate-window.ts';
import type { RateWindow, World } from '../world.ts';
import { enqueue } from './enqueue.ts';

const ZEROS: readonly number[] = Array.from({ length: 60 }, () => 0);

function advanced(window: RateWindow | undefined, second: number): { calls: number[]; tokens: number[]; second: number } {
  if (window === undefined || second - window.second >= 60) return { second, calls: ZEROS.slice(), tokens: ZEROS.slice() };
  const calls = window.calls.slice();
  const tokens = window.tokens.slice();
  for (let s = window.second + 1; s <= second; s++) {
    calls[s % 60] = 0;
    tokens[s % 60] = 0;
  }
  // Time that went backwards counts in the newest bucket: it never frees anything.
  return { second: Math.max(window.second, second), calls, tokens };
}

/** RATE-1: counted for the agent and the tenant, by tool and over all tools. */
export function countRate(world: World, call: { agent: string; name: string; at: Millis; calls: number; tokens: number }): World {
  let next = world;
  for (const key of rateKeys(call.agent, call.name)) {
    const known = next.rates.get(key);
    const window = advanced(known, Math.floor(call.at / 1000));
    const bucket = window.second % 60;
    window.calls[bucket] = (window.calls[bucket] ?? 0) + call.calls;
    window.tokens[bucket] = (window.tokens[bucket] ?? 0) + call.tokens;
    next = { ...next, rates: next.rates.set(key, window) };
    if (known === undefined) next = enqueue(next, 'sweep', `rate:${key}`);
  }
  return next;
}
