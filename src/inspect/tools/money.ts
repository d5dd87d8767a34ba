import type { JsonObject } from '../../kernel/json.ts';
import { wordsOf } from '../classify/words.ts';
import type { Said } from './said.ts';
import { MONEY_WORDS } from './tables.ts';

/** From here on a payment is large, in dollars or what is worth about as much. */
const LARGE = 10_000;

/** How many units of a currency are worth about one dollar, by powers of ten. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/\b(?:btc|bitcoin|xbt|wbtc)\b/i, 1e-4],
  [/\b(?:eth|ether|ethereum|weth)\b/i, 1e-3],
  [/\b(?:jpy|yen|krw|won|inr|rupees?|huf|isk|twd|thb|php|rub)\b/i, 100],
  [/\b(?:vnd|idr|irr|lbp)\b/i, 10_000],
  [/\b(?:cents?|pence|satoshis?|sats)\b/i, 100],
];
const AMOUNT = /^(?:amount|value|total|sum|qty|quantity|cost|payment|usd|eur|gbp|transfer|principal)$/;
const NOT_AMOUNT = /^(?:id|limit|price|count|index|max|min|rate|date)$/;

/** A payment of ten thousand or more, or of all there is. Gives the pointer of the amount, or null. */
export function largePayment(said: Said, args: JsonObject): string | null {
  if (said.act !== 'pay' || !isPayment(said, args)) return null;
  const units = scale(args);
  const inMoney = (words: readonly string[]): boolean => words.some((word) => /^(?:usd|eur|gbp|dollars?|euros?)$/.test(word));
  for (const [key, value] of Object.entries(args)) {
    const words = wordsOf(key);
    if (!words.some((word) => AMOUNT.test(word)) || words.some((word) => NOT_AMOUNT.test(word))) continue;
    const amount = typeof value === 'number' ? value : typeof value === 'string' ? amountIn(value) : 0;
    const counted = words.includes('quantity') || words.includes('qty');
    if (amount === Infinity || (!counted && amount >= LARGE * (inMoney(words) ? 1 : units) * (words.includes('cents') ? 100 : 1)))
      return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  if (said.verb === 'liquidate') return '/~name';
  const all =
    said.words.has('all') && said.objects.some((word) => MONEY_WORDS.has(word) || word === 'assets' || word === 'holdings' || word === 'all');
  return all && (said.verb === 'sell' || said.verb === 'transfer' || said.verb === 'withdraw' || said.verb === 'send' || said.verb === 'liquidate')
    ? '/~name'
    : null;
}

function isPayment({ verb, words }: Said, args: JsonObject): boolean {
  if (verb === 'approve' || verb === 'send' || verb === 'place' || verb === 'transfer')
    return (
      [...words].some((word) => MONEY_WORDS.has(word)) ||
      Object.keys(args).some((key) => /^(?:amount|iban|to_?account|from_?account|symbol)/i.test(key))
    );
  return true;
}

function scale(args: JsonObject): number {
  const text = Object.entries(args)
    .filter(([key, value]) => typeof value === 'string' && value.length <= 40 && /currency|asset|coin|token|symbol|unit|amount/i.test(key))
    .map(([key, value]) => `${key.replaceAll('_', ' ')} ${String(value)}`)
    .join(' ');
  const keys = Object.keys(args).join(' ').replaceAll('_', ' ');
  return UNITS.find(([name]) => name.test(text) || name.test(keys))?.[1] ?? 1;
}

/** `50,000 USD`, `$1.2M`, `10k`; `all`, `max` and `entire balance` are without end. */
function amountIn(text: string): number {
  if (/^\s*(?:all|max|maximum|everything|100\s*%|(?:the\s+)?(?:entire|full|whole)\b.{0,20})\s*$/i.test(text)) return Infinity;
  const found = /(\d[\d,' ]{0,20}(?:\.\d{1,18})?)\s{0,2}(k|m|mn|million|thousand|bn|billion)?\b/i.exec(text.slice(0, 60));
  if (found === null) return 0;
  const power = { k: 1e3, thousand: 1e3, m: 1e6, mn: 1e6, million: 1e6, bn: 1e9, billion: 1e9 }[(found[2] ?? '').toLowerCase()] ?? 1;
  return Number((found[1] ?? '').replace(/[, ']/g, '')) * power;
}
