import { AegisError } from '../../errors.ts';
import { DEFAULT_TENANT } from '../../kernel/ids.ts';
import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import { openEntry } from '../../log/entry.ts';
import type { GateDeps } from '../deps.ts';
import type { Principal, Receipt } from '../nouns.ts';
import { finishErasures } from '../operators/erase.ts';
import { openTenant } from './open-tenant.ts';
import type { OpenTenant } from './open-tenant.ts';
import { checkPlace } from '../input.ts';
import { recording } from '../record-fact.ts';

/** The open tenant of this id. @throws AegisError NOT_FOUND */
export type TenantOf = (tenant: TenantId) => OpenTenant;

export interface Tenants {
  readonly deps: GateDeps;
  readonly open: Map<TenantId, OpenTenant>;
  readonly of: TenantOf;
  readonly followers: Set<(tenant: TenantId, from: EntryIndex, to: EntryIndex) => void>;
  /** Tenants that are being opened: whoever else needs one waits for the same. */
  readonly entering: Map<TenantId, Promise<void>>;
  /** Where the search for tenants in the default tenant's log goes on. */
  namedTo: EntryIndex;
}

/** Opens the default tenant, then every tenant its log names and every log that is there. */
export async function openTenants(deps: GateDeps): Promise<Tenants> {
  const open = new Map<TenantId, OpenTenant>();
  const of: TenantOf = (id) => {
    const tenant = open.get(id);
    if (tenant === undefined) throw new AegisError('NOT_FOUND', { what: 'tenant' });
    return tenant;
  };
  const tenants: Tenants = { deps, open, of, followers: new Set(), entering: new Map(), namedTo: 0 };
  await enter(tenants, DEFAULT_TENANT);
  await enterNamed(tenants);
  for (const tenant of await deps.store.tenants()) await enter(tenants, tenant);
  return tenants;
}

/** Opens every tenant that the default tenant's log has named since this was last asked. */
export async function enterNamed(tenants: Tenants): Promise<void> {
  const { size } = tenants.of(DEFAULT_TENANT).queue.durable().head;
  const found = await tenants.deps.store.read(DEFAULT_TENANT, { type: 'tenant-opened', from: tenants.namedTo, to: size, limit: 100_000 });
  for (const { bytes, index } of found) {
    const entry = openEntry(bytes, index);
    if (entry.type === 'tenant-opened') await enter(tenants, entry.body.tenant);
  }
  tenants.namedTo = size;
}

async function enter(tenants: Tenants, tenant: TenantId): Promise<void> {
  if (tenants.open.has(tenant)) return;
  const under = tenants.entering.get(tenant) ?? begin(tenants, tenant).finally(() => tenants.entering.delete(tenant));
  tenants.entering.set(tenant, under);
  await under;
}

async function begin({ deps, open, followers }: Tenants, tenant: TenantId): Promise<void> {
  const appended = (of: TenantId, from: EntryIndex, to: EntryIndex): void => {
    for (const follower of followers) {
      try {
        follower(of, from, to);
      } catch (error) {
        // A follower reads; what it throws changes no decision.
        deps.onFault?.({ what: 'follower-threw', tenant: of, error });
      }
    }
  };
  const opened = await openTenant(deps, tenant, { appended });
  open.set(tenant, opened);
  await finishErasures(opened);
}

/** A new tenant is a fact of the default tenant's log before it has a log of its own (GATE-13). */
export async function addTenant(tenants: Tenants, tenant: TenantId, by: Principal | 'system'): Promise<Receipt> {
  checkPlace(tenant, 'tenant');
  const receipt = await tenants.of(DEFAULT_TENANT).queue.submit(recording({ type: 'tenant-opened', body: { tenant }, place: {} }, by));
  await enter(tenants, tenant);
  return receipt;
}

/** Open only while every tenant's log can be appended to. */
export function gateState({ open }: Tenants): ReturnType<OpenTenant['queue']['state']> {
  for (const tenant of open.values()) {
    const state = tenant.queue.state();
    if (!state.open) return state;
  }
  return { open: true };
}
