import { AegisError } from '../../errors.ts';
import type { Action } from '../../kernel/action.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { EntryIndex } from '../../kernel/ids.ts';
import { actionOf } from '../../kernel/owned.ts';
import { isMasked } from '../../kernel/sealed.ts';
import { besideDecision } from '../../log/beside.ts';
import { openEntry } from '../../log/entry.ts';
import { submitWithFiles } from '../approvals/named-files.ts';
import { askedAgain } from './asked-again.ts';
import { decideProposal, forgotten, placeKey } from './decide-proposal.ts';
import type { Admitted, Earlier } from './decide-proposal.ts';
import type { Proposal } from '../nouns.ts';
import { ok } from '../queue/operation.ts';
import { parseOwn } from '../input.ts';
import { inspectProposal } from './inspect-proposal.ts';
import { maskedPointer } from '../sealing/mask-pointer.ts';
import type { InspectedProposal } from './inspect-proposal.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { referenceIn } from '../tenant/tenant.ts';

/** How long a caller is held, at most. */
export interface WaitTerms {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** As in `ActionPlace`. */
  readonly looks?: boolean | undefined;
}

/** Checks and inspects. What is refused here was an agent's act all the same, and is recorded where the agent is known (GATE-4). */
async function inspect(tenant: Tenant, proposal: Proposal): Promise<InspectedProposal> {
  try {
    return await inspectProposal(tenant, proposal, tenant.queue.durable().world);
  } catch (error) {
    if (error instanceof AegisError && error.code !== 'INTERNAL') await recordRefused(tenant, proposal, error);
    throw error;
  }
}

async function recordRefused(tenant: Tenant, { agent, door }: Proposal, { code, pointer }: AegisError): Promise<void> {
  if (!tenant.queue.durable().world.agents.has(agent)) return;
  const body = { code, door, ...(pointer === undefined ? {} : { pointer: maskedPointer(pointer) }) };
  await tenant.queue.submit((batch) => ok(batch.write('request-refused', body, { actor: { kind: 'agent', id: agent }, agent })));
}

/** What the log says of an id that the world has let go. */
async function lookUp(tenant: Tenant, { proposal, argsDigest }: InspectedProposal): Promise<Earlier> {
  const [found] = await tenant.deps.store.read(tenant.id, {
    type: 'action-decided',
    agent: proposal.agent,
    action: proposal.id,
    limit: 1,
    reverse: true,
  });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  if (entry?.type !== 'action-decided') return 'none';
  const { action, decision } = entry.body;
  const same = entry.session === proposal.session && action.name === proposal.name && action.argsDigest === argsDigest;
  return { same, decision, index: entry.index };
}

/**
 * Brings back what lies beside the log of a decision that was recorded before: the texts its entry masks, while their key lasts, and replacement
 * arguments. @throws AegisError CONFLICT when the arguments were erased
 */
async function restored(tenant: Tenant, { decision, recorded }: Admitted): Promise<Decision> {
  if (recorded === null) return decision;
  return withArguments(tenant, isMasked(decision) ? await withTexts(tenant, decision, recorded) : decision);
}

/** What the agent hears: a decision taken from the log is held against the files it names before it lets anything run (ASK-33). */
async function handedOut(tenant: Tenant, admitted: Admitted): Promise<Decision> {
  const again = admitted.recorded === null ? null : await askedAgain(tenant, admitted.decision, admitted.recorded);
  return restored(tenant, again ?? admitted);
}

async function withTexts(tenant: Tenant, decision: Decision, index: EntryIndex): Promise<Decision> {
  const [found] = await tenant.deps.store.read(tenant.id, { from: index, to: index + 1, limit: 1 });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  if (entry?.type !== 'action-decided') return decision;
  const whole = await besideDecision(tenant.deps.store, entry);
  return whole === 'erased' ? decision : whole.decision;
}

async function withArguments(tenant: Tenant, decision: Decision): Promise<Decision> {
  if (decision.effect !== 'modify') return decision;
  const digest = referenceIn(decision.modify.args);
  const bytes = digest === null ? null : await tenant.deps.store.payload(tenant.id, digest);
  if (bytes === null || bytes === 'erased') throw new AegisError('CONFLICT', { detail: 'The changed arguments of this action were erased.' });
  return { ...decision, modify: { args: parseOwn(bytes) } };
}

/** Decides a set in one append: no two of them see the same budget (GATE-7). */
async function admitSet(tenant: Tenant, set: readonly InspectedProposal[]): Promise<readonly Decision[]> {
  const earlier = new Map<string, Earlier>();
  let missing = forgotten(set, tenant.queue.tentative(), earlier);
  for (;;) {
    for (const one of missing) earlier.set(placeKey(one.proposal), await lookUp(tenant, one));
    const admitted = await submitWithFiles<readonly Admitted[]>(tenant, (batch, files) => {
      missing = forgotten(set, batch.world(), earlier);
      const decide = (one: InspectedProposal): Admitted =>
        decideProposal(tenant, batch, one, { earlier: earlier.get(placeKey(one.proposal)), files });
      return ok(missing.length > 0 ? [] : set.map(decide));
    });
    if (missing.length === 0) return Promise.all(admitted.map((one) => handedOut(tenant, one)));
  }
}

export async function admitAll(tenant: Tenant, proposals: readonly Proposal[]): Promise<readonly Decision[]> {
  const set: InspectedProposal[] = [];
  for (const proposal of proposals) set.push(await inspect(tenant, proposal));
  return admitSet(tenant, set);
}

async function admitOne(tenant: Tenant, one: InspectedProposal): Promise<Decision> {
  const [decision] = await admitSet(tenant, [one]);
  if (decision === undefined) throw new AegisError('INTERNAL');
  return decision;
}

/** Decides, and holds the caller while a person or a resource is waited for. The latest decision is returned. */
export async function admit(tenant: Tenant, proposal: Proposal, terms: WaitTerms): Promise<Decision> {
  const one = await inspect(tenant, proposal);
  const { deps, waiters } = tenant;
  const until = deps.clock.monotonic() + terms.waitMs;
  let decision = await admitOne(tenant, one);
  for (;;) {
    const left = until - deps.clock.monotonic();
    if ((decision.effect !== 'ask' && decision.effect !== 'defer') || left <= 0 || terms.signal?.aborted === true) return decision;
    if (decision.effect === 'ask') return waitFor(tenant, one.proposal, { ...terms, waitMs: left });
    const ms = Math.min(left, decision.defer.retryAfterMs);
    await waiters.wait(placeKey(one.proposal), { ms, signal: terms.signal, anyRelease: true });
    if (!tenant.queue.state().open) return decision;
    // A retry under the same id: the gate chose it, so from now on it is known.
    decision = await admitOne(tenant, { ...one, chosen: true });
  }
}

/** @throws AegisError NOT_FOUND */
export async function waitFor(tenant: Tenant, action: Pick<Action, 'agent' | 'id'>, { waitMs, signal, looks }: WaitTerms): Promise<Decision> {
  const { deps, waiters, queue } = tenant;
  const until = deps.clock.monotonic() + waitMs;
  for (;;) {
    const known = actionOf(queue.durable().world, action.agent, action.id);
    if (known === undefined) return decidedLongAgo(tenant, action);
    const { decision, index } = known;
    const left = until - deps.clock.monotonic();
    const final = decision.effect !== 'ask' && decision.effect !== 'defer';
    // Asked again, it is waited for again.
    if (final && looks !== true && (await askedAgain(tenant, decision, index)) !== null) continue;
    if (final || left <= 0 || signal?.aborted === true || !queue.state().open) return restored(tenant, { decision, recorded: index });
    await waiters.wait(placeKey(action), { ms: left, signal });
  }
}

async function decidedLongAgo(tenant: Tenant, { agent, id }: Pick<Action, 'agent' | 'id'>): Promise<Decision> {
  const [found] = await tenant.deps.store.read(tenant.id, { type: 'action-decided', agent, action: id, limit: 1, reverse: true });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  if (entry?.type !== 'action-decided') throw new AegisError('NOT_FOUND', { what: 'action' });
  return restored(tenant, { decision: entry.body.decision, recorded: entry.index });
}
