import type { Actor, EntryBodies, EntryDraft, EntryType } from '../../kernel/entry.ts';
import { foldingFrom } from '../../kernel/folding.ts';
import type { AgentId, Digest, Millis, SessionId, TenantId } from '../../kernel/ids.ts';
import type { World } from '../../kernel/world.ts';
import { sha256 } from '../../wire/digest.ts';
import { seal } from '../../log/entry.ts';
import type { Payload } from '../../log/store.ts';
import type { Head, SealedEntry } from '../../log/sealed-entry.ts';
import type { Receipt } from '../nouns.ts';
import type { FoldedLog } from './folded-log.ts';

/** Who an entry is about and what lies beside it. */
export interface Place {
  readonly actor: Actor;
  readonly agent?: AgentId;
  readonly session?: SessionId;
  readonly seq?: number;
  /** `digest`: of the bytes, where it is known already. */
  readonly payload?: { readonly subject: string; readonly bytes: Uint8Array; readonly digest?: Digest };
}

/** A point to go back to: because folding is pure, dropping a tentative world is forgetting it. */
export interface SavePoint {
  readonly head: Head;
  readonly entries: number;
  readonly payloads: number;
}

/**
 * Where operations write: entries are sealed and folded as they come, so that the next operation decides against the moving world.
 * Nothing here is durable; the queue appends the whole batch at once.
 */
export interface WriteBatch {
  readonly tenant: TenantId;
  /** Time of everything this operation writes: the log's, never before the world's (GATE-11). */
  readonly at: Millis;
  /** The tentative world. It is read and let go: what is written next changes it in place. */
  world(): World;
  /** What the batch came to; whoever holds it never sees it change. */
  sealed(): FoldedLog;
  write<T extends EntryType>(type: T, body: EntryBodies[T], place: Place): Receipt;
  /** Bytes that must lie beside the log though no entry names them as its own payload. */
  keep(payload: Payload): void;
  savePoint(): SavePoint;
  rollbackTo(point: SavePoint): void;
  entries(): readonly SealedEntry[];
  payloads(): readonly Payload[];
  /** Sets the time of the next operation. */
  setTime(now: Millis): void;
}

export function newWriteBatch(tenant: TenantId, start: FoldedLog): WriteBatch {
  const folding = foldingFrom(start.world);
  let { head } = start;
  let at = start.world.at;
  const entries: SealedEntry[] = [];
  const payloads: Payload[] = [];
  return {
    tenant,
    get at() {
      return at;
    },
    world: () => folding.world(),
    sealed: () => ({ world: folding.seal(), head }),
    entries: () => entries,
    payloads: () => payloads,
    setTime: (now) => {
      at = Math.max(now, folding.world().at);
    },
    keep: (payload) => void payloads.push(payload),
    savePoint: () => ({ head, entries: entries.length, payloads: payloads.length }),
    rollbackTo: (point) => {
      ({ head } = point);
      folding.rewind(point.entries);
      entries.length = point.entries;
      payloads.length = point.payloads;
    },
    write: (type, body, place) => {
      const { actor, agent, session, seq, payload } = place;
      const digest: Digest | undefined = payload === undefined ? undefined : (payload.digest ?? sha256(payload.bytes));
      // What is undefined is absent: the seal leaves it out, and nobody asks for more than the value.
      const draft = { tenant, at, type, actor, body, agent, session, seq, payload: digest } as unknown as EntryDraft;
      const sealed = seal(draft, head.size, head.leaf);
      folding.add(draft);
      head = { size: sealed.index + 1, leaf: sealed.leaf };
      entries.push(sealed);
      if (payload !== undefined && digest !== undefined) payloads.push({ subject: payload.subject, bytes: payload.bytes, digest });
      return { index: sealed.index, leaf: sealed.leaf };
    },
  };
}
