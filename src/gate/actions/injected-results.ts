import type { AgentId } from '../../kernel/ids.ts';
import { isOwned } from '../../kernel/owned.ts';
import type { Policy } from '../../kernel/policy.ts';
import { policyOf } from '../tenant/tenant.ts';
import type { Tenant } from '../tenant/tenant.ts';

/** What becomes of a result with instructions in it before this agent's model reads it; in shadow mode nothing does (DEC-12, TAINT-14). */
export function injectedResults(tenant: Tenant, agent: AgentId): Policy['taint']['injectedResults'] {
  const { world } = tenant.queue.durable();
  const policy = policyOf(tenant, world);
  const shadows = policy.auditOnly || (policy.precision.get(agent) ?? policy.precision.get('*'))?.auditOnly === true;
  return shadows || !isOwned(world) ? 'pass' : policy.taint.injectedResults;
}
