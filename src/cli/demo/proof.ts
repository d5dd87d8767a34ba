import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Scene } from './scenes.ts';
import type { Stage } from './stage.ts';

interface Verified {
  readonly ok: boolean;
  readonly size: number;
  readonly firstBad?: number;
  readonly detail?: string;
}

/** The log is verified from its files alone; then one entry of a copy is changed and verify says which. */
export async function proofScenes(stage: Stage): Promise<readonly Scene[]> {
  const whole = await verified(stage, stage.data);
  const copy = join(dirname(stage.data), 'tampered');
  cpSync(stage.data, copy, { recursive: true });
  const index = tamper(copy);
  const broken = await verified(stage, copy);
  return [
    { title: 'The log verifies', held: whole.ok, detail: `${String(whole.size)} entries re-hashed${whole.ok ? '' : `: ${whole.detail ?? ''}`}` },
    {
      title: 'One changed entry in a copy is found',
      held: !broken.ok && broken.firstBad === index,
      detail: `changed entry ${String(index)}, verify names entry ${String(broken.firstBad)}: ${broken.detail ?? ''}`,
    },
  ];
}

async function verified(stage: Stage, data: string): Promise<Verified> {
  const { stdout, stderr } = await stage.aegis('log', 'verify', '--data', data, '--checkpoints', stage.checkpoints, '--json');
  try {
    return JSON.parse(stdout) as Verified;
  } catch {
    return { ok: false, size: 0, detail: stderr || stdout };
  }
}

/** Turns a recorded denial into an allow, as somebody with the disk in his hands would. Returns the entry's index. */
function tamper(data: string): number {
  const database = new DatabaseSync(join(data, 'log.sqlite'));
  const row = database
    .prepare(
      `SELECT id, CAST(bytes AS TEXT) AS text FROM entry WHERE type = 'action-decided' AND CAST(bytes AS TEXT) LIKE '%"effect":"deny"%' ORDER BY id LIMIT 1`,
    )
    .get() as { id: number; text: string } | undefined;
  if (row === undefined) throw new Error('no denied action to change');
  const changed = row.text.replace('"effect":"deny"', '"effect":"allow"');
  database.prepare('UPDATE entry SET bytes = ? WHERE id = ?').run(new TextEncoder().encode(changed), row.id);
  const { index } = JSON.parse(row.text) as { index: number };
  database.close();
  return index;
}
