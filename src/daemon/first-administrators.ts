import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { mintKey } from '../http/keys.ts';
import { isObject } from '../kernel/json.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { Digest, OperatorId, TenantId } from '../kernel/ids.ts';
import { systemRandom } from './runtime.ts';

/** A tenant that had no administrator, and the key made for one: shown once, stored nowhere. */
export interface FirstKey {
  readonly tenant: TenantId;
  readonly key: string;
}

export interface FirstKeys {
  readonly made: readonly FirstKey[];
  /** Somebody saw them. */
  readonly shown: () => void;
}

const FIRST = 'admin' as OperatorId;

/** Names, by tenant, the digest of a first key that was recorded and maybe never shown; gone once it was. */
const UNSHOWN = 'first-keys.unshown';

/**
 * Every tenant gets an administrator before anybody else can get in. A key that a killed start never came to show is made anew, as long as
 * nobody has used it for anything (AUTH-12).
 */
export async function firstAdministrators(gate: LogGate, config: Config, shows: boolean): Promise<FirstKeys> {
  const path = join(config.dataDir, UNSHOWN);
  const unshown = shows ? readUnshown(path) : {};
  const minted: (FirstKey & { readonly digest: Digest })[] = [];
  for (const tenant of tenantsOf(config)) {
    const lost = isLost(gate, tenant, unshown[tenant]);
    const admins = [...gate.world(tenant).operators.entries()].filter(([, state]) => state.active && state.role === 'admin');
    if (admins.length > 0 && !lost) continue;
    if (lost) await gate.record(tenant, 'operator-removed', { operator: FIRST, reason: 'the start that made this key never showed it' }, 'system');
    minted.push({ tenant, ...mintKey(systemRandom, 'admin', tenant) });
  }
  if (shows && minted.length > 0) writeUnshown(path, Object.fromEntries(minted.map(({ tenant, digest }) => [tenant, digest])));
  const made: FirstKey[] = [];
  for (const { tenant, key, digest } of minted) if (await isRecorded(gate, tenant, digest)) made.push({ tenant, key });
  return { made, shown: () => rmSync(path, { force: true }) };
}

/** Opens the tenants the configuration names, before the signing key is handed over to their logs and their checkpoints are signed. */
export async function openTenants(gate: LogGate, config: Config): Promise<void> {
  for (const tenant of tenantsOf(config)) if (!gate.tenants().includes(tenant)) await gate.openTenant(tenant, 'system');
}

function tenantsOf(config: Config): ReadonlySet<TenantId> {
  return new Set([DEFAULT_TENANT, ...(config.tenants as TenantId[])]);
}

/** False when another daemon that started at the same moment was faster: its key is the one. */
async function isRecorded(gate: LogGate, tenant: TenantId, keyDigest: Digest): Promise<boolean> {
  try {
    await gate.record(tenant, 'operator-added', { operator: FIRST, role: 'admin', name: 'First administrator', keyDigest }, 'system');
    return true;
  } catch (error) {
    if (error instanceof AegisError && error.code === 'CONFLICT') return false;
    throw error;
  }
}

/** Whether a first key was never shown and nothing was done with it: it is the only operator's still, and there are no agents. */
function isLost(gate: LogGate, tenant: TenantId, digest: string | undefined): boolean {
  if (digest === undefined) return false;
  const { operators, agents, keys } = gate.world(tenant);
  const holder = keys.get(digest as Digest);
  return holder?.role !== 'agent' && holder?.operator === FIRST && operators.size === 1 && agents.size === 0;
}

function readUnshown(path: string): Readonly<Record<string, string>> {
  if (!existsSync(path)) return {};
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isObject(found) ? (found as Record<string, string>) : {};
  } catch {
    // Torn by the kill: the keys it would name were not recorded yet.
    return {};
  }
}

function writeUnshown(path: string, digests: Readonly<Record<string, Digest>>): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(digests));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
