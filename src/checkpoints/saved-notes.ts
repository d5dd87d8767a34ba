import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantId } from '../kernel/ids.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { noteVerifier } from '../log/note-key.ts';
import type { NoteVerifier } from '../log/note-key.ts';
import { folderPlace } from './place.ts';

/** Checkpoints of one log that somebody kept: a second place, a copy of one, or the folder of one log in it. */
export interface SavedNotes {
  /** The log's name, as its key carries it. */
  readonly name: string;
  /** The key that lies beside them; null where none does. */
  readonly key: NoteVerifier | null;
  readonly notes: readonly string[];
}

/** What a folder holds of each log that signed for this tenant. Nothing is believed yet. @throws AegisError STORE_INCOMPLETE for a changed one */
export async function savedNotes(folder: string, tenant: TenantId): Promise<readonly SavedNotes[]> {
  const inside = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory());
  const found: SavedNotes[] = [];
  for (const one of [folder, ...inside]) {
    const place = folderPlace(one);
    for (const origin of await place.origins()) {
      if (!origin.endsWith(`/${tenant}`)) continue;
      const { records } = await place.all(origin);
      const latest = await place.latest(origin);
      // A copy of `latest.json` alone is a saved checkpoint too.
      const notes = [...new Set([...records, ...(latest === null ? [] : [latest])].map(({ note }) => note))];
      found.push({ name: origin.slice(0, origin.lastIndexOf('/')), key: keyIn(one), notes: notes.filter((note) => parseCheckpoint(note) !== null) });
    }
  }
  return found;
}

function keyIn(folder: string): NoteVerifier | null {
  const file = join(folder, 'key.pub');
  return existsSync(file) ? noteVerifier(readFileSync(file, 'utf8').trim()) : null;
}
