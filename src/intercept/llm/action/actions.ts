import type { ActionGate } from '../../../gate/action-gate.ts';
import type { LogGate } from '../../../gate/log-gate.ts';
import type { Digest } from '../../../kernel/ids.ts';
import type { Json } from '../../../kernel/json.ts';
import type { Prices } from './price.ts';
import type { SettlementQueue } from './settlement-queue.ts';

/** Tells the operator of a broken invariant; clients are never told. */
export type OnFault = (fault: { readonly what: string; readonly error: unknown }) => void;

/** What the proxy asks of the gate, and how long it waits for it. */
export interface Actions {
  readonly gate: Pick<ActionGate, 'admit' | 'admitAll' | 'settle' | 'label' | 'injectedResults'> & Pick<LogGate, 'record'>;
  readonly prices: Prices;
  /** As the gate takes it of arguments. */
  readonly digestOf: (value: Json) => Digest;
  /** How long the gate may take before the request is refused. */
  readonly decideMs: number;
  /** How long a person or a resource is waited for before the refusal is said. */
  readonly holdMs: number;
  readonly settlements: SettlementQueue;
  readonly onFault: OnFault;
}
