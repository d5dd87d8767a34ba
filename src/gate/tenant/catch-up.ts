import { DEFAULT_TENANT } from '../../kernel/ids.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { OpenTenant } from './open-tenant.ts';
import { enterNamed } from './tenants.ts';
import type { Tenants } from './tenants.ts';

/** Folds what others wrote to one tenant's log; null where there is nothing to wait for (GATE-26). */
export function catchUp(tenants: Tenants, id: TenantId): Promise<void> | null {
  const tenant = tenants.open.get(id);
  if (tenant !== undefined) return tenant.queue.behind() ? tenant.queue.refresh() : null;
  // Another daemon may have opened it since; its name may be folded here while its log is not open yet.
  const first = tenants.of(DEFAULT_TENANT);
  return first.queue.behind() || tenants.namedTo < first.queue.durable().head.size ? named(tenants, first) : null;
}

/** The same for every tenant, also one that another daemon opened; what became due by a leap of the clock is expired. */
export function catchUpAll(tenants: Tenants): Promise<void> | null {
  const behind = [...tenants.open.values()].filter(({ queue }) => queue.behind());
  for (const tenant of tenants.open.values()) tenant.expireLeapt();
  if (behind.length === 0) return null;
  const all = behind.map((tenant) => (tenant.id === DEFAULT_TENANT ? named(tenants, tenant) : tenant.queue.refresh()));
  return Promise.all(all).then(() => undefined);
}

async function named(tenants: Tenants, first: OpenTenant): Promise<void> {
  await first.queue.refresh();
  await enterNamed(tenants);
}
