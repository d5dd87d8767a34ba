import { inspectWork } from '../../inspect/inspected.ts';
import type { Inspected, Work } from '../../inspect/inspected.ts';
import type { AgentId, SessionId } from '../../kernel/ids.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** Inspects at once, or elsewhere when it is long or something long of the same session comes first. */
export function inspectInTurn(
  { id, deps }: Tenant,
  work: Work,
  { agent, session, bytes }: { readonly agent: AgentId; readonly session: SessionId | undefined; readonly bytes: Uint8Array },
): Inspected | Promise<Inspected> {
  return deps.inspectAside?.(work, { agent: `${id} ${agent}`, session: session ?? '', bytes }) ?? inspectWork(work, deps.inspect);
}
