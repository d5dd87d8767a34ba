import type { Digest, TenantId } from '../kernel/ids.ts';
import { fromDigest } from './tree-hash.ts';
import { EMPTY_HEAD, openEntry } from './entry.ts';
import { batchFault, passes } from './filter.ts';
import { EMPTY_FRONTIER, extend } from './merkle.ts';
import type { Frontier } from './merkle.ts';
import type { EntryFilter, LogStore, Payload, WorldSnapshot } from './store.ts';
import type { Head, SealedEntry } from './sealed-entry.ts';

interface Chain {
  readonly entries: SealedEntry[];
  head: Head;
  frontier: Frontier;
  readonly subtrees: Uint8Array[];
  readonly payloads: Map<string, Map<string, Uint8Array | 'erased'>>;
  /** Erasures that wait for their entry, by subject. */
  readonly pending: Map<string, { readonly reason: string; readonly digests: Set<string> }>;
  snapshot: WorldSnapshot | null;
  checkpointed: number;
}

/** The log in memory, for tests, simulation and the lab. Nothing survives the process; nothing is encrypted. */
export function memoryStore(): LogStore {
  const chains = new Map<TenantId, Chain>();
  const chain = (tenant: TenantId): Chain => {
    const found = chains.get(tenant) ?? {
      entries: [],
      head: EMPTY_HEAD,
      frontier: EMPTY_FRONTIER,
      subtrees: [],
      payloads: new Map(),
      pending: new Map(),
      snapshot: null,
      checkpointed: 0,
    };
    return found;
  };
  return {
    tenants: () => Promise.resolve([...chains.keys()].filter((tenant) => chain(tenant).head.size > 0).sort()),
    head: (tenant) => Promise.resolve(chain(tenant).head),
    append: async (tenant, expected, entries, payloads) => {
      const fault = batchFault(expected.size, entries);
      if (fault !== null) throw new TypeError(fault);
      const target = chain(tenant);
      if (target.head.size !== expected.size || target.head.leaf !== expected.leaf) return Promise.resolve({ kind: 'conflict', head: target.head });
      chains.set(tenant, target);
      write(target, entries, payloads);
      return Promise.resolve({ kind: 'appended' });
    },
    read: (tenant, filter) => Promise.resolve(select(chain(tenant).entries, filter)),
    payload: (tenant, digest) => Promise.resolve(find(chain(tenant), digest)),
    erase: async (tenant, subject, reason = '') => Promise.resolve(erase(chain(tenant), subject, reason)),
    pendingErasures: (tenant) => Promise.resolve([...chain(tenant).pending].map(([subject, { reason }]) => ({ subject, reason }))),
    checkpointed: (tenant) => Promise.resolve(chain(tenant).checkpointed),
    rememberCheckpoint: async (tenant, size, anew = false) => {
      const target = chain(tenant);
      target.checkpointed = anew ? size : Math.max(size, target.checkpointed);
      return Promise.resolve();
    },
    saveSnapshot: async (tenant, { size, leaf, parts }) => {
      const target = chain(tenant);
      chains.set(tenant, target);
      target.snapshot = { size, leaf, bytes: Buffer.concat([...parts]) };
      return Promise.resolve();
    },
    loadSnapshot: (tenant) => Promise.resolve(chain(tenant).snapshot),
    leaves: (tenant, from, count) =>
      Promise.resolve(
        Buffer.concat(
          chain(tenant)
            .entries.slice(from, from + count)
            .map((entry) => fromDigest(entry.leaf)),
        ),
      ),
    frontier: (tenant) => Promise.resolve(chain(tenant).frontier),
    subtrees: (tenant, from, count) => Promise.resolve(Buffer.concat(chain(tenant).subtrees.slice(from, from + count))),
    close: () => Promise.resolve(),
  };
}

function write(target: Chain, entries: readonly SealedEntry[], payloads: readonly Payload[]): void {
  for (const entry of entries) {
    target.entries.push({ ...entry, bytes: entry.bytes.slice() });
    target.head = { size: entry.index + 1, leaf: entry.leaf };
    target.frontier = extend(target.frontier, fromDigest(entry.leaf), (root) => target.subtrees.push(root));
    if (entry.type === 'payload-erased') recorded(target, entry);
  }
  for (const payload of payloads) {
    const owners = target.payloads.get(payload.digest) ?? new Map<string, Uint8Array | 'erased'>();
    target.payloads.set(payload.digest, owners.set(payload.subject, payload.bytes.slice()));
  }
}

function select(entries: readonly SealedEntry[], filter: EntryFilter): readonly SealedEntry[] {
  const found: SealedEntry[] = [];
  const from = Math.max(0, filter.from ?? 0);
  const to = Math.min(entries.length, filter.to ?? entries.length);
  for (let step = 0; step < to - from && found.length < filter.limit; step++) {
    const entry = entries[filter.reverse === true ? to - 1 - step : from + step];
    if (entry !== undefined && passes(entry, filter)) found.push(entry);
  }
  return found;
}

function find(target: Chain, digest: Digest): Uint8Array | 'erased' | null {
  const owners = target.payloads.get(digest);
  if (owners === undefined) return null;
  for (const bytes of owners.values()) if (bytes !== 'erased') return bytes;
  return 'erased';
}

function recorded({ pending }: Chain, { bytes, index }: SealedEntry): void {
  const entry = openEntry(bytes, index);
  if (entry.type !== 'payload-erased') return;
  const { subject, digests } = entry.body;
  const named = new Set<string>(digests);
  if ([...(pending.get(subject)?.digests ?? [])].every((digest) => named.has(digest))) pending.delete(subject);
}

function erase(target: Chain, subject: string, reason: string): readonly Digest[] {
  if (target.head.size === 0) return [];
  const waiting = target.pending.get(subject) ?? { reason, digests: new Set<string>() };
  target.pending.set(subject, waiting);
  for (const [digest, owners] of target.payloads) {
    const bytes = owners.get(subject);
    if (bytes === undefined || bytes === 'erased') continue;
    owners.set(subject, 'erased');
    waiting.digests.add(digest);
  }
  return [...waiting.digests].sort() as Digest[];
}
