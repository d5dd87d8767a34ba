import type { Decision } from '../../kernel/decision.ts';
import { approvalNumber, textOf } from '../../gate/refusal.ts';
import type { ProposedAction } from './decision-point.ts';
import type { RunningRequest, Session } from './session.ts';

/** How long one question to the gate holds; then the agent is told that it still waits. */
const SLICE_MS = 10_000;
/** An ask ends with its approval; a resource that never comes free ends here. */
const MOST_SLICES = 60;

export interface Wait {
  readonly signal: AbortSignal;
  /** Called before each further slice. `true`: do not wait on, hand back the decision as it stands. */
  readonly waited: (decision: Decision) => unknown;
}

/**
 * The final decision: `ask` and `defer` are waited out, slice by slice, until a person, the resource or the approval's expiry ends them
 * (MCP-6). A caller that goes away ends the waiting, never the asking.
 */
export async function decideAndWait(session: Session, proposed: ProposedAction, { signal, waited }: Wait): Promise<{ readonly decision: Decision }> {
  const { decisionPoint } = session.deps;
  let decision = await decisionPoint.decide(proposed, 0, signal);
  for (let slices = 0; decision.effect === 'ask' || decision.effect === 'defer'; slices++) {
    if (signal.aborted || slices >= MOST_SLICES || waited(decision) === true) break;
    decision = await decisionPoint.decide(proposed, SLICE_MS, signal);
  }
  return { decision };
}

/** What the agent is told of what it did not get; of what waits for a person, with the command that answers it (MCP-21). */
export function waitingText(decision: Decision): string {
  const text = textOf(decision) ?? 'Aegis is deciding.';
  return decision.effect === 'ask'
    ? `${text} A person answers with \`aegis approvals grant ${String(approvalNumber(decision))} --reason "…"\`.`
    : text;
}

/** Says that a call waits, to a client that asked to be told. */
export function tellWaiting(running: RunningRequest, decision: Decision): void {
  if (typeof running.progressToken !== 'string' && typeof running.progressToken !== 'number') return;
  running.waits = (running.waits ?? 0) + 1;
  running.tell({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    // Far below anything the server will say: progress must only grow.
    params: { progressToken: running.progressToken, progress: running.waits / 1_000_000, message: waitingText(decision) },
  });
}
