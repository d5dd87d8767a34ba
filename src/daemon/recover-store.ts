import { join } from 'node:path';
import { compareWithCheckpoint, recover } from '../checkpoints/rollback.ts';
import { replaceParts } from '../checkpoints/parts.ts';
import { openSecondPlace } from '../checkpoints/second-place.ts';
import type { Config } from '../config/schema.ts';
import type { TenantId } from '../kernel/ids.ts';
import { openSqliteStore } from '../log/sqlite/sqlite.ts';
import { LOG_FILE } from './log-file.ts';
import { systemClock, systemRandom } from './runtime.ts';

/** An operator's word that the log as it is may go on: signed into the second place for every tenant that was refused. Offline. */
export async function recoverStore(
  config: Config,
  terms: { readonly by: string; readonly reason: string },
): Promise<readonly { readonly tenant: TenantId; readonly detail: string }[]> {
  const store = await openSqliteStore({ path: join(config.dataDir, LOG_FILE) });
  try {
    const gone = await replaceParts(config, store, systemRandom);
    const secondPlace = await openSecondPlace({ config, store, clock: systemClock, random: systemRandom });
    const accepted: { tenant: TenantId; detail: string }[] = [];
    for (const result of await compareWithCheckpoint(secondPlace)) {
      if (result.ok && gone.length === 0) continue;
      await recover(secondPlace, result.tenant, { signer: secondPlace.signer(result.tenant), at: systemClock.now(), gone, ...terms });
      accepted.push({ tenant: result.tenant, detail: [...gone, ...(result.ok ? [] : [result.detail])].join('; ') });
    }
    return accepted;
  } finally {
    await store.close();
  }
}
