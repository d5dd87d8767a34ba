import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Principal } from '../gate/nouns.ts';
import type { TenantId } from '../kernel/ids.ts';
import { createCheckpointer } from './checkpointer.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { NoteSigner } from '../log/note-key.ts';
import { idFile, refuseIncomplete } from './parts.ts';
import { folderPlace } from './place.ts';
import type { CheckedPlace } from './rollback.ts';
import { makePrivateFolder } from '../log/private-folder.ts';
import { exclusively } from '../log/sqlite/exclusive.ts';
import type { LogStore } from '../log/store.ts';
import { rotateSigningKey, settleKeys } from './rotate-key.ts';
import type { RotationReceipt } from './rotate-key.ts';
import type { Clock, Random } from '../ports.ts';
import { kept, keysFor, openSigningKeys, rereadKeys, signerOf } from './signing-keys.ts';
import type { SigningKeys } from './signing-keys.ts';

type OnFault = (fault: { readonly what: string; readonly error: unknown }) => void;

/** The second place of one log: its folder, its keys, and what compares the log with it (LOG-12). */
export interface SecondPlace extends CheckedPlace {
  readonly store: LogStore;
  /** The key that signs a tenant's checkpoints now. */
  signer(tenant: TenantId): NoteSigner;
  /** The newest signed checkpoint of a tenant as a C2SP note; null before the first. */
  latest(tenant: TenantId): Promise<string | null>;
  /** Signs what is in the log now, then the newest checkpoint; not `fresh` when the place could not take one. */
  signNow(tenant: TenantId): Promise<{ readonly note: string | null; readonly fresh: boolean }>;
  /** Brings the handovers of keys into every tenant's log; before `follow`. @throws AegisError GATE_CLOSED */
  settle(gate: LogGate): Promise<void>;
  /** Signs what the gate appends, at most `checkpoints.everyMs` or `everyEntries` behind. The returned function signs the rest and stops. */
  follow(gate: LogGate, onFault: OnFault): Promise<() => Promise<void>>;
  /** A new signing key for every tenant, recorded (LOG-17). @throws AegisError GATE_CLOSED, FORBIDDEN */
  rotate(gate: LogGate, by: Principal, reason: string): Promise<RotationReceipt>;
}

interface Opening {
  readonly config: Config;
  readonly store: LogStore;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A log carries a random id in `<dataDir>/log.id`; its checkpoints lie in `<checkpointDir>/<id>` beside the first public key they were signed with,
 * so that a restored or copied data folder meets the checkpoints of what it was.
 * @throws AegisError STORE_INCOMPLETE when the log has entries and lacks a part, STORE_ROLLED_BACK when the key that signs is not one the place's key
 *   was handed over to
 */
export async function openSecondPlace(opening: Opening): Promise<SecondPlace> {
  const lock = join(opening.config.dataDir, 'signing.lock');
  const { id, folder, keys } = await exclusively(lock, () => openParts(opening));
  const { config, store, clock } = opening;
  const place = folderPlace(folder);
  const originPrefix = `aegis-${id}/`;
  const signer = (tenant: TenantId): NoteSigner => signerOf(keys, tenant);
  const turn = <T>(work: () => Promise<T>): Promise<T> =>
    exclusively(lock, async () => {
      await rereadKeys(keys);
      return work();
    });
  const keeper = createCheckpointer({ store, place, signer, origin: (tenant) => originPrefix + tenant, clock, turn, ...config.checkpoints });
  return {
    store,
    place,
    originPrefix,
    signer,
    keysFor: (size, origin) => keysFor(keys, size, origin),
    latest: async (tenant) => (await place.latest(originPrefix + tenant))?.note ?? null,
    signNow: async (tenant) => {
      const fresh = await keeper.flush().then(
        () => true,
        () => false,
      );
      return { note: (await place.latest(originPrefix + tenant))?.note ?? null, fresh };
    },
    settle: (gate) => turn(() => settleKeys(keys, gate)),
    follow: (gate, onFault) => following({ store, keeper }, gate, onFault),
    rotate: (gate, by, reason) => keeper.exclusively(() => rotateSigningKey(keys, gate, { by, reason })),
  };
}

/** A log's name, its folder of checkpoints and its keys, made where the log is new. */
async function openParts({ config, store, random }: Opening): Promise<{ id: string; folder: string; keys: SigningKeys }> {
  await refuseIncomplete(config, store);
  const id = kept(idFile(config), () => Buffer.from(random.bytes(8)).toString('hex'));
  const folder = join(config.checkpointDir, id);
  makePrivateFolder(folder);
  return { id, folder, keys: await openSigningKeys({ name: `aegis-${id}`, dataDir: config.dataDir, folder, store, random }) };
}

async function following(
  { store, keeper }: { readonly store: LogStore; readonly keeper: Checkpointer },
  gate: LogGate,
  onFault: OnFault,
): Promise<() => Promise<void>> {
  const unfollow = gate.follow((tenant, _from, to) => keeper.appended(tenant, to));
  for (const tenant of await store.tenants()) keeper.appended(tenant, (await store.head(tenant)).size);
  let told: string | null = null;
  const timer = setInterval(() => {
    keeper.tick();
    const failure = keeper.failure();
    if (failure !== null && failure !== told) onFault({ what: 'a checkpoint could not be written to its second place', error: failure });
    told = failure;
  }, 200);
  timer.unref();
  return async () => {
    clearInterval(timer);
    unfollow();
    await keeper.flush();
  };
}
