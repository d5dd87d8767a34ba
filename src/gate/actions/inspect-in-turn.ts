import { inspectWork } from '../../inspect/inspected.ts';
import type { Inspected, Work } from '../../inspect/inspected.ts';
import type { AgentId } from '../../kernel/ids.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** Inspects at once, or elsewhere when it is long or the agent's own longer work comes first. */
export function inspectInTurn(
  { id, deps }: Tenant,
  work: Work,
  { agent, bytes }: { readonly agent: AgentId; readonly bytes: Uint8Array },
): Inspected | Promise<Inspected> {
  return deps.inspectAside?.(work, { owner: `${id}/${agent}`, bytes }) ?? inspectWork(work, deps.inspect);
}
