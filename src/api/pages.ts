import { Type } from 'typebox';
import { CLOSED, integer, name } from '../http/shapes.ts';
import type { Entry } from '../kernel/entry.ts';
import type { TenantId } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import { PIECE } from '../log/in-turns.ts';
import type { EntryFilter, LogStore } from '../log/store.ts';
import type { SealedEntry } from '../log/sealed-entry.ts';

/** Filters and paging every listing of the log takes. */
export const PageQuery = Type.Object(
  {
    from: Type.Optional(integer(0, Number.MAX_SAFE_INTEGER)),
    to: Type.Optional(integer(0, Number.MAX_SAFE_INTEGER)),
    limit: Type.Optional(integer(1, 1000)),
    reverse: Type.Optional(Type.Boolean()),
    type: Type.Optional(Type.String({ pattern: '^[a-z-]{1,64}$' })),
    agent: Type.Optional(name()),
    session: Type.Optional(name()),
    action: Type.Optional(Type.String({ pattern: '^[!-~]{1,128}$' })),
  },
  CLOSED,
);

export interface Page {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly reverse?: boolean;
  readonly type?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly action?: string;
}

/** An entry with its own leaf hash beside its fields. */
export type LoggedEntry = Entry & { readonly leaf: string };

export function opened({ bytes, index, leaf }: SealedEntry): LoggedEntry {
  return { ...openEntry(bytes, index), leaf };
}

/** Bytes of entries after which a page ends before its limit: it is written as one text, which takes a thread's time (GATE-23). */
const MOST_BYTES = 262_144;

/** One page; `next` continues where it ended, absent at the end. */
export async function page(
  store: LogStore,
  tenant: TenantId,
  filter: Page,
  gone?: AbortSignal,
): Promise<{ readonly entries: readonly LoggedEntry[]; readonly next?: number }> {
  const limit = filter.limit ?? 100;
  const query: EntryFilter = { ...(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Page), limit };
  const entries: LoggedEntry[] = [];
  let bytes = 0;
  for (let at = {}; ;) {
    const most = Math.min(PIECE, limit - entries.length);
    const piece = await store.read(tenant, { ...query, ...at, limit: most });
    for (const sealed of piece) {
      entries.push(opened(sealed));
      bytes += sealed.bytes.length;
    }
    const last = piece.at(-1);
    // Nobody waits for more.
    if (last === undefined || piece.length < most || gone?.aborted === true) return { entries };
    // Newest first goes on below (`to` is exclusive), oldest first above.
    const next = filter.reverse === true ? last.index : last.index + 1;
    if (entries.length >= limit || bytes >= MOST_BYTES) return { entries, next };
    at = filter.reverse === true ? { to: next } : { from: next };
  }
}
