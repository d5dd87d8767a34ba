import { boundedPrice, boundedUnits, ceilDiv, larger, member, whole } from './numbers.ts';
import { NoQuote } from './nouns.ts';
import type { ChainKind, Fee, Rpc } from './nouns.ts';
import type { GasAsk } from '../ports.ts';

/** Lamports for each signature. */
const BASE_FEE = 5_000n;
const MICRO = 1_000_000n;

/**
 * Solana: 5,000 lamports for each signature, and a priority fee in micro-lamports for each compute unit, of which three quarters of the blocks
 * of late took less.
 */
export const SOLANA: ChainKind = {
  unit: 'lamports',
  decimals: 9,
  async fee(ask, rpc, { identity, fresh }) {
    if (identity !== undefined && (await rpc('getGenesisHash', [])) !== identity) throw new NoQuote('other-chain');
    const recent = await rpc('getRecentPrioritizationFees', []);
    if (!Array.isArray(recent) || recent.length === 0 || recent.length > 1_000) throw new NoQuote('unreadable');
    const slot = recent.map((one) => whole(member(one, 'slot'))).reduce(larger);
    fresh(Number(whole(await rpc('getBlockTime', [Number(slot)]))) * 1000);
    const perUnit = boundedPrice(upperQuarter(recent.map((one) => whole(member(one, 'prioritizationFee')))));
    const { units, simulated } = await unitsOf(ask, rpc);
    const priority = ceilDiv(boundedUnits(units) * perUnit, MICRO);
    const amount = BASE_FEE * BigInt(ask.signatures ?? 1) + priority;
    return { amount, units, ...(simulated === undefined ? {} : { simulated }) };
  },
};

function upperQuarter(fees: readonly bigint[]): bigint {
  const sorted = [...fees].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted[Math.ceil(sorted.length * 0.75) - 1] ?? 0n;
}

async function unitsOf({ units, transaction }: GasAsk, rpc: Rpc): Promise<Omit<Fee, 'amount'>> {
  if (transaction === undefined) {
    if (units === undefined) throw new NoQuote('no-units');
    return { units };
  }
  const answer = await rpc('simulateTransaction', [transaction, { encoding: 'base64', replaceRecentBlockhash: true, sigVerify: false }]);
  const value = member(answer, 'value');
  const simulated = member(value, 'err') === null ? 'succeeds' : 'fails';
  return { units: larger(whole(member(value, 'unitsConsumed')), units ?? 0n), simulated };
}
