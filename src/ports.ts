import type { GasFault, GasQuote } from './kernel/gas.ts';
import type { Millis } from './kernel/ids.ts';

/** Time, ids and randomness are arguments; only `main.ts` constructs the real ones. */
export interface Clock {
  now(): Millis;
  /** Monotonic milliseconds, for measuring only; never decided upon or recorded as a time. */
  monotonic(): number;
}

export interface Ids {
  /** RFC 9562 UUIDv7. */
  next(): string;
}

export interface Random {
  bytes(length: number): Uint8Array;
}

/** What is to be priced: a number of units, a transaction the chain is asked about, or both. */
export interface GasAsk {
  readonly chain: string;
  /** Gas, compute units or computation units, by chain. */
  readonly units?: bigint;
  /** EVM: the object of `eth_estimateGas`. Solana and Sui: the transaction's bytes in base64. */
  readonly transaction?: unknown;
  /** Solana: signatures the transaction carries; 1 unless said. */
  readonly signatures?: number;
}

export type GasPrice = { readonly quote: GasQuote; readonly usdMicros: number } | { readonly fault: GasFault };

/** Prices transactions by what their chains ask now. It never fails: what has no price says why. */
export interface GasPrices {
  price(ask: GasAsk): Promise<GasPrice>;
}
