import type { Action } from '../kernel/action.ts';
import { conclude } from '../kernel/conclude.ts';
import type { DecideContext } from '../kernel/decide.ts';
import type { Decision } from '../kernel/decision.ts';
import type { Entry, EntryOf } from '../kernel/entry.ts';
import { fold } from '../kernel/fold.ts';
import type { ApprovalId, Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import type { Policy } from '../kernel/policy.ts';
import { agrees } from '../kernel/sealed.ts';
import type { WholeAction } from '../kernel/sealed.ts';
import { emptyWorld } from '../kernel/world.ts';
import type { World } from '../kernel/world.ts';
import { sha256 } from '../wire/digest.ts';
import { besideDecision } from '../log/beside.ts';
import { openEntry } from '../log/entry.ts';
import { canonical, canonicalBytes } from '../wire/jcs.ts';
import type { LogStore } from '../log/store.ts';

const PAGE = 1_000;

/** Makes the policy a `policy-activated` entry names out of the bytes beside it; null when they no longer make it. */
export type CompileRecorded = (bytes: Uint8Array, digest: Digest) => Promise<Policy | null>;

export interface ReplayReport {
  readonly entries: number;
  /** Decisions made again and found equal, byte for byte. */
  readonly equal: number;
  /** Decisions that cannot be made again: their arguments, or the policy, were erased. */
  readonly erased: readonly EntryIndex[];
  /** The first decision that comes out otherwise today, as canonical JSON. */
  readonly difference: { readonly index: EntryIndex; readonly recorded: string; readonly replayed: string } | null;
}

type Decided = EntryOf<'action-decided'>;

/** Replacement arguments are recorded by their digest; the bytes lie beside the log. */
function asRecorded(decision: Decision): Decision {
  if (decision.effect !== 'modify') return decision;
  return { ...decision, modify: { args: { $payload: sha256(canonicalBytes(decision.modify.args)) } } };
}

/** What the gate minted then, it mints now; an action that was not asked about needs none. */
function contextOf({ decision }: Decided['body']): DecideContext {
  if (decision.effect === 'ask') return { approval: decision.ask.approval, askDigest: decision.ask.digest };
  return { approval: '' as ApprovalId, askDigest: '' as Digest };
}

function actionOf(entry: Decided, { action, args }: WholeAction): Action {
  const { agent, session } = entry;
  return { ...action, tenant: entry.tenant, agent: agent as Action['agent'], session: session as Action['session'], args, at: entry.at };
}

interface Progress {
  world: World;
  readonly policies: Map<Digest, Policy>;
}

async function learnPolicy(
  store: LogStore,
  entry: EntryOf<'policy-activated'>,
  terms: { policies: Map<Digest, Policy>; compile: CompileRecorded },
): Promise<void> {
  const bytes = entry.payload === undefined ? null : await store.payload(entry.tenant, entry.payload);
  const policy = bytes === null || bytes === 'erased' ? null : await terms.compile(bytes, entry.body.digest);
  if (policy !== null) terms.policies.set(entry.body.digest, policy);
}

interface Compared {
  readonly recorded: string;
  readonly replayed: string;
}

/**
 * The decision as it was recorded, with the texts that were sealed (LOG-30), and as it is made again; null when what it was made from is gone.
 * What the entry shows must be the sealed decision, or a log could show people one thing and prove another.
 */
async function again(store: LogStore, entry: Decided, { world, policies }: Progress): Promise<Compared | null> {
  const policy = world.policy === null ? undefined : policies.get(world.policy);
  const whole = await besideDecision(store, entry);
  if (policy === undefined || whole === 'erased') return null;
  const replayed = canonical(asRecorded(conclude(actionOf(entry, whole), world, policy, contextOf(entry.body))));
  return { recorded: canonical(agrees(entry.body, whole.decision) ? whole.decision : entry.body.decision), replayed };
}

async function* entriesOf(store: LogStore, tenant: TenantId): AsyncGenerator<Entry> {
  for (let from = 0; ; from += PAGE) {
    const page = await store.read(tenant, { from, limit: PAGE });
    for (const { bytes, index } of page) yield openEntry(bytes, index);
    if (page.length < PAGE) return;
  }
}

/**
 * Folds a tenant's log from its first entry and makes every decision again from the recorded facts: the findings, traces and times of then,
 * not of now (GATE-17). Only decisions that `of` picks are made again, each on everything before it. Stops at the first difference. Writes nothing.
 * @throws AegisError STORE_CORRUPT
 */
export async function replayTenant(
  store: LogStore,
  tenant: TenantId,
  compile: CompileRecorded,
  of: (entry: Entry) => boolean = () => true,
): Promise<ReplayReport> {
  const progress: Progress = { world: emptyWorld(), policies: new Map() };
  const erased: EntryIndex[] = [];
  let equal = 0;
  for await (const entry of entriesOf(store, tenant)) {
    if (entry.type === 'policy-activated') await learnPolicy(store, entry, { policies: progress.policies, compile });
    if (entry.type === 'action-decided' && of(entry)) {
      const compared = await again(store, entry, progress);
      if (compared === null) erased.push(entry.index);
      else if (compared.replayed === compared.recorded) equal++;
      else return { entries: progress.world.size, equal, erased, difference: { index: entry.index, ...compared } };
    }
    progress.world = fold(progress.world, entry);
  }
  return { entries: progress.world.size, equal, erased, difference: null };
}
