import { AegisError } from '../errors.ts';
import type { Digest, Millis, TenantId } from '../kernel/ids.ts';
import { openCheckpoint, signCheckpoint } from '../log/checkpoint.ts';
import { toDigest } from '../log/tree-hash.ts';
import type { NoteSigner, NoteVerifier } from '../log/note-key.ts';
import type { CheckpointPlace } from './place.ts';
import { rangeRoot } from '../log/receipt.ts';
import type { LogReader, LogStore } from '../log/store.ts';

export interface CheckedPlace {
  readonly store: LogReader;
  readonly place: CheckpointPlace;
  /** `<log name>/`; what follows it in an origin is the tenant. */
  readonly originPrefix: string;
  readonly keysFor: (size: number, origin: string) => readonly NoteVerifier[];
}

export type Comparison =
  | { readonly ok: true; readonly tenant: TenantId; /** Entries the place vouches for. */ readonly anchored: number }
  | {
      readonly ok: false;
      readonly tenant: TenantId;
      readonly kind: 'truncated' | 'forked' | 'unreadable' | 'withdrawn';
      readonly size: number;
      readonly anchored: number;
      readonly detail: string;
    };

/**
 * Compares every tenant's log with the last checkpoint in the second place (LOG-12): fewer entries than were signed is a truncation or a
 * restored backup, another root at the signed size is a fork or a rewrite, an unreadable checkpoint is never taken for none.
 */
export async function compareWithCheckpoint(witnessed: CheckedPlace): Promise<readonly Comparison[]> {
  const { store, place, originPrefix } = witnessed;
  const signed = (await place.origins())
    .filter((origin) => origin.startsWith(originPrefix))
    .map((origin) => origin.slice(originPrefix.length) as TenantId);
  const tenants = [...new Set([...(await store.tenants()), ...signed])].sort();
  const results: Comparison[] = [];
  for (const tenant of tenants) results.push(await compareOne(witnessed, tenant));
  return results;
}

async function compareOne({ store, place, originPrefix, keysFor }: CheckedPlace, tenant: TenantId): Promise<Comparison> {
  const origin = originPrefix + tenant;
  const record = await place.latest(origin);
  const { size } = await store.head(tenant);
  const remembered = await store.checkpointed(tenant);
  if (record === null && remembered === 0) return { ok: true, tenant, anchored: 0 };
  if (record === null) return { ok: false, tenant, kind: 'withdrawn', size, anchored: 0, detail: withdrawn(remembered, 0) };
  const opened = openCheckpoint(record.note, keysFor);
  if (!opened.ok || opened.checkpoint.origin !== origin) {
    const detail = opened.ok ? 'its checkpoint is of another log' : `its checkpoint cannot be believed: ${opened.detail}`;
    return { ok: false, tenant, kind: 'unreadable', size, anchored: 0, detail };
  }
  const anchored = opened.checkpoint.size;
  if (size < anchored) {
    const detail = `${String(anchored)} entries were signed, ${String(size)} are here`;
    return { ok: false, tenant, kind: 'truncated', size, anchored, detail };
  }
  // What the second place held is told before what it is compared with: an older folder was put in its place.
  if (anchored < remembered) return { ok: false, tenant, kind: 'withdrawn', size, anchored, detail: withdrawn(remembered, anchored) };
  const root: Digest = toDigest(await rangeRoot(store, tenant, [0, anchored]));
  if (root === opened.checkpoint.root) return { ok: true, tenant, anchored };
  return { ok: false, tenant, kind: 'forked', size, anchored, detail: `the first ${String(anchored)} entries are not the ones that were signed` };
}

export function withdrawn(remembered: number, anchored: number): string {
  const now = anchored === 0 ? 'none' : `none beyond ${String(anchored)}`;
  return `a checkpoint of ${String(remembered)} entries was kept in the second place, which holds ${now} now`;
}

/** @throws AegisError STORE_INCOMPLETE, STORE_ROLLED_BACK naming the first log that does not agree with its checkpoint */
export async function refuseRollback(witnessed: CheckedPlace): Promise<void> {
  for (const result of await compareWithCheckpoint(witnessed)) {
    if (!result.ok && result.kind === 'withdrawn') throw new AegisError('STORE_INCOMPLETE', { detail: `${result.tenant}: ${result.detail}` });
    if (!result.ok)
      throw new AegisError('STORE_ROLLED_BACK', { detail: `${result.tenant}: ${result.detail}`, size: result.size, anchored: result.anchored });
  }
}

/**
 * An operator accepts the log as it is: a signed record of who, why and from where is written to the place, and the log goes on from there.
 * What was lost stays on record in the place; nothing is taken out of it. Returns the comparison that was accepted.
 */
export async function recover(
  witnessed: CheckedPlace & { readonly store: LogStore },
  tenant: TenantId,
  terms: {
    readonly signer: NoteSigner;
    readonly at: Millis;
    readonly by: string;
    readonly reason: string;
    /** What was gone besides. */ readonly gone?: readonly string[];
  },
): Promise<Comparison> {
  const before = await compareOne(witnessed, tenant);
  const details = [...(terms.gone ?? []), ...(before.ok ? [] : [before.detail])];
  const origin = witnessed.originPrefix + tenant;
  const { size } = await witnessed.store.head(tenant);
  const root = toDigest(await rangeRoot(witnessed.store, tenant, [0, size]));
  const note = signCheckpoint({ origin, size, root }, terms.signer);
  await witnessed.place.write({
    kind: 'recovered',
    at: terms.at,
    origin,
    note,
    by: terms.by,
    reason: terms.reason,
    ...(details.length === 0 ? {} : { detail: details.join('; ') }),
  });
  await witnessed.store.rememberCheckpoint(tenant, size, true);
  return before;
}
