import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type * as UndiciModule from 'undici';
import { createConnections } from '../http/connections.ts';
import { holderName } from '../http/exchange.ts';
import { checkHost, LOOPBACK_HOSTS } from '../http/hosts.ts';
import type { InFlight } from '../http/in-flight.ts';
import { principalOf } from '../http/keys.ts';
import { rateLimiter } from '../http/rate.ts';
import { createShares } from '../http/shares.ts';
import { PROVIDER_NAMES } from '../config/schema.ts';
import type { Config } from '../config/schema.ts';
import type { ActionGate } from '../gate/action-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import { DIALECTS } from '../intercept/llm/dialects/dialects.ts';
import type { ModelConnections, ModelProxySettings } from '../intercept/llm/proxy.ts';
import { libraryPrices } from '../intercept/llm/action/price.ts';
import { createModelServer } from '../intercept/llm/serve.ts';
import { digestOf } from '../wire/digest.ts';
import type { LogStore } from '../log/store.ts';
import { listenFault } from './listen-fault.ts';
import { answersBefore } from './model-answers.ts';
import { systemClock } from './runtime.ts';

/** The model proxy, listening. */
export interface OpenModelDoor {
  /** `http://127.0.0.1:7412` */
  readonly url: string;
  close(): Promise<void>;
}

/** @throws AegisError LISTEN_FAILED */
export async function openModelDoor(
  { gate, store, inFlight }: { readonly gate: ActionGate & LogGate; readonly store: LogStore; readonly inFlight: InFlight },
  config: Config,
  onFault: (fault: { readonly what: string; readonly error: unknown }) => void,
): Promise<OpenModelDoor> {
  const { host, port } = config.llm;
  const loopback = host === '127.0.0.1' || host === '::1' || host === 'localhost';
  const hosts = [...LOOPBACK_HOSTS, ...(loopback ? [] : [host]), ...config.server.hosts].map((name) => name.toLowerCase());
  const rules = { hosts, origins: config.server.origins };
  const limiter = rateLimiter(config.limits.requestsPerSecond);
  const dispatcher = lazyDispatcher(config);
  const { server, close } = createModelServer({
    gate,
    clock: systemClock,
    dialects: DIALECTS,
    prices: libraryPrices(systemClock),
    settings: settingsOf(config),
    callerOf: (key) => {
      const principal = principalOf(key, gate);
      // AUTH-6
      if (principal !== null) limiter(principal.keyDigest, systemClock.monotonic());
      return principal?.role === 'agent' ? { tenant: principal.tenant, agent: principal.agent } : null;
    },
    answersBefore: (caller) => answersBefore(store, caller),
    digestOf,
    checkHost: (request) => checkHost(request, rules),
    dispatcher,
    connections: connectionsOf(config),
    inFlight,
    onFault,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    await close();
    throw listenFault(error, { host, port, option: '--proxy-port' });
  }
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${String(taken)}`,
    close: async () => {
      await close();
      await dispatcher.close();
    },
  };
}

function connectionsOf({ limits }: Config): ModelConnections {
  const connections = createConnections({ most: limits.connections });
  const underWay = createShares(limits.connections);
  return {
    ...connections,
    enter(socket, { tenant, agent }) {
      const name = holderName({ role: 'agent', tenant, agent });
      connections.known(socket, name);
      return underWay.take(name);
    },
  };
}

/** The HTTP client takes memory a daemon nobody asks for a model need not spend: loaded with the first request that goes upstream. */
function lazyDispatcher({ limits, llm }: Config): { dispatch: UndiciModule.Dispatcher['dispatch']; close(): Promise<void> } {
  let agent: UndiciModule.Agent | null = null;
  const made = (): UndiciModule.Agent => {
    const { Agent } = createRequire(import.meta.url)('undici') as typeof UndiciModule;
    // As many as there may be requests under way: none waits for a connection that another agent's streams hold (DOOR-19).
    const { connections } = limits;
    return new Agent({ connections, pipelining: 1, keepAliveTimeout: 30_000, allowH2: false, connect: { timeout: llm.connectMs } });
  };
  return {
    dispatch: (options, handler) => (agent ??= made()).dispatch(options, handler),
    close: async () => {
      await agent?.destroy();
    },
  };
}

function settingsOf({ llm, limits }: Config): ModelProxySettings {
  const { uninspected, bodyBytes, answerBytes, holdMs, keepAliveMs, decideMs, livePerAgent, headersMs, idleMs } = llm;
  const { headersTimeoutMs, requestTimeoutMs, connections } = limits;
  return {
    uninspected,
    upstreams: Object.fromEntries(PROVIDER_NAMES.map((name) => [name, llm[name]])),
    limits: { bodyBytes, answerBytes, livePerAgent, headersTimeoutMs, requestTimeoutMs, connections },
    holdMs,
    keepAliveMs,
    decideMs,
    patience: { headersMs, idleMs },
  };
}
