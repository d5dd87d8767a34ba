import { fetchJson } from './rpc.ts';
import type { Reach } from './rpc.ts';
import { NoQuote } from './nouns.ts';
import { member } from './numbers.ts';

const MOST_USD = 10_000_000;
/** A time below this is in seconds. */
const MILLISECONDS_FROM = 100_000_000_000;

/** Where the price of a coin comes from: written by the operator, or read from a feed. */
export type CoinSource =
  | { readonly usd: number }
  | {
      readonly url: string;
      /** RFC 6901: where the price in dollars stands. */
      readonly pointer: string;
      /** Where its time stands, in seconds or milliseconds; without one it counts as of now. */
      readonly time?: string;
    };

/** Dollars for one coin. @throws NoQuote */
export async function coinPrice(source: CoinSource, reach: Reach, fresh: (at: number) => void): Promise<number> {
  if ('usd' in source) return source.usd;
  const answer = await fetchJson(source.url, { headers: { accept: 'application/json' } }, reach);
  const usd = at(answer, source.pointer);
  if (typeof usd !== 'number' || !Number.isFinite(usd)) throw new NoQuote('unreadable');
  if (usd <= 0 || usd > MOST_USD) throw new NoQuote('absurd');
  if (source.time !== undefined) {
    const time = at(answer, source.time);
    if (typeof time !== 'number') throw new NoQuote('unreadable');
    fresh(time < MILLISECONDS_FROM ? time * 1000 : time);
  }
  return usd;
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce((found, step) => member(found, step.replaceAll('~1', '/').replaceAll('~0', '~')), value);
}
