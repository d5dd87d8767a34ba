import { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { ActionId } from '../../kernel/ids.ts';
import { openEntry } from '../../log/entry.ts';
import { admitOn, forgotten } from './decide-proposal.ts';
import type { Admitted, Earlier } from './decide-proposal.ts';
import type { Proposal } from '../nouns.ts';
import { ok } from '../queue/operation.ts';
import { checkProposal, parseOwn } from './check-proposal.ts';
import type { Checked } from './check-proposal.ts';
import { readAction } from './inspect-proposal.ts';
import type { ReadAction } from './inspect-proposal.ts';
import type { Room } from '../tenant/tenant.ts';
import { policyOf, shelfDigest } from '../tenant/tenant.ts';

export interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Checks and reads. What is refused here was an agent's act all the same, and is recorded where the agent is known (GATE-4). */
async function read(room: Room, proposal: Proposal): Promise<ReadAction> {
  try {
    const checked = checkProposal(proposal, room.limits, () => room.deps.ids.next());
    return readAction(checked, room.deps.inspect, policyOf(room, room.chain.standing().world));
  } catch (error) {
    if (error instanceof AegisError && error.code !== 'INTERNAL') await recordRefused(room, proposal, error);
    throw error;
  }
}

async function recordRefused(room: Room, { agent, door }: Proposal, { code, pointer }: AegisError): Promise<void> {
  if (!room.chain.standing().world.agents.has(agent)) return;
  const body = { code, door, ...(pointer === undefined ? {} : { pointer }) };
  await room.chain.submit((desk) => ok(desk.write('request-refused', body, { actor: { kind: 'agent', id: agent }, agent })));
}

/** What the log says of an id that the world has let go. */
async function lookUp(room: Room, { proposal, argsDigest }: Checked): Promise<Earlier> {
  const [found] = await room.deps.store.read(room.tenant, { type: 'action-decided', action: proposal.id, limit: 1, reverse: true });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  if (entry?.type !== 'action-decided') return 'none';
  const { action, decision } = entry.body;
  const same =
    entry.agent === proposal.agent && entry.session === proposal.session && action.name === proposal.name && action.argsDigest === argsDigest;
  return { same, decision };
}

/** Brings replacement arguments back from beside the log. @throws AegisError CONFLICT when they were erased */
async function whole(room: Room, { decision, recorded }: Admitted): Promise<Decision> {
  if (!recorded || decision.effect !== 'modify') return decision;
  const digest = shelfDigest(decision.modify.args);
  const bytes = digest === null ? null : await room.deps.store.payload(room.tenant, digest);
  if (bytes === null || bytes === 'erased') throw new AegisError('CONFLICT', { detail: 'The arguments this action was changed to were erased.' });
  return { ...decision, modify: { args: parseOwn(bytes) } };
}

/** Decides a set in one append: no two of them see the same budget (GATE-7). */
async function admitSet(room: Room, reads: readonly ReadAction[]): Promise<readonly Decision[]> {
  const earlier = new Map<ActionId, Earlier>();
  let missing = forgotten(reads, room.chain.tip(), earlier);
  for (;;) {
    for (const { checked } of missing) earlier.set(checked.proposal.id, await lookUp(room, checked));
    const admitted = await room.chain.submit<readonly Admitted[]>((desk) => {
      missing = forgotten(reads, desk.world(), earlier);
      return ok(missing.length > 0 ? [] : reads.map((one) => admitOn(room, desk, one, earlier.get(one.checked.proposal.id))));
    });
    if (missing.length === 0) return Promise.all(admitted.map((one) => whole(room, one)));
  }
}

export async function admitAll(room: Room, proposals: readonly Proposal[]): Promise<readonly Decision[]> {
  const reads: ReadAction[] = [];
  for (const proposal of proposals) reads.push(await read(room, proposal));
  return admitSet(room, reads);
}

async function admitRead(room: Room, one: ReadAction): Promise<Decision> {
  const [decision] = await admitSet(room, [one]);
  if (decision === undefined) throw new AegisError('INTERNAL');
  return decision;
}

/** Decides, and holds the caller while a person or a resource is waited for. The last decision standing is returned. */
export async function admitHeld(room: Room, proposal: Proposal, patience: Patience): Promise<Decision> {
  const one = await read(room, proposal);
  const { deps, waiters } = room;
  const until = deps.clock.monotonic() + patience.waitMs;
  let decision = await admitRead(room, one);
  for (;;) {
    const left = until - deps.clock.monotonic();
    if ((decision.effect !== 'ask' && decision.effect !== 'defer') || left <= 0 || patience.signal?.aborted === true) return decision;
    if (decision.effect === 'ask') return waitFor(room, one.checked.proposal.id, { ...patience, waitMs: left });
    const ms = Math.min(left, decision.defer.retryAfterMs);
    await waiters.wait(one.checked.proposal.id, { ms, signal: patience.signal, anyRelease: true });
    if (!room.chain.state().open) return decision;
    // A retry under the same id: the gate chose it, so from now on it is known.
    decision = await admitRead(room, { ...one, checked: { ...one.checked, chosen: true } });
  }
}

/** @throws AegisError NOT_FOUND */
export async function waitFor(room: Room, action: ActionId, { waitMs, signal }: Patience): Promise<Decision> {
  const { deps, waiters, chain } = room;
  const until = deps.clock.monotonic() + waitMs;
  for (;;) {
    const known = chain.standing().world.actions.get(action);
    if (known === undefined) return decidedLongAgo(room, action);
    const { decision } = known;
    const left = until - deps.clock.monotonic();
    const final = decision.effect !== 'ask' && decision.effect !== 'defer';
    if (final || left <= 0 || signal?.aborted === true || !chain.state().open) return whole(room, { decision, recorded: true });
    await waiters.wait(action, { ms: left, signal });
  }
}

async function decidedLongAgo(room: Room, action: ActionId): Promise<Decision> {
  const [found] = await room.deps.store.read(room.tenant, { type: 'action-decided', action, limit: 1, reverse: true });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  if (entry?.type !== 'action-decided') throw new AegisError('NOT_FOUND', { what: 'action' });
  return whole(room, { decision: entry.body.decision, recorded: true });
}
