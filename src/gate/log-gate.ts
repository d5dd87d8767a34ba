import { AegisError } from '../errors.ts';
import type { EntryBodies } from '../kernel/entry.ts';
import type { EntryIndex, Millis, TenantId } from '../kernel/ids.ts';
import type { World } from '../kernel/world.ts';
import type { InFlight, InFlightQuery } from './actions/in-flight.ts';
import type { FactPlace, Principal, Receipt } from './nouns.ts';
import { isFact, recording } from './record-fact.ts';
import type { FactType } from './record-fact.ts';
import { catchUp, catchUpAll } from './tenant/catch-up.ts';
import { addTenant, gateState } from './tenant/tenants.ts';
import type { Tenants } from './tenant/tenants.ts';

/** Called after every durable append, in order, per tenant. */
export type Follower = (tenant: TenantId, from: EntryIndex, to: EntryIndex) => void;

/** The log as other rooms see it: what folding it yields, what is new in it, and facts to add. */
export interface LogGate {
  /** The world as of the last durable entry. @throws AegisError NOT_FOUND for a tenant that was never opened */
  world(tenant: TenantId): World;
  /**
   * Folds what other daemons wrote to a tenant's log, or to every log; null where there is nothing to wait for. Whoever asks at the start of a
   * request sees everything that was acknowledged before it, by whichever daemon (GATE-26). @throws AegisError STORE_CORRUPT
   */
  current(tenant?: TenantId): Promise<void> | null;
  /** Every tenant that is open here. */
  tenants(): readonly TenantId[];
  /** The tenant's log's own time at this moment, by which everything in it expires (GATE-25). @throws AegisError NOT_FOUND */
  now(tenant: TenantId): Millis;
  /** Actions that were allowed and have no outcome yet, as of the last durable entry: how many, and the newest (GATE-33). */
  inFlight(tenant: TenantId, query: InFlightQuery): ReturnType<InFlight['read']>;
  /** Calls the follower after every durable append; the returned function ends that. */
  follow(follower: Follower): () => void;
  /** Whether the log can be appended to, or why not. */
  state(): { readonly open: true } | { readonly open: false; readonly why: string };
  /** Adds a fact that needs no more than the right to say it. @throws AegisError FORBIDDEN, REQUEST_INVALID, CONFLICT, NOT_FOUND */
  record<T extends FactType>(tenant: TenantId, type: T, body: EntryBodies[T], by: Principal | 'system', place?: FactPlace): Promise<Receipt>;
  /** Opens a tenant and records that; one that is open already is recorded again. @throws AegisError FORBIDDEN, REQUEST_INVALID */
  openTenant(tenant: TenantId, by: Principal | 'system'): Promise<Receipt>;
}

export function logGate(tenants: Tenants): LogGate {
  return {
    world: (tenant) => tenants.of(tenant).queue.durable().world,
    current: (tenant) => (tenant === undefined ? catchUpAll(tenants) : catchUp(tenants, tenant)),
    tenants: () => [...tenants.open.keys()],
    now: (tenant) => tenants.of(tenant).queue.now(),
    inFlight: (tenant, query) => tenants.of(tenant).inFlight.read(query),
    follow: (follower) => {
      tenants.followers.add(follower);
      return () => void tenants.followers.delete(follower);
    },
    state: () => gateState(tenants),
    record: async <T extends FactType>(
      tenant: TenantId,
      type: T,
      body: EntryBodies[T],
      ...[by, place = {}]: [by: Principal | 'system', place?: FactPlace]
    ) => {
      if (!isFact(type)) throw new AegisError('REQUEST_INVALID', { detail: `Only Aegis itself writes ${String(type)}` });
      return tenants.of(tenant).queue.submit(recording({ type, body, place }, by));
    },
    openTenant: (tenant, by) => addTenant(tenants, tenant, by),
  };
}
