import { SEMANTICS } from '../../kernel/semantics.ts';
import type { ActionId, AgentId, EntryIndex, TenantId } from '../../kernel/ids.ts';
import type { World } from '../../kernel/world.ts';
import { haltOn } from '../actions/record-decision.ts';
import { placeKey } from '../actions/decide-proposal.ts';
import { inFlight, stateIn } from '../actions/in-flight.ts';
import { newWaiters } from '../actions/waiters.ts';
import { expireDue } from '../approvals/expire-due.ts';
import { expiryTimer } from '../approvals/expiry-timer.ts';
import { DEFAULT_LIMITS } from '../deps.ts';
import type { GateDeps } from '../deps.ts';
import { haltNow } from '../operators/halt.ts';
import { SYSTEM } from '../principal.ts';
import { foldTail, fromSnapshot } from '../queue/folded-log.ts';
import { ok } from '../queue/operation.ts';
import { openQueue } from '../queue/operation-queue.ts';
import type { QueueTerms } from '../queue/queue-state.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { loadPolicy, writeActivated } from './policies.ts';
import { restoreMemory } from './restore-memory.ts';
import { snapshotSaver } from './save-snapshots.ts';
import type { SnapshotSaver } from './save-snapshots.ts';
import { forgetter, isLive } from './tenant.ts';
import type { Memory, Tenant } from './tenant.ts';

export interface TenantEvents {
  readonly appended: (tenant: TenantId, from: EntryIndex, to: EntryIndex) => void;
}

export interface OpenTenant extends Tenant {
  readonly close: () => Promise<void>;
}

const LOCK_FREED: ReadonlySet<string> = new Set(['action-settled', 'lock-released', 'lock-evicted']);

function writeOpened(batch: WriteBatch, deps: GateDeps): void {
  batch.write('gate-opened', { version: deps.version, semantics: SEMANTICS, epoch: batch.world().epoch + 1 }, { actor: SYSTEM });
}

interface Seed {
  readonly deps: GateDeps;
  readonly id: TenantId;
  readonly memory: Memory;
  readonly snapshots: SnapshotSaver;
  readonly events: TenantEvents;
}

function setExpiry(tenant: Tenant, world: World): void {
  for (const [, state] of world.approvals.entries()) if (isLive(state)) tenant.expireAt(state.expiresAt);
}

/** What the queue calls back for; the tenant exists by the time it does. */
function termsFor({ deps, id, memory, snapshots, events }: Seed, tenant: () => OpenTenant): QueueTerms {
  const forgetEnded = forgetter(memory);
  let carried = 0;
  return {
    tenant: id,
    store: deps.store,
    clock: deps.clock,
    timers: deps.timers,
    limits: { ...DEFAULT_LIMITS, ...deps.limits },
    probeMs: deps.probeMs ?? 1_000,
    catchUp: async (from, seen) => {
      const log = await foldTail(deps, id, from, seen);
      const { world } = log;
      if (world.policy === from.world.policy && world.approvals === from.world.approvals) return log;
      await restoreMemory(deps, id, { world, memory });
      setExpiry(tenant(), world);
      return log;
    },
    reopening: (batch) => {
      const { unrecorded } = tenant();
      carried = unrecorded.length;
      for (const halt of unrecorded) haltOn(tenant(), batch, halt);
      writeOpened(batch, deps);
    },
    reopened: () => {
      tenant().unrecorded.splice(0, carried);
      // What came while the append was on its way is decided before anything else.
      for (const halt of tenant().unrecorded.splice(0)) void haltNow(tenant(), halt).catch(() => undefined);
    },
    appended: ({ from, to, log, touched }) => {
      const { waiters, queue, inFlight: running } = tenant();
      for (const { type, agent, action } of touched) {
        if (agent !== undefined && action !== undefined) {
          waiters.wake(placeKey({ agent, id: action }));
          const one = { agent: agent as AgentId, action: action as ActionId };
          running.changed(one, stateIn(log.world, one));
        }
        if (LOCK_FREED.has(type)) waiters.wakeDeferred();
      }
      forgetEnded(queue.tentative());
      snapshots.after(log);
      events.appended(id, from, to);
    },
  };
}

/**
 * Opens one tenant: snapshot and tail folded, the asked actions found again, `gate-opened` written.
 * @throws AegisError STORE_CORRUPT, POLICY_INVALID, GATE_CLOSED
 */
export async function openTenant(deps: GateDeps, id: TenantId, events: TenantEvents): Promise<OpenTenant> {
  const memory: Memory = { held: new Map(), edits: new Map(), policies: new Map() };
  const start = await foldTail(deps, id, await fromSnapshot(deps, id));
  await restoreMemory(deps, id, { world: start.world, memory });
  const snapshots = snapshotSaver(deps, id, start.head.size);
  const waiters = newWaiters(deps.timers);
  const { expireAt, look: expireLeapt, stop } = expiryTimer(() => tenant);
  const queue = openQueue(
    termsFor({ deps, id, memory, snapshots, events }, () => tenant),
    start,
  );
  const close = async (): Promise<void> => {
    stop();
    await queue.close();
    await snapshots.stop();
    waiters.wakeAll();
  };
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const tenant: OpenTenant = {
    id,
    deps,
    limits,
    queue,
    ...memory,
    waiters,
    inFlight: inFlight(start.world),
    handedOut: new Set(),
    unrecorded: [],
    expireAt,
    expireLeapt,
    close,
  };
  setExpiry(tenant, start.world);
  await begin(tenant, start.world);
  return tenant;
}

async function begin(tenant: OpenTenant, world: World): Promise<void> {
  const loaded = world.policy === null ? await loadPolicy(tenant.deps.policies, tenant.deps.policies.initial) : null;
  if (loaded !== null) tenant.policies.set(loaded.policy.digest, loaded.policy);
  await tenant.queue.submit((batch) => {
    writeOpened(batch, tenant.deps);
    if (loaded !== null && batch.world().policy === null) writeActivated(batch, loaded, SYSTEM);
    return ok(expireDue(tenant, batch));
  });
}
