import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { AegisError } from '../errors.ts';
import type { TenantId } from '../kernel/ids.ts';
import { openCheckpoint, type Checkpoint } from '../log/checkpoint.ts';
import { linesOf } from '../log/export.ts';
import { verifyExport } from '../log/verify-export.ts';
import { noteVerifier } from '../log/note-key.ts';
import { openSqliteStore } from '../log/sqlite/sqlite.ts';
import type { LogStore } from '../log/store.ts';
import { noPayloads } from '../log/verification.ts';
import type { Verification } from '../log/verification.ts';
import { verifyStore } from '../log/verify.ts';
import { LOG_FILE } from '../daemon/log-file.ts';
import { systemClock, systemRandom } from '../daemon/runtime.ts';
import { openSecondPlace } from '../checkpoints/second-place.ts';
import { CliError, EXIT } from './exit.ts';
import { flagsOf, type StoreFlags } from './flags.ts';

/** Every tenant's log in a data folder, against the checkpoints of its second place. A daemon may be running on it. */
export async function verifyData(options: StoreFlags & { readonly config?: string }): Promise<readonly Verification[]> {
  const config = await loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    env: process.env,
    flags: flagsOf(options),
    cwd: process.cwd(),
  });
  const path = join(config.dataDir, LOG_FILE);
  if (!existsSync(path))
    throw new CliError(EXIT.usage, 'NO_STORE', `There is no log in ${config.dataDir}.`, 'Name the folder with --data, or start Aegis once.');
  let store: LogStore;
  try {
    store = await openSqliteStore({ path });
  } catch (error) {
    // Opening re-hashes the newest entries; what it finds is a verification's answer, not a crash.
    if (!(error instanceof AegisError) || error.code !== 'STORE_CORRUPT') throw error;
    const told = String(error.details['detail'] ?? error.message);
    const cut = told.indexOf(': ');
    const tenant = (cut === -1 ? '' : told.slice(0, cut)) as TenantId;
    return [unverified(tenant, { firstBad: Number(error.details['index'] ?? 0), detail: told.slice(cut === -1 ? 0 : cut + 2) })];
  }
  try {
    const secondPlace = await openSecondPlace({ config, store, clock: systemClock, random: systemRandom });
    const results: Verification[] = [];
    for (const tenant of await store.tenants()) {
      const record = await secondPlace.latest(tenant);
      const opened = record === null ? null : openCheckpoint(record, secondPlace.keysFor);
      if (opened !== null && !opened.ok)
        results.push(unverified(tenant, { firstBad: 0, detail: `its checkpoint cannot be believed: ${opened.detail}` }));
      else results.push(await verifyStore(store, tenant, { checkpoints: checkpointsOf(opened) }));
    }
    return results;
  } finally {
    await store.close();
  }
}

function checkpointsOf(opened: { readonly ok: true; readonly checkpoint: Checkpoint } | null): readonly Checkpoint[] {
  return opened === null ? [] : [opened.checkpoint];
}

function unverified(tenant: TenantId, { firstBad, detail }: { readonly firstBad: number; readonly detail: string }): Verification {
  return {
    ok: false,
    tenant,
    size: firstBad,
    root: '' as Verification['root'],
    firstBad,
    detail,
    anchored: 0,
    payloads: noPayloads(),
  };
}

/** An export, with nothing but itself and, when given, the key its checkpoint must be signed with. */
export async function verifyFile(path: string, options: { readonly key?: string; readonly withoutPayloads?: true }): Promise<Verification> {
  const { key: vkey, withoutPayloads = false } = options;
  if (!existsSync(path)) throw new CliError(EXIT.usage, 'NO_FILE', `Cannot read ${path}.`, 'Make one with `aegis log export --out FILE`.');
  const key = vkey === undefined ? undefined : noteVerifier(vkey);
  if (key === null)
    throw new CliError(
      EXIT.usage,
      'USAGE',
      '--key is not a verifier key.',
      'It looks like name+id+base64 and lies in <checkpoints>/<log id>/key.pub.',
    );
  return verifyExport(linesOf(createReadStream(path)), () => (key === undefined ? [] : [key]), { withoutPayloads });
}
