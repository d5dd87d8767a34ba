import type { DatabaseSync } from 'node:sqlite';

/**
 * The size of a checkpoint that the second place is known to hold, so that the store notices when it is emptied or set back (LOG-27). Written
 * now and then, never before the checkpoint itself is durable: whoever owns the second place alone does not hold this.
 */
export const REMEMBERED_TABLE = 'CREATE TABLE IF NOT EXISTS checkpointed (tenant INTEGER PRIMARY KEY, size INTEGER NOT NULL) STRICT;';

export interface Remember {
  readonly tenant: string;
  readonly size: number;
  /** An operator accepted a smaller one. */
  readonly anew: boolean;
}

export function remember(database: DatabaseSync, { tenant, size, anew }: Remember): void {
  const larger = anew ? '' : ' WHERE excluded.size > checkpointed.size';
  database
    .prepare(
      `INSERT INTO checkpointed SELECT no, ?2 FROM tenant WHERE name = ?1 AND true ON CONFLICT (tenant) DO UPDATE SET size = excluded.size${larger}`,
    )
    .run(tenant, size);
}

/** 0 when none is known; a store no build of today has opened yet lacks the table. */
export function remembered(database: DatabaseSync, tenant: string): number {
  if (database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'checkpointed'`).get() === undefined) return 0;
  return Number(
    database.prepare('SELECT checkpointed.size AS size FROM checkpointed JOIN tenant ON no = tenant WHERE name = ?').get(tenant)?.['size'] ?? 0,
  );
}
