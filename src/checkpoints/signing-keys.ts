import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { AegisError } from '../errors.ts';
import type { EntryBodies } from '../kernel/entry.ts';
import type { TenantId } from '../kernel/ids.ts';
import { openEntry } from '../log/entry.ts';
import { noteSigner, noteVerifier } from '../log/note-key.ts';
import type { NoteSigner, NoteVerifier } from '../log/note-key.ts';
import { handedTo, keyring, ofName } from '../log/rotation.ts';
import type { FoundRotation, Keyring } from '../log/rotation.ts';
import type { LogReader } from '../log/store.ts';
import type { Random } from '../ports.ts';

export type Rotated = EntryBodies['key-rotated'];

export interface KeyTerms {
  /** What stands before the tenant in an origin. */
  readonly name: string;
  readonly dataDir: string;
  /** The second place: `key.pub`, the first key, never rewritten, and `rotations.jsonl`, every handover since. */
  readonly folder: string;
  readonly store: LogReader;
  readonly random: Random;
}

/** The keys of one log: the one that signs now, what it was handed over from, and the one a rotation is bringing in (LOG-13). */
export interface SigningKeys {
  readonly terms: KeyTerms;
  readonly first: NoteVerifier;
  handovers: Rotated[];
  readonly rings: Map<TenantId, { readonly found: readonly FoundRotation[]; readonly ring: Keyring }>;
  held: NoteSigner;
  pending: NoteSigner | null;
  /** The files of keys as they were read last. */
  read: string;
}

export function seedFiles({ dataDir, folder }: KeyTerms): { readonly seed: string; readonly next: string; readonly handovers: string } {
  const seed = join(dataDir, 'signing.key');
  return { seed, next: `${seed}.next`, handovers: join(folder, 'rotations.jsonl') };
}

/** @throws AegisError STORE_ROLLED_BACK when the key that signs is not one the place's key was handed over to */
export async function openSigningKeys(terms: KeyTerms): Promise<SigningKeys> {
  const { dataDir, folder } = terms;
  const files = seedFiles(terms);
  kept(files.seed, () => newSeed(terms));
  const read = stateOf(terms);
  const held = readSeed(terms, files.seed);
  const first = noteVerifier(kept(join(folder, 'key.pub'), () => held.vkey));
  const stranger = new AegisError('STORE_ROLLED_BACK', { detail: `the key in ${dataDir} is not the key that signed the checkpoints in ${folder}` });
  if (first === null) throw stranger;
  const pending = existsSync(files.next) ? readSeed(terms, files.next) : null;
  const keys: SigningKeys = { terms, first, handovers: readHandovers(files.handovers), rings: new Map(), held, pending, read };
  await readRings(keys);
  for (const { ring } of keys.rings.values()) {
    if (ring.current.vkey !== pending?.vkey && wayTo(keys, ring.current, held) === null) throw stranger;
  }
  return keys;
}

/** Takes a key that another daemon on the same store brought in; while nobody rotates (LOG-38). @throws AegisError STORE_ROLLED_BACK */
export async function rereadKeys(keys: SigningKeys): Promise<void> {
  const { terms } = keys;
  const files = seedFiles(terms);
  const now = stateOf(terms);
  if (now === keys.read) return;
  keys.held = readSeed(terms, files.seed);
  keys.pending = existsSync(files.next) ? readSeed(terms, files.next) : null;
  keys.handovers = readHandovers(files.handovers);
  await readRings(keys);
  keys.read = now;
}

async function readRings(keys: SigningKeys): Promise<void> {
  const { store } = keys.terms;
  for (const tenant of new Set([DEFAULT_TENANT, ...(await store.tenants())])) setRing(keys, tenant, await rotationsOf(store, tenant));
}

/** What changes with every rotation, begun or done. */
function stateOf(terms: KeyTerms): string {
  const { seed, next, handovers } = seedFiles(terms);
  return [seed, next, handovers]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((found) => (found === undefined ? '-' : `${String(found.ino)}:${String(found.size)}:${String(found.mtimeMs)}`))
    .join(' ');
}

/** The keys that may have signed a tree of this size, of this origin. */
export function keysFor({ rings, first, held, terms }: SigningKeys, size: number, origin: string): readonly NoteVerifier[] {
  const ring = rings.get(origin.slice(terms.name.length + 1) as TenantId)?.ring;
  const own = ring === undefined ? [first] : ring.keysFor(size);
  // The key in force vouches for every size: after a recovery the log may be shorter than the entry that brought it in.
  return own.some(({ vkey }) => vkey === held.vkey) ? own : [...own, held];
}

/** The key that signs a tenant's next checkpoint. */
export function signerOf({ rings, held, pending }: SigningKeys, tenant: TenantId): NoteSigner {
  return pending !== null && rings.get(tenant)?.ring.current.vkey === pending.vkey ? pending : held;
}

/** @throws AegisError STORE_ROLLED_BACK when a handover in the chain is not signed by both keys */
export function setRing({ terms, first, rings }: SigningKeys, tenant: TenantId, found: readonly FoundRotation[]): void {
  const ring = keyring(terms.name, first, ofName(terms.name, found));
  if (ring === null) throw new AegisError('STORE_ROLLED_BACK', { detail: `${tenant}: a rotation of its key is not signed by both keys` });
  rings.set(tenant, { found, ring });
}

/** The handovers that lead from one key to another, each signed by both; null when none do. */
export function wayTo(keys: SigningKeys, from: NoteVerifier, to: NoteVerifier): readonly Rotated[] | null {
  const edges = [...keys.handovers, ...[...keys.rings.values()].flatMap(({ found }) => found.map(({ body }) => body))];
  const queue: { readonly key: NoteVerifier; readonly by: readonly Rotated[] }[] = [{ key: from, by: [] }];
  const seen = new Set([from.vkey]);
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at.key.vkey === to.vkey) return at.by;
    for (const edge of edges) {
      if (edge.previous !== at.key.vkey || seen.has(edge.next)) continue;
      const next = handedTo(keys.terms.name, at.key, edge);
      if (next === null) continue;
      seen.add(next.vkey);
      queue.push({ key: next, by: [...at.by, edge] });
    }
  }
  return null;
}

export async function rotationsOf(store: LogReader, tenant: TenantId): Promise<readonly FoundRotation[]> {
  const entries = await store.read(tenant, { type: 'key-rotated', limit: 100_000 });
  return entries.flatMap(({ bytes, index }) => {
    const entry = openEntry(bytes, index);
    return entry.type === 'key-rotated' ? [{ index, body: entry.body }] : [];
  });
}

function readHandovers(file: string): Rotated[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap(handoverOf);
}

/** The last line may be torn by a crash; the rotation it belongs to is finished at the next start. */
function handoverOf(line: string): readonly Rotated[] {
  try {
    const value = JSON.parse(line) as Partial<Record<keyof Rotated, unknown>> | null;
    const fields = [value?.previous, value?.next, value?.nextPublicKey, value?.signatureByPrevious, value?.signatureByNext];
    return fields.every((field) => typeof field === 'string') ? [value as Rotated] : [];
  } catch {
    return [];
  }
}

export function newSeed({ random }: KeyTerms): string {
  return Buffer.from(random.bytes(32)).toString('hex');
}

export function readSeed({ name }: KeyTerms, file: string): NoteSigner {
  const seed = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (seed.length !== 32) throw new AegisError('STORE_INCOMPLETE', { detail: `${file} holds no signing key` });
  return noteSigner(name, seed);
}

/** A small secret or name that is made once and read from then on; while nobody else makes it (LOG-38). */
export function kept(file: string, make: () => string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const text = make();
  writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return text;
}
