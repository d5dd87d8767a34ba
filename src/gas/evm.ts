import { boundedPrice, boundedUnits, larger, member, quantity } from './numbers.ts';
import { NoQuote } from './nouns.ts';
import type { ChainKind, Fee, Rpc } from './nouns.ts';
import type { GasAsk } from '../ports.ts';

/**
 * Ethereum and chains like it (Monad among them). The price of a unit of gas is the base fee of the next block and the priority fee (EIP-1559);
 * where a chain has no base fee, what `eth_gasPrice` says.
 */
export const EVM: ChainKind = {
  unit: 'wei',
  decimals: 18,
  async fee(ask, rpc, { identity, fresh }) {
    if (identity !== undefined && quantity(await rpc('eth_chainId', [])) !== BigInt(identity)) throw new NoQuote('other-chain');
    const block = await rpc('eth_getBlockByNumber', ['latest', false]);
    fresh(Number(quantity(member(block, 'timestamp'))) * 1000);
    const perUnit = boundedPrice(await pricePerUnit(rpc, member(block, 'baseFeePerGas') !== undefined));
    const { units, simulated } = await unitsOf(ask, rpc);
    return { amount: boundedUnits(units) * perUnit, units, ...(simulated === undefined ? {} : { simulated }) };
  },
};

async function pricePerUnit(rpc: Rpc, hasBaseFee: boolean): Promise<bigint> {
  if (!hasBaseFee) return quantity(await rpc('eth_gasPrice', []));
  const history = await rpc('eth_feeHistory', ['0x1', 'latest', []]);
  const fees = member(history, 'baseFeePerGas');
  // The last one is of the block that comes next.
  const base = quantity(Array.isArray(fees) ? fees.at(-1) : undefined);
  return base + quantity(await rpc('eth_maxPriorityFeePerGas', []));
}

/** What the chain estimates for the transaction, and never less than the agent reserves. */
async function unitsOf({ units, transaction }: GasAsk, rpc: Rpc): Promise<Omit<Fee, 'amount'>> {
  if (transaction === undefined) {
    if (units === undefined) throw new NoQuote('no-units');
    return { units };
  }
  try {
    const estimated = quantity(await rpc('eth_estimateGas', [transaction]));
    return { units: larger(estimated, units ?? 0n), simulated: 'succeeds' };
  } catch (error) {
    if (!(error instanceof NoQuote) || error.fault !== 'refused') throw error;
    // A transaction that reverts has no estimate: what the agent reserves is what it can burn.
    if (units === undefined) throw new NoQuote('fails');
    return { units, simulated: 'fails' };
  }
}
