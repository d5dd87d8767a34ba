import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { AegisError } from '../errors.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { noteSigner } from '../log/note-key.ts';
import { makePrivateFolder } from '../log/private-folder.ts';
import type { LogReader } from '../log/store.ts';
import type { Random } from '../ports.ts';
import { kept, rotationsOf } from './signing-keys.ts';

type Places = Pick<Config, 'dataDir' | 'checkpointDir'>;

/** A part that belongs to a log with entries and is not there. */
export interface GonePart {
  readonly part: 'identity' | 'signing key' | 'second place';
  readonly detail: string;
}

export const idFile = ({ dataDir }: Places): string => join(dataDir, 'log.id');
const seedFile = ({ dataDir }: Places): string => join(dataDir, 'signing.key');
const keyFile = (places: Places, id: string): string => join(places.checkpointDir, id, 'key.pub');

/** The random name of a log; null where there is none, or what is there is none. */
export function identityOf(places: Places): string | null {
  const file = idFile(places);
  const id = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return /^[0-9a-f]{16}$/.test(id) ? id : null;
}

/**
 * What a log with entries lacks: its name, the key that signs for it, the place its checkpoints went to (LOG-28). Each is made before the first
 * entry, so a log that has entries and lacks one was tampered with, or restored in part.
 */
export function goneParts(places: Places): readonly GonePart[] {
  const id = identityOf(places);
  const gone: GonePart[] = [];
  if (id === null)
    gone.push({
      part: 'identity',
      detail: `its identity is gone: ${idFile(places)} does not name it, so nothing says which checkpoints are its own`,
    });
  if (!existsSync(seedFile(places)))
    gone.push({ part: 'signing key', detail: `the key that signs its checkpoints is gone: there is no ${seedFile(places)}` });
  if (id !== null && !existsSync(keyFile(places, id)))
    gone.push({
      part: 'second place',
      detail: `its checkpoints are gone: there is no ${keyFile(places, id)} (if they were kept elsewhere, name the folder with --checkpoints)`,
    });
  return gone;
}

/** @throws AegisError STORE_INCOMPLETE naming the first part that a log with entries lacks */
export async function refuseIncomplete(places: Places, store: LogReader): Promise<void> {
  if ((await store.tenants()).length === 0) return;
  const [first] = goneParts(places);
  if (first !== undefined) throw new AegisError('STORE_INCOMPLETE', { detail: first.detail });
}

/**
 * An operator accepts that parts are gone: the name is found again by the key that signed under it, or the log goes on under a new one; a new
 * second place begins with the first key the log knows. Answers what was gone, for the record.
 */
export async function replaceParts(places: Places, store: LogReader, random: Random): Promise<readonly string[]> {
  if ((await store.tenants()).length === 0) return [];
  const gone = goneParts(places);
  if (gone.some(({ part }) => part === 'identity' || part === 'signing key')) {
    const own = existsSync(seedFile(places)) ? nameByKey(places) : null;
    writeFileSync(idFile(places), `${own ?? Buffer.from(random.bytes(8)).toString('hex')}\n`, { mode: 0o600, flush: true });
  }
  kept(seedFile(places), () => Buffer.from(random.bytes(32)).toString('hex'));
  const id = identityOf(places) ?? '';
  if (!existsSync(keyFile(places, id))) {
    makePrivateFolder(join(places.checkpointDir, id));
    writeFileSync(keyFile(places, id), `${await firstKey(places, store, id)}\n`, { mode: 0o600, flush: true });
  }
  return gone.map(({ detail }) => detail);
}

/** The name under which the key of this data folder signed: its second place is named by it. */
function nameByKey(places: Places): string | null {
  const names = existsSync(places.checkpointDir) ? readdirSync(places.checkpointDir).filter((name) => /^[0-9a-f]{16}$/.test(name)) : [];
  const holds = (name: string): boolean => {
    const own = vkeyOf(places, name);
    const files = [keyFile(places, name), join(places.checkpointDir, name, 'rotations.jsonl')];
    return own !== null && files.some((file) => existsSync(file) && readFileSync(file, 'utf8').includes(own));
  };
  return names.find(holds) ?? null;
}

function vkeyOf(places: Places, id: string): string | null {
  const seed = Buffer.from(readFileSync(seedFile(places), 'utf8').trim(), 'hex');
  return seed.length === 32 ? noteSigner(`aegis-${id}`, seed).vkey : null;
}

async function firstKey(places: Places, store: LogReader, id: string): Promise<string> {
  const rotations = await rotationsOf(store, DEFAULT_TENANT);
  const first = rotations.find(({ body }) => body.previous.startsWith(`aegis-${id}+`));
  return first?.body.previous ?? vkeyOf(places, id) ?? '';
}
