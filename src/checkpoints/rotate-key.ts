import { renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import type { EntryIndex, TenantId } from '../kernel/ids.ts';
import type { NoteSigner } from '../log/note-key.ts';
import { rotateKey } from '../log/rotation.ts';
import { kept, newSeed, readSeed, seedFiles, setRing, wayTo } from './signing-keys.ts';
import type { Rotated, SigningKeys } from './signing-keys.ts';

export interface RotationReceipt {
  /** Verifier keys, `name+id+base64`. */
  readonly previous: string;
  readonly next: string;
  /** Place of the `key-rotated` entry in the default tenant's log. */
  readonly index: EntryIndex;
}

interface Handing {
  readonly by: Principal | 'system';
  readonly reason: string;
}

/**
 * A new key from now on, for every tenant (LOG-17). Nothing may be signed meanwhile. The seed is on disk before the first entry names it, and takes
 * the old one's place, which destroys it, after the last; broken off anywhere it is finished by the next rotation or start.
 * @throws AegisError GATE_CLOSED, FORBIDDEN
 */
export async function rotateSigningKey(keys: SigningKeys, gate: LogGate, handing: Handing): Promise<RotationReceipt> {
  const files = seedFiles(keys.terms);
  const previous = keys.held.vkey;
  if (keys.pending === null) {
    kept(files.next, () => newSeed(keys.terms));
    await syncFolder(keys.terms.dataDir);
    keys.pending = readSeed(keys.terms, files.next);
  }
  const next = keys.pending;
  await handOver(keys, gate, { ...handing, next });
  return { previous, next: next.vkey, index: keys.rings.get(DEFAULT_TENANT)?.found.at(-1)?.index ?? 0 };
}

/** Before anything is signed: finishes a rotation that was broken off, and gives each chain the handovers it lacks (a new tenant, a restored log). */
export async function settleKeys(keys: SigningKeys, gate: LogGate): Promise<void> {
  const { pending, rings, terms } = keys;
  if (pending !== null && rings.get(DEFAULT_TENANT)?.ring.current.vkey === pending.vkey) {
    await handOver(keys, gate, { next: pending, by: 'system', reason: 'a rotation that was broken off is finished' });
  } else if (pending !== null) {
    // Nothing was handed over to it, so it never was a key.
    rmSync(seedFiles(terms).next);
    keys.pending = null;
  }
  for (const tenant of await terms.store.tenants()) {
    await lead(keys, gate, { tenant, to: keys.held, bodies: [], by: 'system', reason: 'handed over before this log knew it' });
  }
}

async function handOver(keys: SigningKeys, gate: LogGate, { next, by, reason }: Handing & { readonly next: NoteSigner }): Promise<void> {
  const { terms, held } = keys;
  const files = seedFiles(terms);
  const handover = rotateKey(terms.name, held, next);
  // The default tenant's log first: its entry is what the rotation is finished by after a crash.
  await lead(keys, gate, { tenant: DEFAULT_TENANT, to: next, bodies: [handover], by, reason });
  for (const tenant of await terms.store.tenants()) await lead(keys, gate, { tenant, to: next, bodies: [handover], by: 'system', reason });
  await appendDurably(files.handovers, JSON.stringify(handover));
  keys.handovers.push(handover);
  renameSync(files.next, files.seed);
  await syncFolder(terms.dataDir);
  keys.held = next;
  keys.pending = null;
}

interface Lead extends Handing {
  readonly tenant: TenantId;
  readonly to: NoteSigner;
  /** Handovers not recorded anywhere yet. */
  readonly bodies: readonly Rotated[];
}

/** Records the handovers that bring one tenant's chain to `to`; none when it is there. */
async function lead(keys: SigningKeys, gate: LogGate, { tenant, to, bodies, by, reason }: Lead): Promise<void> {
  const known = keys.rings.get(tenant);
  const from = known?.ring.current ?? keys.first;
  const way = wayTo({ ...keys, handovers: [...keys.handovers, ...bodies] }, from, to) ?? [];
  for (const { reason: _told, ...body } of way) {
    const { index } = await gate.record(tenant, 'key-rotated', { ...body, reason }, by);
    setRing(keys, tenant, [...(keys.rings.get(tenant)?.found ?? []), { index, body }]);
  }
  if (known === undefined && way.length === 0) setRing(keys, tenant, []);
}

async function appendDurably(file: string, line: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  try {
    // A line of its own, whatever a crash left before it.
    await handle.appendFile(`\n${line}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
