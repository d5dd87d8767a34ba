import type { Config } from '../config/schema.ts';
import type { Clock, GasPrices } from '../ports.ts';
import { coinPrice } from './coin.ts';
import { EVM } from './evm.ts';
import { ceilDiv } from './numbers.ts';
import { NoQuote } from './nouns.ts';
import type { ChainKind } from './nouns.ts';
import { jsonRpc } from './rpc.ts';
import { SOLANA } from './solana.ts';
import { SUI } from './sui.ts';

const KINDS: Readonly<Record<'evm' | 'solana' | 'sui', ChainKind>> = { evm: EVM, solana: SOLANA, sui: SUI };
const MICRO = 1_000_000;
/** A node's clock and ours may differ by as much. */
const AHEAD_MS = 60_000;

export function gasPrices({ gas }: Pick<Config, 'gas'>, clock: Clock, env: Readonly<Record<string, string | undefined>>): GasPrices {
  const chains = new Map(gas.chains.map((chain) => [chain.name, chain]));
  const fresh = (at: number): void => {
    const age = clock.now() - at;
    if (!(age <= gas.staleMs && age >= -AHEAD_MS)) throw new NoQuote('stale');
  };
  return {
    async price(ask) {
      const chain = chains.get(ask.chain);
      if (chain === undefined) return { fault: 'unknown-chain' };
      const kind = KINDS[chain.kind];
      const headers = Object.fromEntries((chain.headers ?? []).map(({ name, variable }) => [name, env[variable] ?? '']));
      const reach = { timeoutMs: gas.timeoutMs };
      try {
        const [fee, usd] = await Promise.all([
          kind.fee(ask, jsonRpc(chain.rpc, { ...reach, headers }), { identity: chain.identity, fresh }),
          coinPrice(chain.coin, reach, fresh),
        ]);
        const usdMicros = inMicros(fee.amount, usd, kind.decimals);
        const { units, simulated } = fee;
        const quote = { chain: chain.name, units: String(units), fee: String(fee.amount), unit: kind.unit, coinUsd: usd };
        return { quote: simulated === undefined ? quote : { ...quote, simulated }, usdMicros };
      } catch (error) {
        if (error instanceof NoQuote) return { fault: error.fault };
        throw error;
      }
    },
  };
}

/** Up, so that rounding never makes a cost free. @throws NoQuote */
function inMicros(amount: bigint, usd: number, decimals: number): number {
  const micros = Number(ceilDiv(amount * BigInt(Math.ceil(usd * MICRO)), 10n ** BigInt(decimals)));
  if (!Number.isSafeInteger(micros)) throw new NoQuote('absurd');
  return micros;
}
