import { SEMANTICS } from '../../kernel/semantics.ts';
import type { EntryIndex, TenantId } from '../../kernel/ids.ts';
import type { World } from '../../kernel/world.ts';
import { alarm } from '../approvals/expiry-timer.ts';
import { expireDue } from '../approvals/expire-due.ts';
import { foldTail, fromSnapshot, remember } from './restore-memory.ts';
import type { Memory } from './restore-memory.ts';
import { openChain } from '../queue/operation-queue.ts';
import type { ChainTerms, Standing } from '../queue/queue-state.ts';
import { DEFAULT_LIMITS } from '../deps.ts';
import type { GateDeps } from '../deps.ts';
import type { Desk } from '../queue/write-batch.ts';
import { SYSTEM } from '../queue/write-batch.ts';
import { haltNow } from '../operators/halt.ts';
import { haltOn } from '../actions/record-decision.ts';
import { ok } from '../queue/operation.ts';
import { loadPolicy, writeActivated } from './policies.ts';
import type { Room } from './tenant.ts';
import { snapshots } from './save-snapshots.ts';
import { newWaiters } from '../actions/waiters.ts';

export interface RoomEvents {
  readonly appended: (tenant: TenantId, from: EntryIndex, to: EntryIndex) => void;
}

export interface OpenRoom extends Room {
  readonly close: () => Promise<void>;
}

const LOCK_FREED: ReadonlySet<string> = new Set(['action-settled', 'lock-released', 'lock-evicted']);

function isLive(world: World, approval: Parameters<World['approvals']['get']>[0]): boolean {
  const status = world.approvals.get(approval)?.status;
  return status === 'pending' || status === 'granted';
}

/** Forgets asked actions that ended; looked at only when there are many more of them than can be waiting. */
function prune(memory: Memory, world: World): void {
  if (memory.held.size < 256 && memory.edits.size < 256) return;
  for (const approval of [...memory.held.keys()]) if (!isLive(world, approval)) memory.held.delete(approval);
  for (const key of [...memory.edits.keys()]) if (!isLive(world, key.slice(0, key.indexOf(' ')) as never)) memory.edits.delete(key);
}

function writeOpened(desk: Desk, deps: GateDeps): void {
  desk.write('gate-opened', { version: deps.version, semantics: SEMANTICS, epoch: desk.world().epoch + 1 }, { actor: SYSTEM });
}

interface Seed {
  readonly deps: GateDeps;
  readonly tenant: TenantId;
  readonly memory: Memory;
  readonly start: Standing;
  readonly events: RoomEvents;
}

function waitsForPeople(status: string): boolean {
  return status === 'pending' || status === 'granted';
}

function armAll(room: Room, world: World): void {
  for (const [, state] of world.approvals.entries()) if (waitsForPeople(state.status)) room.expiryDue(state.expiresAt);
}

/** What the chain calls back for; the room exists by the time it does. */
function termsFor({ deps, tenant, memory, start, events }: Seed, room: () => OpenRoom): ChainTerms {
  const saver = snapshots(deps, tenant, start.head.size);
  let carried = 0;
  return {
    tenant,
    store: deps.store,
    clock: deps.clock,
    timers: deps.timers,
    limits: { ...DEFAULT_LIMITS, ...deps.limits },
    probeMs: deps.probeMs ?? 1_000,
    catchUp: async (from, seen) => {
      const standing = await foldTail(deps, tenant, from, seen);
      const { world } = standing;
      if (world.policy === from.world.policy && world.approvals === from.world.approvals) return standing;
      await remember(deps, tenant, { world, memory });
      armAll(room(), world);
      return standing;
    },
    reopening: (desk) => {
      const { unrecorded } = room();
      carried = unrecorded.length;
      for (const halt of unrecorded) haltOn(room(), desk, halt);
      writeOpened(desk, deps);
    },
    reopened: () => {
      room().unrecorded.splice(0, carried);
      // What came while the append was on its way is decided before anything else.
      for (const halt of room().unrecorded.splice(0)) void haltNow(room(), halt).catch(() => undefined);
    },
    appended: ({ from, to, standing, touched }) => {
      const { waiters, chain } = room();
      for (const { type, action } of touched) {
        if (action !== undefined) waiters.touch(action);
        if (LOCK_FREED.has(type)) waiters.released();
      }
      prune(memory, chain.tip());
      saver.after(standing);
      events.appended(tenant, from, to);
    },
  };
}

/**
 * Opens one tenant: snapshot and tail folded, the asked actions found again, `gate-opened` written.
 * @throws AegisError STORE_CORRUPT, POLICY_INVALID, GATE_CLOSED
 */
export async function openRoom(deps: GateDeps, tenant: TenantId, events: RoomEvents): Promise<OpenRoom> {
  const memory: Memory = { held: new Map(), edits: new Map(), policies: new Map() };
  const start = await foldTail(deps, tenant, await fromSnapshot(deps, tenant));
  await remember(deps, tenant, { world: start.world, memory });
  const waiters = newWaiters(deps.timers);
  const clock = alarm(() => room);
  const chain = openChain(
    termsFor({ deps, tenant, memory, start, events }, () => room),
    start,
  );
  const close = async (): Promise<void> => {
    clock.stop();
    await chain.close();
    waiters.all();
  };
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const room: OpenRoom = { tenant, deps, limits, chain, ...memory, waiters, unrecorded: [], expiryDue: clock.due, close };
  armAll(room, start.world);
  await begin(room, start.world);
  return room;
}

async function begin(room: OpenRoom, world: World): Promise<void> {
  const loaded = world.policy === null ? await loadPolicy(room.deps.policies, room.deps.policies.initial) : null;
  if (loaded !== null) room.policies.set(loaded.policy.digest, loaded.policy);
  await room.chain.submit((desk) => {
    writeOpened(desk, room.deps);
    if (loaded !== null && desk.world().policy === null) writeActivated(desk, loaded, SYSTEM);
    return ok(expireDue(room, desk));
  });
}
