import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { AegisError } from '../errors.ts';
import type { TenantId } from '../kernel/ids.ts';
import { openCheckpoint } from '../log/checkpoint.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import type { NoteVerifier } from '../log/note-key.ts';
import { keyring, ofName } from '../log/rotation.ts';
import type { LogReader } from '../log/store.ts';
import type { Random } from '../ports.ts';
import { goneParts, identityOf } from './parts.ts';
import { folderPlace } from './place.ts';
import type { CheckpointPlace } from './place.ts';
import { withdrawn } from './rollback.ts';
import { keysFor, openSigningKeys } from './signing-keys.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The checkpoints of one tenant, as far as they may be believed. */
export interface SavedCheckpoints {
  readonly believed: readonly Checkpoint[];
  /** What is wrong with them, or with what became of them; null when nothing is. */
  readonly fault: string | null;
}

/** The second place of a log as whoever verifies it finds it; nothing is made or written (LOG-26). */
export interface PlaceToVerify {
  readonly folder: string;
  /** The key whose signatures are believed; null when there is none. */
  readonly key: string | null;
  /** Every tenant a checkpoint was signed for. */
  tenants(): Promise<readonly TenantId[]>;
  saved(tenant: TenantId): Promise<SavedCheckpoints>;
}

interface Terms {
  readonly config: Config;
  readonly store: LogReader;
  readonly random: Random;
  /** Held from elsewhere, and believed in place of the key the second place names. */
  readonly key?: NoteVerifier;
}

/** Entries a log may have before its first checkpoint is signed: one is due every 64, a few come while it is written. */
const UNSIGNED = 1_024;

export async function placeToVerify(terms: Terms): Promise<PlaceToVerify> {
  const { config, store, random, key } = terms;
  const holds = (await store.tenants()).length > 0;
  const [gone] = goneParts(config);
  const id = identityOf(config);
  if (gone !== undefined || id === null) return nothing(config.checkpointDir, holds ? (gone?.detail ?? null) : null);
  const folder = join(config.checkpointDir, id);
  const name = `aegis-${id}`;
  if (key !== undefined && key.name !== name) return nothing(folder, `the key given is of another log: this one is ${name}`);
  try {
    const keys = await openSigningKeys({ name, dataDir: config.dataDir, folder, store, random });
    return placeOf({ keys, store, place: folderPlace(folder), folder, name, trusted: key ?? keys.first });
  } catch (error) {
    if (error instanceof AegisError) return nothing(folder, String(error.details['detail'] ?? error.message));
    throw error;
  }
}

function nothing(folder: string, fault: string | null): PlaceToVerify {
  return { folder, key: null, tenants: async () => Promise.resolve([]), saved: async () => Promise.resolve({ believed: [], fault }) };
}

interface Found {
  readonly keys: SigningKeys;
  readonly store: LogReader;
  readonly place: CheckpointPlace;
  readonly folder: string;
  readonly name: string;
  readonly trusted: NoteVerifier;
}

function placeOf(found: Found): PlaceToVerify {
  const { place, folder, name, trusted } = found;
  const prefix = `${name}/`;
  return {
    folder: dirname(folder),
    key: trusted.vkey,
    tenants: async () => (await place.origins()).filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length) as TenantId),
    saved: async (tenant) => {
      try {
        return await savedOf(found, tenant);
      } catch (error) {
        if (error instanceof AegisError) return { believed: [], fault: String(error.details['detail'] ?? error.message) };
        throw error;
      }
    },
  };
}

async function savedOf({ keys, store, place, folder, name, trusted }: Found, tenant: TenantId): Promise<SavedCheckpoints> {
  const origin = `${name}/${tenant}`;
  const { records, named, fault } = await place.all(origin);
  const ring = keyring(name, trusted, ofName(name, keys.rings.get(tenant)?.found ?? []));
  const known = trusted.vkey === keys.first.vkey ? (size: number) => keysFor(keys, size, origin) : (size: number) => ring?.keysFor(size) ?? [];
  const believed: Checkpoint[] = [];
  for (const { note } of records) {
    const opened = openCheckpoint(note, known);
    if (!opened.ok) return { believed, fault: `a checkpoint in ${folder} cannot be believed: ${opened.detail}` };
    if (opened.checkpoint.origin !== origin) return { believed, fault: `a checkpoint in ${folder} is of another log` };
    believed.push(opened.checkpoint);
  }
  if (fault !== null) return { believed, fault };
  const newest = Math.max(0, ...believed.slice(-1).map(({ size }) => size));
  const remembered = await store.checkpointed(tenant);
  if (!named && (records.length > 1 || (records.length === 1 && remembered > 0)))
    return { believed, fault: `${join(folder, 'latest.json')} is gone or names no checkpoint of this log` };
  if (newest < remembered) return { believed, fault: withdrawn(remembered, newest) };
  const { size } = await store.head(tenant);
  if (believed.length === 0 && size > UNSIGNED)
    return { believed, fault: `no checkpoint of its ${String(size)} entries is in ${folder}, though one is signed every 64` };
  return { believed, fault };
}
