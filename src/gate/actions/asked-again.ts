import type { Decision } from '../../kernel/decision.ts';
import type { EntryOf } from '../../kernel/entry.ts';
import type { EntryIndex } from '../../kernel/ids.ts';
import { actionOf } from '../../kernel/owned.ts';
import { openEntry } from '../../log/entry.ts';
import { changedSince, isBound } from '../approvals/named-files.ts';
import type { FilesRead } from '../approvals/named-files.ts';
import { SYSTEM } from '../principal.ts';
import { ok } from '../queue/operation.ts';
import type { ActionState, World } from '../../kernel/world.ts';
import type { Admitted } from './decide-proposal.ts';
import { heldFrom } from '../tenant/restore-memory.ts';
import type { HeldAction, Tenant } from '../tenant/tenant.ts';
import { askAnew } from './record-decision.ts';

type Released = EntryOf<'action-decided'>;

/** Answers that were compared and handed out; older ones are compared once more. */
const MOST_KNOWN = 10_000;

/**
 * What a person released waits until its agent comes for it, and the files it names may change meanwhile: they are compared when the answer is
 * handed out, for the first time (ASK-33). Null when it may be handed out; otherwise the action never ran, and is asked about again.
 */
export async function askedAgain(tenant: Tenant, decision: Decision, index: EntryIndex): Promise<Admitted | null> {
  const { readFiles } = tenant.deps;
  const runs = decision.effect === 'allow' || decision.effect === 'modify';
  if (readFiles === undefined || !runs || tenant.handedOut.has(index) || !decision.reasons.some(isGrant)) return null;
  const released = await decidedAt(tenant, index);
  if (released === null) return null;
  const held = await askedFor(tenant, released);
  const before = held?.action.boundFiles ?? [];
  const changed = held === null ? null : changedSince(before, await readFiles({ kind: 'again', files: before }));
  if (held !== null && changed !== null) return takenBack(tenant, { released, held, changed });
  const now = latestOf(tenant.queue.durable().world, released);
  // Somebody else came for it meanwhile, and found a change.
  if (now !== undefined && now.index !== index) return { decision: now.decision, recorded: now.index };
  if (held === null) return null;
  tenant.handedOut.add(index);
  const [oldest] = tenant.handedOut.size > MOST_KNOWN ? tenant.handedOut : [];
  if (oldest !== undefined) tenant.handedOut.delete(oldest);
  return null;
}

function latestOf(world: World, { body, agent }: Pick<Released, 'body' | 'agent'>): ActionState | undefined {
  return agent === undefined ? undefined : actionOf(world, agent, body.action.id);
}

function isGrant({ rule, effect }: Decision['reasons'][number]): boolean {
  return rule === 'approval' && effect === 'allow';
}

async function decidedAt({ deps, id }: Tenant, index: EntryIndex): Promise<Released | null> {
  const [found] = await deps.store.read(id, { from: index, to: index + 1, limit: 1 });
  const entry = found === undefined ? null : openEntry(found.bytes, found.index);
  return entry?.type === 'action-decided' ? entry : null;
}

/** What the person was asked about, as long as its end is open and there is a file to compare; an edit took its place, and is asked about as it was. */
async function askedFor(tenant: Tenant, released: Released): Promise<HeldAction | null> {
  const { world } = tenant.queue.durable();
  const { redeems } = released.body.action;
  const known = latestOf(world, released);
  const approval = redeems === undefined ? undefined : world.approvals.get(redeems);
  if (known?.index !== released.index || known.settled || approval === undefined) return null;
  const asked = await decidedAt(tenant, approval.index);
  if (asked?.body.action.boundFiles === undefined) return null;
  const held = await heldFrom(tenant.deps, asked);
  return !held.erased && held.action.boundFiles?.some(isBound) === true ? held : null;
}

interface TakenBack {
  readonly released: Released;
  readonly held: HeldAction;
  readonly changed: FilesRead;
}

/** The release is ended as what never ran, so that nothing stays reserved for it, and the question is put again in the same append. */
function takenBack(tenant: Tenant, { released, held, changed }: TakenBack): Promise<Admitted | null> {
  const { agent, id, session } = held.action;
  return tenant.queue.submit<Admitted | null>((batch) => {
    const known = actionOf(batch.world(), agent, id);
    if (known === undefined || known.settled) return ok(null);
    // Somebody else came for it at the same moment.
    if (known.index !== released.index) return ok({ decision: known.decision, recorded: known.index });
    const body = { action: id, status: 'cancelled', usage: { usdMicros: 0, tokens: 0 }, source: 'tool_output', trusted: false } as const;
    batch.write('action-settled', { ...body, prints: [], findings: [] }, { actor: SYSTEM, agent, session });
    return ok({ decision: askAnew(tenant, batch, held, changed), recorded: null });
  });
}
