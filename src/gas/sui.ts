import { boundedPrice, boundedUnits, larger, member, whole } from './numbers.ts';
import { NoQuote } from './nouns.ts';
import type { ChainKind, Fee, Rpc } from './nouns.ts';
import type { GasAsk } from '../ports.ts';

/** Sui: computation units at the reference gas price, in MIST; for a transaction, what its dry run costs with storage, without the rebate. */
export const SUI: ChainKind = {
  unit: 'MIST',
  decimals: 9,
  async fee(ask, rpc, { identity, fresh }) {
    if (identity !== undefined && (await rpc('sui_getChainIdentifier', [])) !== identity) throw new NoQuote('other-chain');
    const newest = await rpc('sui_getLatestCheckpointSequenceNumber', []);
    fresh(Number(whole(member(await rpc('sui_getCheckpoint', [newest]), 'timestampMs'))));
    const perUnit = boundedPrice(whole(await rpc('suix_getReferenceGasPrice', [])));
    return ask.transaction === undefined ? ofUnits(ask, perUnit) : ofDryRun(ask, perUnit, rpc);
  },
};

function ofUnits({ units }: GasAsk, perUnit: bigint): Fee {
  if (units === undefined) throw new NoQuote('no-units');
  return { amount: boundedUnits(units) * perUnit, units };
}

async function ofDryRun({ transaction, units = 0n }: GasAsk, perUnit: bigint, rpc: Rpc): Promise<Fee> {
  const effects = member(await rpc('sui_dryRunTransactionBlock', [transaction]), 'effects');
  const used = member(effects, 'gasUsed');
  // A rebate is paid to whoever owns the storage, which need not be who pays; it never makes the price less.
  const costs = whole(member(used, 'computationCost')) + whole(member(used, 'storageCost'));
  const simulated = member(member(effects, 'status'), 'status') === 'success' ? 'succeeds' : 'fails';
  return { amount: boundedPrice(larger(costs, units * perUnit)), units, simulated };
}
