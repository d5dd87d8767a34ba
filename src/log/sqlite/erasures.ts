import type { DatabaseSync } from 'node:sqlite';

/**
 * Erasures under way, in the log's own file, so that a transaction sees without a look at the keys' file whether a key may have been destroyed
 * by another process. A row is written before the key is destroyed and removed in the transaction that clears the subject's payloads. An append
 * asks inside its own transaction: either it sees the erasure, or the erasure clears what it wrote (LOG-10).
 */
export interface Erasures {
  /** In a transaction of its own, before the key is destroyed. */
  begin(tenant: number, subject: string): void;
  /** In the transaction that clears the payloads. */
  end(tenant: number, subject: string): void;
  /** In a transaction: whether any erasure began or was under way since this was last asked. */
  happened(): boolean;
}

/** Made at every opening and no part of the layout's version: a build that does not know it loses nothing. */
export const ERASURE_TABLE =
  'CREATE TABLE IF NOT EXISTS erasure (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, subject TEXT NOT NULL) STRICT';

export function openErasures(database: DatabaseSync): Erasures {
  const insert = database.prepare('INSERT INTO erasure (tenant, subject) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM erasure WHERE tenant = ? AND subject = ?');
  // The sequence keeps the number of the last row, also when that row is gone.
  const select = database.prepare(
    `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'erasure'), 0) AS newest, EXISTS (SELECT 1 FROM erasure) AS underway`,
  );
  let seen: unknown = null;
  return {
    begin: (tenant, subject) => void insert.run(tenant, subject),
    end: (tenant, subject) => void remove.run(tenant, subject),
    happened: () => {
      const { newest = null, underway = 0 } = select.get() ?? {};
      if (underway === 0 && newest === seen) return false;
      // One that is under way may destroy its key at any time, and once more after this.
      seen = underway === 0 ? newest : null;
      return true;
    },
  };
}
