import type { Claims } from '../../../kernel/action.ts';
import type { GasAsk, GasPrice } from '../../../ports.ts';
import type { PermissionBody } from './shapes.ts';

/** What of a `gas_budget` request the chain is asked about; null where it names no chain. */
export function gasAskOf({ metadata = {} }: PermissionBody): GasAsk | null {
  const { chain, gas_units: units, transaction, signatures } = metadata;
  if (typeof chain !== 'string') return null;
  return {
    chain,
    ...(isCount(units) ? { units: BigInt(units) } : {}),
    ...(transaction === undefined || transaction === null ? {} : { transaction }),
    ...(typeof signatures === 'number' && Number.isInteger(signatures) && signatures >= 1 && signatures <= 64 ? { signatures } : {}),
  };
}

function isCount(value: unknown): value is number | string {
  return typeof value === 'number' ? Number.isSafeInteger(value) && value > 0 : typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value);
}

/** The chain's price in the place of what the agent estimates (GAS-1). */
export function priced(claims: Claims, price: GasPrice): Claims {
  return 'fault' in price ? { ...claims, gasFault: price.fault } : { ...claims, usdMicros: price.usdMicros, gas: price.quote };
}
