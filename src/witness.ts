import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import { AegisError } from './errors.ts';
import type { Gate } from './gate/gate.ts';
import type { TenantId } from './kernel/ids.ts';
import { createCheckpointer } from './log/checkpointer.ts';
import { noteSigner, noteVerifier, type NoteSigner } from './log/note-key.ts';
import { folderPlace } from './log/place.ts';
import type { Witnessed } from './log/rollback.ts';
import type { LogStore } from './log/store.ts';
import { systemClock, systemRandom } from './runtime.ts';

/** The second place of one log: its folder, its key, and what compares the log with it (LOG-12). */
export interface Witness extends Witnessed {
  readonly signer: NoteSigner;
  /** The newest signed checkpoint of a tenant as a C2SP note; null before the first. */
  latest(tenant: TenantId): Promise<string | null>;
  /** Signs what the gate appends, at most `checkpoints.everyMs` or `everyEntries` behind. The returned function signs the rest and stops. */
  follow(gate: Gate, onFault: (fault: { readonly what: string; readonly error: unknown }) => void): () => Promise<void>;
}

/**
 * A log carries a random id in `<dataDir>/log.id`; its checkpoints lie in `<checkpointDir>/<id>` beside the public key they are signed with,
 * so that a restored or copied data folder meets the checkpoints of what it was.
 * @throws AegisError STORE_ROLLED_BACK when the key that signs is not the key the place knows
 */
export function openWitness(config: Config, store: LogStore): Witness {
  const id = kept(join(config.dataDir, 'log.id'), () => Buffer.from(systemRandom.bytes(8)).toString('hex'));
  const seed = kept(join(config.dataDir, 'signing.key'), () => Buffer.from(systemRandom.bytes(32)).toString('hex'));
  const signer = noteSigner(`aegis-${id}`, Buffer.from(seed, 'hex'));
  const folder = join(config.checkpointDir, id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = noteVerifier(kept(join(folder, 'key.pub'), () => signer.vkey));
  if (known === null || known.vkey !== signer.vkey)
    throw new AegisError('STORE_ROLLED_BACK', { detail: `the key in ${config.dataDir} is not the key that signed the checkpoints in ${folder}` });
  const place = folderPlace(folder);
  const originPrefix = `aegis-${id}/`;
  return {
    store,
    place,
    originPrefix,
    signer,
    keysFor: () => [known],
    latest: async (tenant) => (await place.latest(originPrefix + tenant))?.note ?? null,
    follow: (gate, onFault) => {
      const checkpointer = createCheckpointer({
        store,
        place,
        signer: () => signer,
        origin: (tenant) => originPrefix + tenant,
        clock: systemClock,
        ...config.checkpoints,
      });
      const unfollow = gate.follow((tenant, _from, to) => checkpointer.appended(tenant, to));
      let told: string | null = null;
      const timer = setInterval(() => {
        checkpointer.tick();
        const failure = checkpointer.failure();
        if (failure !== null && failure !== told) onFault({ what: 'a checkpoint could not be written to its second place', error: failure });
        told = failure;
      }, 200);
      timer.unref();
      return async () => {
        clearInterval(timer);
        unfollow();
        await checkpointer.flush();
      };
    },
  };
}

/** A small secret or name that is made once and read from then on. */
function kept(path: string, make: () => string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const text = make();
  writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return text;
}
