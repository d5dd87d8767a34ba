import type { ActionGate } from './action-gate.ts';
import type { LogGate } from './log-gate.ts';
import type { OperatorGate } from './operator-gate.ts';
import type { ToolGate } from './tool-gate.ts';

/**
 * The one place that decides and records, as four faces; whoever uses it asks for the faces it needs. Every method that writes resolves only
 * when its entries are durable; when the log cannot append it rejects with AegisError GATE_CLOSED and nothing was decided.
 */
export interface Gate extends ActionGate, OperatorGate, ToolGate, LogGate {
  /** Decides and records what was accepted, and accepts nothing more. */
  close(): Promise<void>;
}
