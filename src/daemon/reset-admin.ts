import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { AegisError } from '../errors.ts';
import { mintKey } from '../http/keys.ts';
import type { OperatorId, TenantId } from '../kernel/ids.ts';
import type { World } from '../kernel/world.ts';
import { held, holdersOfStore, saidOf } from './hold-store.ts';
import { LOG_FILE } from './log-file.ts';
import { openLog, opening } from './open-log.ts';
import type { OnFault } from './open-gate.ts';
import { readPolicy } from './policy-files.ts';
import { systemRandom } from './runtime.ts';

export interface ResetTerms {
  readonly config: Config;
  readonly cwd: string;
  readonly tenant: TenantId;
  /** Who runs the command, as the system names them. */
  readonly by: string;
  readonly onFault: OnFault;
}

const OFFLINE = 'an administrator is reset only while no daemon serves it';

/** @throws AegisError STORE_HELD naming the daemon, CONFIG_INVALID where there is no store */
export function checkOffline({ dataDir }: Config): void {
  if (!existsSync(join(dataDir, LOG_FILE)))
    throw new AegisError('CONFIG_INVALID', { detail: `there is no store in ${dataDir}; name its folder with --data` });
  const [holder] = holdersOfStore(dataDir);
  if (holder !== undefined) throw held(dataDir, saidOf(holder), OFFLINE);
}

/**
 * A new administrator for a tenant whose keys are lost, offline. It is said in the log before the key exists, and at every start until an
 * administrator acknowledges it (AUTH-14). @throws AegisError STORE_HELD, NOT_FOUND, and whatever a start may throw
 */
export async function resetAdmin({ config, cwd, tenant, by, onFault }: ResetTerms): Promise<{ readonly operator: OperatorId; readonly key: string }> {
  checkOffline(config);
  const { made, close } = await opening(async (opened) => {
    const { gate, lease } = await openLog({ config, policy: readPolicy(config.policy, cwd), onFault }, opened);
    const [other] = lease.others();
    if (other !== undefined) throw held(config.dataDir, saidOf(other), OFFLINE);
    if (!gate.tenants().includes(tenant)) throw new AegisError('NOT_FOUND', { what: 'tenant' });
    const operator = freeName(gate.world(tenant));
    const { key, digest } = mintKey(systemRandom, 'admin', tenant);
    await gate.record(tenant, 'admin-reset', { operator, by }, 'system');
    await gate.record(tenant, 'operator-added', { operator, role: 'admin', name: `Reset by ${by}`, keyDigest: digest }, 'system');
    return { operator, key };
  });
  await close();
  return made;
}

/** Nobody's key is taken over: who is still there goes on being somebody else. */
function freeName({ operators }: World): OperatorId {
  for (let n = 1; ; n++) {
    const name = (n === 1 ? 'admin' : `admin-${String(n)}`) as OperatorId;
    if (!operators.has(name)) return name;
  }
}
