import type { TenantId } from '../kernel/ids.ts';
import { PIECE } from '../log/in-turns.ts';
import type { LogStore } from '../log/store.ts';
import { opened } from './pages.ts';
import type { LoggedEntry } from './pages.ts';

/** Reads a log from an index on, a piece at a time; an empty piece is its end. */
export interface RecentEntries {
  read(tenant: TenantId, from: number): Promise<readonly LoggedEntry[]>;
}

interface Piece {
  readonly entries: readonly LoggedEntry[];
  readonly bytes: number;
}

interface Tail {
  /** Pieces without a gap, oldest first. */
  pieces: readonly Piece[];
  reading: { readonly from: number; readonly work: Promise<readonly LoggedEntry[]> } | null;
}

/** Bytes of entries that are kept of each tenant's newest. */
const MOST_BYTES = 1_048_576;

/** The end of a log, read and opened once for everybody who follows it: twenty open pages cost about what one does. */
export function recentEntries(store: Pick<LogStore, 'read'>): RecentEntries {
  const tails = new Map<TenantId, Tail>();
  const alone = async (tenant: TenantId, from: number): Promise<Piece> => {
    const sealed = await store.read(tenant, { from, limit: PIECE });
    return { entries: sealed.map(opened), bytes: sealed.reduce((sum, { bytes }) => sum + bytes.length, 0) };
  };
  const further = async (tenant: TenantId, tail: Tail, from: number): Promise<readonly LoggedEntry[]> => {
    try {
      const piece = await alone(tenant, from);
      if (piece.entries.length > 0) keep(tail, piece);
      return piece.entries;
    } finally {
      tail.reading = null;
    }
  };
  return {
    read: async (tenant, from) => {
      const tail = tails.get(tenant) ?? { pieces: [], reading: null };
      tails.set(tenant, tail);
      // It may have begun before the entry came that woke us: what it does not bring is read for once more.
      if (tail.reading !== null) await tail.reading.work.catch(() => undefined);
      const held = tail.pieces.find(({ entries }) => from >= indexOf(entries.at(0)) && from <= indexOf(entries.at(-1)));
      if (held !== undefined) return held.entries.filter(({ index }) => index >= from);
      const behind = from < indexOf(tail.pieces[0]?.entries.at(0));
      if (behind && tail.pieces.length > 0) return (await alone(tenant, from)).entries;
      if (tail.reading !== null && tail.reading.from !== from) return (await alone(tenant, from)).entries;
      tail.reading ??= { from, work: further(tenant, tail, from) };
      return tail.reading.work;
    },
  };
}

const indexOf = (entry: LoggedEntry | undefined): number => entry?.index ?? Number.NaN;

/** Puts a piece at the end of the tail; behind a gap a new tail begins. */
function keep(tail: Tail, piece: Piece): void {
  const end = indexOf(tail.pieces.at(-1)?.entries.at(-1)) + 1;
  const pieces = indexOf(piece.entries[0]) === end ? [...tail.pieces, piece] : [piece];
  let bytes = pieces.reduce((sum, one) => sum + one.bytes, 0);
  tail.pieces = pieces.filter((one) => {
    if (bytes <= MOST_BYTES) return true;
    bytes -= one.bytes;
    return false;
  });
}
