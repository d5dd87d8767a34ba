import type { Label } from '../decision.ts';
import type { Finding } from '../finding.ts';
import { atLeast } from '../finding.ts';
import type { EntryIndex } from '../ids.ts';
import { isOwned } from '../owned.ts';
import type { SessionState, World } from '../world.ts';

interface Entered {
  readonly source: Label;
  readonly trusted: boolean;
  readonly findings: readonly Finding[];
}

/** Text that steers a model, or that is spelled in characters nobody sees. */
export function instructs({ detector, risk }: Pick<Finding, 'detector' | 'risk'>): boolean {
  return detector === 'injection' ? atLeast(risk, 'HIGH') : detector === 'unicode' && risk === 'CRITICAL';
}

/** TAINT-12: the session once this entered it. What the user typed, and what a trusted source says, instructs rightly. */
export function withInjected(
  session: SessionState,
  { source, trusted, findings }: Entered,
  { world, index, tool }: { readonly world: Pick<World, 'semantics'>; readonly index: EntryIndex; readonly tool?: string },
): SessionState {
  if (!isOwned(world) || session.injected !== undefined || trusted || source === 'user_input' || findings.length === 0) return session;
  const found = findings.find(instructs);
  if (found === undefined) return session;
  return { ...session, injected: { source: index, label: source, finding: found.code, ...(tool === undefined ? {} : { tool }) } };
}

/** TAINT-13: a person looked and lets the session go on; what enters later counts anew. */
export function withoutInjected(session: SessionState): SessionState {
  if (session.injected === undefined) return session;
  const { injected: _seen, ...rest } = session;
  return rest;
}
