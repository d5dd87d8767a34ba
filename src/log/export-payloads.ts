import type { Entry } from '../kernel/entry.ts';
import type { Digest, EntryIndex } from '../kernel/ids.ts';
import { sha256 } from '../wire/digest.ts';
import { erasuresOnRecord } from './erasures-on-record.ts';
import { isNeverStored, keptWith, toldOf } from './payloads-named.ts';
import type { Naming } from './payloads-named.ts';
import { UNEXPLAINED } from './verification.ts';
import type { Tally } from './verification.ts';

/** The payloads of an export: what its entries name, and what its last lines hold of that (LOG-22). */
export interface ExportPayloads {
  entry(entry: Entry): void;
  /** A line after the entries. Answers what is wrong with it, or null. */
  line(line: Readonly<Record<string, unknown>>): string | null;
  /** What is missing, once every line was read. `without`: the reader knows that the export was made without payloads. */
  finish(without: boolean): { readonly index: EntryIndex; readonly detail: string } | null;
}

const STRANGE = 'a line after the entries is not a payload they name';

export function exportPayloads(tally: Tally): ExportPayloads {
  const kept = new Map<Digest, Naming[]>();
  const told = new Set<Digest>();
  const erasures = erasuresOnRecord();
  const intact = new Set<Digest>();
  const erased = new Set<Digest>();
  return {
    entry: (entry) => {
      erasures.add(entry);
      if (isNeverStored(entry)) tally.neverStored++;
      for (const digest of toldOf(entry)) told.add(digest);
      for (const digest of keptWith(entry)) {
        const naming = { digest, index: entry.index, agent: entry.agent, session: entry.session };
        const before = kept.get(digest);
        if (before === undefined) kept.set(digest, [naming]);
        else before.push(naming);
      }
    },
    line: (line) => {
      const { payload, base64, ...more } = line;
      const digest = payload as Digest;
      if ((!kept.has(digest) && !told.has(digest)) || intact.has(digest) || erased.has(digest)) return STRANGE;
      if (base64 === undefined) {
        if (more['erased'] !== true || Object.keys(more).length !== 1) return STRANGE;
        erased.add(digest);
        return null;
      }
      const bytes = typeof base64 === 'string' && Object.keys(more).length === 0 ? Buffer.from(base64, 'base64') : null;
      // A decoder passes over what is no base64; the line must be what these bytes are written as.
      if (bytes === null || sha256(bytes) !== digest || bytes.toString('base64') !== base64) return 'a payload does not hash to its digest';
      intact.add(digest);
      return null;
    },
    finish: (without) => {
      tally.intact = intact.size;
      const gone = [...kept].filter(([digest]) => !intact.has(digest));
      if (intact.size === 0 && erased.size === 0 && without) {
        tally.missing = gone.length;
        return null;
      }
      const unexplained = gone.flatMap(([, namings]) => namings.filter((naming) => !erasures.explain(naming)));
      tally.erased = gone.length - new Set(unexplained.map(({ digest }) => digest)).size;
      tally.missing = gone.length - tally.erased;
      if (unexplained.length === 0) return null;
      const index = unexplained.reduce((least, naming) => Math.min(least, naming.index), Number.MAX_SAFE_INTEGER);
      const none = intact.size === 0 && erased.size === 0;
      return { index, detail: none ? `${UNEXPLAINED}: the export holds no payload at all` : UNEXPLAINED };
    },
  };
}
