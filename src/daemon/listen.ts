import type { AddressInfo } from 'node:net';
import type { ApiDeps } from '../api/deps.ts';
import { administratorPath } from '../api/login.ts';
import { pageFiles, pageFolder } from '../api/page.ts';
import type { SecondPlace } from '../checkpoints/second-place.ts';
import type { Config } from '../config/schema.ts';
import { gasPrices } from '../gas/gas.ts';
import type { Gate } from '../gate/gate.ts';
import { processTimers } from '../gate/timers.ts';
import { createBrowserLogins } from '../http/browser-logins.ts';
import { LOOPBACK_HOSTS } from '../http/hosts.ts';
import type { InFlight } from '../http/in-flight.ts';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import { rateLimiter } from '../http/rate.ts';
import { createServer } from '../http/server.ts';
import type { ServerDeps } from '../http/server.ts';
import { createShares } from '../http/shares.ts';
import { createSocketServer } from '../http/socket/socket-server.ts';
import type { ReplayReport } from '../lab/replay.ts';
import type { SimulationReport } from '../lab/simulate.ts';
import { inTurns } from '../log/in-turns.ts';
import type { Holder } from '../log/sqlite/leases.ts';
import type { LogStore } from '../log/store.ts';
import { VERSION } from '../version.ts';
import { openAnswerKey } from './answer-key.ts';
import { openAside } from './aside.ts';
import type { Aside } from './aside.ts';
import { listenFault } from './listen-fault.ts';
import { listenLocally } from './listen-socket.ts';
import { openMcpDoor } from './mcp-door.ts';
import { openModelDoor } from './model-door.ts';
import type { GateParts } from './open-gate.ts';
import { pendingReset } from './pending-reset.ts';
import { allRoutes } from './routes.ts';
import { systemClock, systemRandom, uuidv7 } from './runtime.ts';

export interface Doors {
  readonly url: string;
  readonly modelUrl: string | null;
  /** Where the local socket lies; null when there is none. */
  readonly socket: string | null;
  /** The public half of what answers are signed with; null where only the model proxy is served. */
  readonly answerKey: string | null;
  /** A new one-time link that logs the first administrator in; null where only the model proxy is served. */
  loginLink(): string | null;
  close(): Promise<void>;
}

export async function openDoors(parts: ServerParts, serve: 'all' | 'models'): Promise<Doors> {
  const { gate, config, onFault } = parts;
  // What the configuration lacks is found before anything listens.
  const mcp = serve === 'all' ? openMcpDoor(gate, config) : null;
  const models = config.llm.listen === 'on' || serve === 'models' ? await openModelDoor(parts, config, onFault) : null;
  if (mcp === null && models !== null)
    return { url: models.url, modelUrl: models.url, socket: null, answerKey: null, loginLink: () => null, close: () => models.close() };
  const passages = mcp === null ? [] : [mcp.passage];
  const { deps, routes, endOffline } = serverParts(parts);
  const app = createServer(deps, routes, passages);
  const close = async (): Promise<void> => {
    await models?.close();
    await app.close();
    await endOffline();
    mcp?.close();
  };
  try {
    await listen(app, config);
    const { address, port } = app.server.address() as AddressInfo;
    const url = `http://${address.includes(':') ? `[${address}]` : address}:${String(port)}`;
    const local = await listenLocally(config.server, port, { open: () => createSocketServer(deps, url, { routes, passages }), onFault });
    return {
      url,
      modelUrl: models?.url ?? null,
      socket: local?.path ?? null,
      answerKey: deps.answers.publicKey,
      loginLink: () => {
        const path = administratorPath(deps, DEFAULT_TENANT);
        return path === null ? null : url + path;
      },
      close: async () => {
        await local?.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws AegisError LISTEN_FAILED naming the address and why */
async function listen(app: ReturnType<typeof createServer>, { server: { host, port } }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenFault(error, { host, port, option: '--port' });
  }
}

export interface ServerParts extends GateParts {
  readonly gate: Gate;
  readonly config: Config;
  readonly secondPlace: SecondPlace;
  readonly inFlight: InFlight;
  /** Every process that serves the store, this one first. */
  readonly daemons: () => readonly Holder[];
}

/** Pieces of work of people that may wait for a thread. */
const MOST_WAITING = 32;

/** What people ask for, beside everything else: a check is not to wait for a replay (GATE-23). */
function openOffline(store: LogStore, base: string): Pick<ApiDeps, 'policyFaults' | 'replay' | 'simulate'> & { close(): Promise<void> } {
  const [checks, past] = [0, 1].map(() => openAside({ store, base, timers: processTimers, most: MOST_WAITING })) as [Aside, Aside];
  return {
    policyFaults: (policy, signal) => checks.run({ kind: 'check', ...policy }, signal) as Promise<never>,
    replay: (of, signal) => past.run({ kind: 'replay', ...of }, signal) as Promise<ReplayReport>,
    simulate: (terms, signal) => past.run({ kind: 'simulate', ...terms }, signal) as Promise<SimulationReport>,
    close: async () => {
      await Promise.all([checks.close(), past.close()]);
    },
  };
}

function serverParts(parts: ServerParts): { deps: ApiDeps; routes: ReturnType<typeof allRoutes>; endOffline: () => Promise<void> } {
  const { store, gate, config, policy, secondPlace, inFlight, daemons, onFault } = parts;
  const loopback = config.server.host === '127.0.0.1' || config.server.host === '::1' || config.server.host === 'localhost';
  const hosts = [...LOOPBACK_HOSTS, ...(loopback ? [] : [config.server.host]), ...config.server.hosts].map((name) => name.toLowerCase());
  const answers = openAnswerKey(config.dataDir);
  const turns = inTurns(store);
  const { close: endOffline, ...offline } = openOffline(turns, policy.base);
  const page = pageFolder();
  const deps: ApiDeps & Pick<ServerDeps, 'files'> = {
    gate,
    store: turns,
    direct: store,
    clock: systemClock,
    limiter: rateLimiter(config.limits.requestsPerSecond),
    underWay: createShares(config.limits.connections),
    inFlight,
    random: systemRandom,
    logins: createBrowserLogins({ clock: systemClock, random: systemRandom }),
    page,
    files: pageFiles(page),
    gas: gasPrices(config, systemClock, process.env),
    ids: uuidv7(systemClock, systemRandom),
    limits: config.limits,
    answers,
    hosts: () => hosts,
    origins: config.server.origins,
    version: VERSION,
    daemons,
    ...offline,
    pendingReset: (tenant) => pendingReset(store, tenant),
    checkpoint: (tenant) => secondPlace.latest(tenant),
    signNow: (tenant) => secondPlace.signNow(tenant),
    rotateKey: (by, reason) => secondPlace.rotate(gate, by, reason),
    onFault,
  };
  return { deps, routes: allRoutes(deps), endOffline };
}
