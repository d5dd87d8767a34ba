import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { ApiDeps } from './api/deps.ts';
import { LOOPBACK_HOSTS } from './api/hosts.ts';
import { DEFAULT_TENANT, mintKey } from './api/keys.ts';
import { allRoutes } from './api/routes.ts';
import { createServer } from './api/server.ts';
import type { Config } from './config/schema.ts';
import { lastResort } from './daemon/last-resort.ts';
import { AegisError } from './errors.ts';
import { createGate } from './gate/create-gate.ts';
import type { Gate } from './gate/gate.ts';
import { loadPolicy, reloadPolicy } from './gate/policies.ts';
import { processTimers } from './gate/timers.ts';
import { createInspect } from './inspect/create-inspect.ts';
import type { OperatorId, TenantId } from './kernel/ids.ts';
import type { JsonObject } from './kernel/json.ts';
import { canonicalBytes } from './log/jcs.ts';
import { compareWithCheckpoint, recover, refuseRollback } from './log/rollback.ts';
import { openSqliteStore } from './log/sqlite/sqlite.ts';
import type { LogStore } from './log/store.ts';
import { policyFileReader, readPolicy } from './policy-files.ts';
import type { PolicyText } from './policy-files.ts';
import { checkPolicy, compilePolicy } from './policy/compile.ts';
import type { CompileResult } from './policy/compile.ts';
import type { Resolve } from './policy/resolve.ts';
import { openMcpDoor } from './mcp-door.ts';
import { openModelDoor } from './model-door.ts';
import { recordRecoveries } from './recovered.ts';
import { systemClock, systemRandom, uuidv7 } from './runtime.ts';
import { VERSION } from './version.ts';
import { openWitness } from './witness.ts';
import type { Witness } from './witness.ts';

export interface Daemon {
  /** `http://127.0.0.1:7411` */
  readonly url: string;
  /** Where the model proxy listens; null when it is switched off. */
  readonly modelUrl: string | null;
  /** Tenants that had no administrator, and the key made for them: shown once, stored nowhere. */
  readonly firstKeys: readonly { readonly tenant: TenantId; readonly key: string }[];
  readonly gate: Gate;
  /** Drains, signs the last checkpoint and closes the store; a second call is the first one. */
  close(): Promise<void>;
}

export interface StartTerms {
  readonly config: Config;
  readonly cwd: string;
  /** `models`: the model proxy alone, without the control API; `url` is then the proxy's. Default `all`. */
  readonly serve?: 'all' | 'models';
  /** Where the daemon's own faults are told; never to a client. */
  readonly onFault: (fault: { readonly what: string; readonly error: unknown }) => void;
}

/**
 * Constructs everything and listens. The only place that does.
 * @throws AegisError CONFIG_INVALID, STORE_ROLLED_BACK, STORE_CORRUPT, STORE_UNAVAILABLE, POLICY_INVALID
 */
export async function startDaemon({ config, cwd, onFault, serve = 'all' }: StartTerms): Promise<Daemon> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const policy = readPolicy(config.policy, cwd);
  const store = await openSqliteStore({ path: join(config.dataDir, LOG_FILE) });
  try {
    const witness = await openWitness(config, store);
    await refuseRollback(witness);
    const gate = await openGate({ store, policy, onFault });
    const firstKeys = await firstAdministrators(gate, config);
    // Before anything is signed: what the second place remembers of recoveries is replaced by the next checkpoint.
    await recordRecoveries(gate, witness);
    await witness.settle(gate);
    const unwitness = await witness.follow(gate, onFault);
    const doors = await openDoors({ store, gate, config, policy, witness, onFault }, serve);
    const shut = async (): Promise<void> => {
      await doors.close();
      await gate.close();
      await unwitness();
      await store.close();
    };
    let closing: Promise<void> | null = null;
    return {
      url: doors.url,
      modelUrl: doors.modelUrl,
      firstKeys,
      gate,
      close: () => (closing ??= shut()),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** For a process that is the daemon and nothing else (DOOR-12). */
export function surviveFaults(daemon: Daemon, onFault: StartTerms['onFault']): void {
  lastResort({ onFault, monotonic: () => systemClock.monotonic(), end: () => daemon.close() });
}

interface Doors {
  readonly url: string;
  readonly modelUrl: string | null;
  close(): Promise<void>;
}

async function openDoors(parts: ServerParts, serve: 'all' | 'models'): Promise<Doors> {
  const { gate, config, onFault } = parts;
  // What the configuration lacks is found before anything listens.
  const mcp = serve === 'all' ? openMcpDoor(gate, config) : null;
  const models = config.llm.listen === 'on' || serve === 'models' ? await openModelDoor(parts, config, onFault) : null;
  if (mcp === null && models !== null) return { url: models.url, modelUrl: models.url, close: () => models.close() };
  const app = createServer(...serverParts(parts), mcp === null ? [] : [mcp.passage]);
  try {
    await listen(app, config);
  } catch (error) {
    await models?.close();
    throw error;
  }
  const { address, port } = app.server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${String(port)}`,
    modelUrl: models?.url ?? null,
    close: async () => {
      await models?.close();
      await app.close();
      mcp?.close();
    },
  };
}

/** @throws AegisError LISTEN_FAILED naming the address and why */
async function listen(app: ReturnType<typeof createServer>, { server: { host, port } }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why =
      code === 'EADDRINUSE' ? 'another program listens there already' : code === 'EACCES' ? 'it needs rights this user does not have' : String(error);
    throw new AegisError('LISTEN_FAILED', { address: `${host}:${String(port)}`, detail: why });
  }
}

/** The store's file within the data folder. */
export const LOG_FILE = 'log.sqlite';

/** An operator's word that the log as it is may go on: signed into the second place for every tenant that was refused. Offline. */
export async function recoverStore(
  config: Config,
  terms: { readonly by: string; readonly reason: string },
): Promise<readonly { readonly tenant: TenantId; readonly detail: string }[]> {
  const store = await openSqliteStore({ path: join(config.dataDir, LOG_FILE) });
  try {
    const witness = await openWitness(config, store);
    const accepted: { tenant: TenantId; detail: string }[] = [];
    for (const result of await compareWithCheckpoint(witness)) {
      if (result.ok) continue;
      await recover(witness, result.tenant, { signer: witness.signer(result.tenant), at: systemClock.now(), ...terms });
      accepted.push({ tenant: result.tenant, detail: result.detail });
    }
    return accepted;
  } finally {
    await store.close();
  }
}

const compile = (document: string, resolve: Resolve): Promise<CompileResult> => compilePolicy(document, resolve, canonicalBytes);

interface Parts {
  readonly store: LogStore;
  readonly policy: PolicyText;
  readonly onFault: StartTerms['onFault'];
}

async function openGate({ store, policy, onFault }: Parts): Promise<Gate> {
  return createGate({
    store,
    clock: systemClock,
    timers: processTimers,
    random: systemRandom,
    ids: uuidv7(systemClock, systemRandom),
    inspect: await createInspect(),
    policies: {
      compile,
      resolve: policyFileReader(policy.base),
      initial: policy.text,
    },
    version: VERSION,
    onFault: ({ what, error }) => onFault({ what, error }),
  });
}

/** Every tenant gets an administrator before anybody else can get in. */
async function firstAdministrators(gate: Gate, config: Config): Promise<Daemon['firstKeys']> {
  const made: { tenant: TenantId; key: string }[] = [];
  for (const tenant of new Set([DEFAULT_TENANT, ...(config.tenants as TenantId[])])) {
    if (tenant !== DEFAULT_TENANT && !isOpen(gate, tenant)) await gate.record(DEFAULT_TENANT, 'tenant-opened', { tenant }, 'system');
    const admins = [...gate.world(tenant).operators.entries()].filter(([, state]) => state.active && state.role === 'admin');
    if (admins.length > 0) continue;
    const { key, digest } = mintKey(systemRandom, 'admin', tenant);
    const operator = 'admin' as OperatorId;
    await gate.record(tenant, 'operator-added', { operator, role: 'admin', name: 'First administrator', keyDigest: digest }, 'system');
    made.push({ tenant, key });
  }
  return made;
}

function isOpen(gate: Gate, tenant: TenantId): boolean {
  try {
    return gate.world(tenant).size >= 0;
  } catch {
    return false;
  }
}

interface ServerParts extends Parts {
  readonly gate: Gate;
  readonly config: Config;
  readonly witness: Witness;
}

function serverParts(parts: ServerParts): [ApiDeps, ReturnType<typeof allRoutes>] {
  const { store, gate, config, policy, witness, onFault } = parts;
  const loopback = config.server.host === '127.0.0.1' || config.server.host === '::1' || config.server.host === 'localhost';
  const hosts = [...LOOPBACK_HOSTS, ...(loopback ? [] : [config.server.host]), ...config.server.hosts].map((name) => name.toLowerCase());
  const resolve = policyFileReader(policy.base);
  const deps: ApiDeps = {
    gate,
    store,
    clock: systemClock,
    random: systemRandom,
    ids: uuidv7(systemClock, systemRandom),
    limits: config.limits,
    hosts: () => hosts,
    origins: config.server.origins,
    version: VERSION,
    policyFaults: async (document) => {
      const checked = checkPolicy(document, resolve);
      return checked.ok ? [] : (checked.faults as unknown as readonly JsonObject[]);
    },
    compilePolicy: async (document) => (await loadPolicy({ compile, resolve, initial: document }, document)).policy,
    reloadPolicy: (kept, digest) => reloadPolicy(compile, kept, digest),
    checkpoint: (tenant) => witness.latest(tenant),
    rotateKey: (by, reason) => witness.rotate(gate, by, reason),
    onFault,
  };
  return [deps, allRoutes(deps)];
}
