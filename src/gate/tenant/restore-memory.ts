import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { ActionRecord, Entry, EntryOf } from '../../kernel/entry.ts';
import { fold } from '../../kernel/fold.ts';
import type { ApprovalId, Digest, TenantId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Policy } from '../../kernel/policy.ts';
import { decodeWorld } from '../../kernel/snapshot.ts';
import { emptyWorld } from '../../kernel/world.ts';
import type { ApprovalState, World } from '../../kernel/world.ts';
import { EMPTY_HEAD, openEntry } from '../../log/entry.ts';
import type { Standing } from '../queue/queue-state.ts';
import type { GateDeps } from '../deps.ts';
import { reloadPolicy } from './policies.ts';
import { parseOwn } from '../actions/check-proposal.ts';
import { withArgs } from '../actions/inspect-proposal.ts';
import { editKey } from './tenant.ts';
import type { Held } from './tenant.ts';

const PAGE = 1_000;

/** What a room keeps in memory beside the world, rebuilt from the log. */
export interface Memory {
  readonly held: Map<ApprovalId, Held>;
  readonly edits: Map<string, Held>;
  readonly policies: Map<Digest, Policy>;
}

/** Folds everything behind `from`. @throws AegisError STORE_CORRUPT when an entry does not follow the one before it. */
export async function foldTail(deps: Pick<GateDeps, 'store'>, tenant: TenantId, from: Standing, seen?: (entry: Entry) => void): Promise<Standing> {
  let { world, head } = from;
  for (;;) {
    const page = await deps.store.read(tenant, { from: head.size, limit: PAGE });
    for (const { index, bytes, leaf } of page) {
      const entry = openEntry(bytes, index);
      if (index !== head.size || entry.prev !== head.leaf)
        throw new AegisError('STORE_CORRUPT', { index, detail: 'it does not follow the entry before it' });
      world = fold(world, entry);
      head = { size: index + 1, leaf };
      seen?.(entry);
    }
    if (page.length < PAGE) return { world, head };
  }
}

/** Where the last snapshot left off; the beginning when there is none that can be read or that lies on this chain. */
export async function fromSnapshot({ store, onFault }: GateDeps, tenant: TenantId): Promise<Standing> {
  const start: Standing = { world: emptyWorld(), head: EMPTY_HEAD };
  try {
    const snapshot = await store.loadSnapshot(tenant);
    if (snapshot === null || snapshot.size === 0) return start;
    const [last] = await store.read(tenant, { from: snapshot.size - 1, to: snapshot.size, limit: 1 });
    if (last?.leaf !== snapshot.leaf) return start;
    const world = decodeWorld(parseOwn(snapshot.bytes));
    return world.size === snapshot.size ? { world, head: { size: snapshot.size, leaf: snapshot.leaf } } : start;
  } catch (error) {
    onFault?.({ what: 'snapshot-unreadable', tenant, error });
    return start;
  }
}

function actionFrom(entry: EntryOf<'action-decided'>, args: JsonObject): Action {
  const record: ActionRecord = entry.body.action;
  return { ...record, tenant: entry.tenant, agent: entry.agent as Action['agent'], session: entry.session as Action['session'], args, at: entry.at };
}

async function hold(deps: GateDeps, tenant: TenantId, state: ApprovalState): Promise<Held> {
  const [sealed] = await deps.store.read(tenant, { from: state.index, to: state.index + 1, limit: 1 });
  const entry = sealed === undefined ? null : openEntry(sealed.bytes, sealed.index);
  if (entry?.type !== 'action-decided')
    throw new AegisError('STORE_CORRUPT', { index: state.index, detail: 'it is not the decision its approval names' });
  const bytes = await deps.store.payload(tenant, state.argsDigest);
  if (bytes === 'erased' || bytes === null) return { action: actionFrom(entry, {}), bytes: new Uint8Array(), erased: true };
  return { action: actionFrom(entry, parseOwn(bytes)), bytes, erased: false };
}

async function holdEdit(deps: GateDeps, world: World, held: Held, terms: { digest: Digest; policy: Policy }): Promise<Held> {
  const bytes = await deps.store.payload(held.action.tenant, terms.digest);
  if (bytes === 'erased' || bytes === null) return { ...held, erased: true };
  const salt = world.sessions.get(held.action.session)?.salt ?? '';
  const edited = { args: parseOwn(bytes), argsDigest: terms.digest };
  return { action: withArgs(held.action, edited, { inspect: deps.inspect, policy: terms.policy, salt }), bytes, erased: false };
}

/** The policy in force and every asked action that still waits, from the log and the bytes beside it (GATE-12, ASK-26). */
export async function remember(deps: GateDeps, tenant: TenantId, { world, memory }: { world: World; memory: Memory }): Promise<void> {
  if (world.policy !== null && !memory.policies.has(world.policy)) memory.policies.set(world.policy, await policyFromLog(deps, tenant, world.policy));
  for (const [approval, state] of world.approvals.entries()) {
    if (state.status !== 'pending' && state.status !== 'granted') continue;
    const held = memory.held.get(approval) ?? (await hold(deps, tenant, state));
    memory.held.set(approval, held);
    const digest = state.editedArgsDigest;
    const policy = world.policy === null ? undefined : memory.policies.get(world.policy);
    if (digest === undefined || policy === undefined || memory.edits.has(editKey(approval, digest))) continue;
    memory.edits.set(editKey(approval, digest), await holdEdit(deps, world, held, { digest, policy }));
  }
}

async function policyFromLog({ store, policies }: GateDeps, tenant: TenantId, digest: Digest): Promise<Policy> {
  for (const sealed of await store.read(tenant, { type: 'policy-activated', limit: 16, reverse: true })) {
    const entry = openEntry(sealed.bytes, sealed.index);
    if (entry.type !== 'policy-activated' || entry.body.digest !== digest || entry.payload === undefined) continue;
    const bytes = await store.payload(tenant, entry.payload);
    const policy = bytes === null || bytes === 'erased' ? null : await reloadPolicy(policies.compile, bytes, digest);
    if (policy !== null) return policy;
  }
  throw new AegisError('STORE_CORRUPT', { index: 0, detail: 'the policy in force cannot be made from what lies beside the log' });
}
