import type { DatabaseSync } from 'node:sqlite';
import { toDigest } from '../tree-hash.ts';

/**
 * Erasures under way, in the log's own file, so that a transaction sees without a look at the keys' file whether a key may have been destroyed
 * by another process. A row is written before the key is destroyed and removed in the transaction that clears the subject's payloads. An append
 * asks inside its own transaction: either it sees the erasure, or the erasure clears what it wrote (LOG-10). What was cleared waits in
 * `unrecorded_erasure` until its entry is appended, so that a crash between the two is finished and never forgotten (LOG-24).
 */
export interface Erasures {
  /** In a transaction of its own, before the key is destroyed. */
  begin(of: ErasedSubject, reason: string): void;
  /** In the transaction that clears the payloads: adds them to what waits for its entry, and answers all of that. */
  end(of: ErasedSubject, cleared: readonly string[]): readonly string[];
  /** In the transaction that appends it: the entry of an erasure. */
  recorded(tenant: number, entry: Uint8Array): void;
  /** In a transaction: whether any erasure began or was under way since this was last asked. */
  happened(): boolean;
}

export interface ErasedSubject {
  /** The number its rows go under. */
  readonly tenant: number;
  readonly subject: string;
}

/** Made at every opening and no part of the layout's version: a build that does not know them loses nothing. */
export const ERASURE_TABLES = `
CREATE TABLE IF NOT EXISTS erasure (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, subject TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS unrecorded_erasure (tenant INTEGER NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL, digests BLOB NOT NULL, cleared INTEGER NOT NULL,
  PRIMARY KEY (tenant, subject)) STRICT, WITHOUT ROWID;
`;

export function openErasures(database: DatabaseSync): Erasures {
  const insert = database.prepare('INSERT INTO erasure (tenant, subject) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM erasure WHERE tenant = ? AND subject = ?');
  const wait = database.prepare(`INSERT INTO unrecorded_erasure VALUES (?, ?, ?, x'', 0) ON CONFLICT DO NOTHING`);
  const waiting = database.prepare('SELECT digests, cleared FROM unrecorded_erasure WHERE tenant = ? AND subject = ?');
  const clear = database.prepare('UPDATE unrecorded_erasure SET digests = ?, cleared = 1 WHERE tenant = ? AND subject = ?');
  const settle = database.prepare('DELETE FROM unrecorded_erasure WHERE tenant = ? AND subject = ?');
  // The sequence keeps the number of the last row, also when that row is gone.
  const select = database.prepare(
    `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'erasure'), 0) AS newest, EXISTS (SELECT 1 FROM erasure) AS underway`,
  );
  let seen: unknown = null;
  return {
    begin: ({ tenant, subject }, reason) => {
      insert.run(tenant, subject);
      wait.run(tenant, subject, reason);
    },
    end: ({ tenant, subject }, cleared) => {
      remove.run(tenant, subject);
      const before = waiting.get(tenant, subject);
      const all = [...new Set([...digestsIn(before?.['digests']), ...cleared])].sort();
      clear.run(Buffer.from(all.join(''), 'hex'), tenant, subject);
      return all;
    },
    recorded: (tenant, entry) => {
      const { subject, digests } = bodyOf(entry);
      const row = waiting.get(tenant, subject);
      if (row === undefined || row['cleared'] !== 1) return;
      const named = new Set(digests);
      if (digestsIn(row['digests']).every((digest) => named.has(digest))) settle.run(tenant, subject);
    },
    happened: () => {
      const { newest = null, underway = 0 } = select.get() ?? {};
      if (underway === 0 && newest === seen) return false;
      // One that is under way may destroy its key at any time, and once more after this.
      seen = underway === 0 ? newest : null;
      return true;
    },
  };
}

const DIGEST = 32;

function digestsIn(bytes: unknown): readonly string[] {
  if (!(bytes instanceof Uint8Array)) return [];
  return Array.from({ length: Math.floor(bytes.length / DIGEST) }, (_, at) => toDigest(bytes.subarray(at * DIGEST, (at + 1) * DIGEST)));
}

function bodyOf(entry: Uint8Array): { readonly subject: string; readonly digests: readonly string[] } {
  return (JSON.parse(Buffer.from(entry).toString('utf8')) as { body: { subject: string; digests: readonly string[] } }).body;
}
