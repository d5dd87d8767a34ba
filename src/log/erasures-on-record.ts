import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex, TenantId } from '../kernel/ids.ts';
import { openEntry } from './entry.ts';
import type { Naming } from './payloads-named.ts';
import { subjectsOfSession } from './session-subject.ts';
import type { LogReader } from './store.ts';

/** What the erasures of a log account for (LOG-22). */
export interface ErasuresOnRecord {
  add(entry: Entry): void;
  /** Whether an erasure behind the entry that names it says that this payload was destroyed. */
  explain(naming: Naming): boolean;
}

interface Listing {
  readonly index: EntryIndex;
  readonly subject: string;
}

export function erasuresOnRecord(): ErasuresOnRecord {
  const subjects = new Map<string, EntryIndex>();
  const listed = new Map<Digest, Listing[]>();
  return {
    add: (entry) => {
      if (entry.type !== 'payload-erased') return;
      const { subject, digests } = entry.body;
      const { index } = entry;
      subjects.set(subject, index);
      for (const digest of digests) {
        const before = listed.get(digest);
        if (before === undefined) listed.set(digest, [{ index, subject }]);
        else before.push({ index, subject });
      }
    },
    explain: ({ digest, index, agent, session }) => {
      const own = session === undefined ? null : subjectsOfSession({ agent, session });
      // One key seals all of a session, so its erasure takes everything that was kept of it until then.
      if (own?.some((subject) => (subjects.get(subject) ?? -1) > index) === true) return true;
      return listed.get(digest)?.some((one) => one.index > index && isOf(one.subject, own)) === true;
    },
  };
}

/** An erasure of another session does not account for what this one kept. */
function isOf(subject: string, own: readonly string[] | null): boolean {
  return !subject.startsWith('session/') || own === null || own.includes(subject);
}

const PAGE = 1_000;

/** The erasures among the first entries of a log. */
export async function erasuresOf(store: LogReader, tenant: TenantId, size: EntryIndex): Promise<ErasuresOnRecord> {
  const found = erasuresOnRecord();
  for (let from = 0; from < size;) {
    const page = await store.read(tenant, { type: 'payload-erased', from, to: size, limit: PAGE });
    for (const { bytes, index } of page) add(found, bytes, index);
    from = (page.at(-1)?.index ?? size) + 1;
  }
  return found;
}

function add(found: ErasuresOnRecord, bytes: Uint8Array, index: EntryIndex): void {
  try {
    found.add(openEntry(bytes, index));
  } catch {
    // What is wrong with it is for the verification that comes to it to say.
  }
}
