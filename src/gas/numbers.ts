import { NoQuote } from './nouns.ts';

/** More units or a higher price than any chain has: a server that says so is not believed. */
const MOST_UNITS = 10n ** 12n;
const MOST_PER_UNIT = 10n ** 18n;

/** A quantity of Ethereum's JSON-RPC: `0x`, no leading zeros. @throws NoQuote */
export function quantity(value: unknown): bigint {
  if (typeof value !== 'string' || !/^0x(?:0|[1-9a-f][0-9a-f]{0,63})$/i.test(value)) throw new NoQuote('unreadable');
  return BigInt(value);
}

/** A whole number that is not negative, as JSON or as decimal text. @throws NoQuote */
export function whole(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'string' && /^(?:0|[1-9]\d{0,39})$/.test(value)) return BigInt(value);
  throw new NoQuote('unreadable');
}

/** @throws NoQuote */
export function boundedUnits(units: bigint): bigint {
  if (units <= 0n || units > MOST_UNITS) throw new NoQuote('absurd');
  return units;
}

/** @throws NoQuote */
export function boundedPrice(perUnit: bigint): bigint {
  if (perUnit < 0n || perUnit > MOST_PER_UNIT) throw new NoQuote('absurd');
  return perUnit;
}

export const ceilDiv = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;

/** A member of an object of JSON; undefined where there is none. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

export const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
