import { isObject } from '../kernel/json.ts';
import type { Json } from '../kernel/json.ts';
import { MOST_NAME } from './limits.ts';
import type { Use } from './meter.ts';

/** Far beyond what a minute can hold, and no sum of such numbers loses a digit. */
const MOST_TOKENS = 1_000_000_000;
const MOST_USD = 1_000_000;

const COUNTS = { tokens: MOST_TOKENS, steps: 1_000_000 } as const;
const NAMES = ['call', 'action'] as const;

/** What a report says, or what is wrong with it. Nothing unknown, negative, or not a number is taken for anything. */
export function readReport(body: Json | undefined): { readonly use: Use } | { readonly fault: string } {
  if (body === undefined || !isObject(body)) return { fault: 'a report is a JSON object' };
  const use: { tokens?: number; steps?: number; costUsd?: number; call?: string; action?: string } = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === 'tokens' || name === 'steps') {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > COUNTS[name])
        return { fault: `\`${name}\` must be a whole number from 0 to ${String(COUNTS[name])}` };
      use[name] = value;
    } else if (name === 'costUsd') {
      if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > MOST_USD)
        return { fault: `\`costUsd\` must be a number from 0 to ${String(MOST_USD)}` };
      use.costUsd = value;
    } else if (name === 'call' || name === 'action') {
      if (typeof value !== 'string' || value === '' || value.length > MOST_NAME)
        return { fault: `\`${name}\` must be a text of 1 to ${String(MOST_NAME)} characters` };
      use[name] = value;
    } else return { fault: `\`${name}\` is not part of a report: ${[...Object.keys(COUNTS), 'costUsd', ...NAMES].join(', ')}` };
  }
  return Object.keys(use).length === 0 ? { fault: 'an empty report says nothing' } : { use };
}
