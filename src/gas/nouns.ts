import type { GasFault } from '../kernel/gas.ts';
import type { GasAsk } from '../ports.ts';

/** What a chain asks now, in the smallest unit of its coin. */
export interface Fee {
  readonly amount: bigint;
  readonly units: bigint;
  /** What the chain said when it tried the transaction; absent where none was given. */
  readonly simulated?: 'succeeds' | 'fails';
}

/** One request of a chain's JSON-RPC. @throws NoQuote */
export type Rpc = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** How one kind of chain is asked. */
export interface ChainKind {
  /** What the coin's smallest unit is called. */
  readonly unit: 'wei' | 'lamports' | 'MIST';
  /** Smallest units in a coin, as a power of ten. */
  readonly decimals: number;
  /** @throws NoQuote */
  fee(ask: GasAsk, rpc: Rpc, terms: { readonly identity: string | undefined; readonly fresh: (at: number) => void }): Promise<Fee>;
}

/** Why there is no price. Nothing of the server's own words is repeated. */
export class NoQuote extends Error {
  readonly fault: GasFault;

  constructor(fault: GasFault) {
    super(fault);
    this.fault = fault;
  }
}
