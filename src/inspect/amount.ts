import { wordsOf } from './classify/words.ts';

const AMOUNTS: ReadonlySet<string> = new Set(
  'amount price total sum usd eur gbp payment value cost fee salary budget limit balance cents deposit withdrawal refund tip'.split(' '),
);

/** Whether an argument's key names an amount of money. */
export function isAmount(key: string): boolean {
  return wordsOf(key).some((word) => AMOUNTS.has(word));
}
