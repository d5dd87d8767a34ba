import type { Config } from '../config/schema.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { mintKey } from '../http/keys.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { OperatorId, TenantId } from '../kernel/ids.ts';
import { systemRandom } from './runtime.ts';

/** A tenant that had no administrator, and the key made for one: shown once, stored nowhere. */
export interface FirstKey {
  readonly tenant: TenantId;
  readonly key: string;
}

export /** Every tenant gets an administrator before anybody else can get in. */
async function firstAdministrators(gate: LogGate, config: Config): Promise<readonly FirstKey[]> {
  const made: FirstKey[] = [];
  for (const tenant of new Set([DEFAULT_TENANT, ...(config.tenants as TenantId[])])) {
    if (tenant !== DEFAULT_TENANT && !isOpen(gate, tenant)) await gate.openTenant(tenant, 'system');
    const admins = [...gate.world(tenant).operators.entries()].filter(([, state]) => state.active && state.role === 'admin');
    if (admins.length > 0) continue;
    const { key, digest } = mintKey(systemRandom, 'admin', tenant);
    const operator = 'admin' as OperatorId;
    await gate.record(tenant, 'operator-added', { operator, role: 'admin', name: 'First administrator', keyDigest: digest }, 'system');
    made.push({ tenant, key });
  }
  return made;
}

function isOpen(gate: LogGate, tenant: TenantId): boolean {
  try {
    return gate.world(tenant).size >= 0;
  } catch {
    return false;
  }
}
