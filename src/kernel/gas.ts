/** Why a chain's price for a transaction is not known. */
export const GAS_FAULTS = ['unknown-chain', 'no-units', 'unreachable', 'refused', 'unreadable', 'absurd', 'other-chain', 'stale', 'fails'] as const;
export type GasFault = (typeof GAS_FAULTS)[number];

/** What a chain asked for a transaction when it was proposed; the door says it, never the agent. */
export type GasQuote = {
  readonly chain: string;
  /** Gas, compute units or computation units; decimal. */
  readonly units: string;
  /** In the coin's smallest unit; decimal. */
  readonly fee: string;
  readonly unit: 'wei' | 'lamports' | 'MIST';
  /** Dollars for one coin. */
  readonly coinUsd: number;
  /** What the chain said when it tried the transaction. */
  readonly simulated?: 'succeeds' | 'fails';
};
