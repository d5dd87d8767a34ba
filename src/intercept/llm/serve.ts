import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AegisError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { answerRequest } from './answer-request.ts';
import type { ModelCaller, ModelDoor, ModelDoorDeps } from './door.ts';
import { createEndings } from './endings.ts';
import { checkOnce, identify } from './identity.ts';
import { watchLive } from './live.ts';
import { matchRoute, readTarget, resembles } from './match-route.ts';
import type { Asked } from './match-route.ts';
import type { Dialect } from './dialect.ts';
import { passOn } from './pass-on.ts';
import { createRecall } from './recall.ts';
import { codedError, refusalOf, sendRefusal } from './reply.ts';
import { createSessionLedger } from './session-ledger.ts';
import { createVaults } from './vaults.ts';

export interface ModelServer {
  readonly server: Server;
  /** Stops what is under way, says so to its clients, and takes nothing new. */
  close(): Promise<void>;
}

/** How often silent streams are looked at. */
const TICK_MS = 250;

/** The HTTP server of the model door. Nothing listens yet. */
export function createModelServer(deps: ModelDoorDeps): ModelServer {
  const { settings, gate, clock } = deps;
  const { limits } = settings;
  const tickMs = Math.max(10, Math.min(TICK_MS, settings.keepAliveMs));
  const live = watchLive(gate, { mostPerAgent: limits.livePerAgent, tickMs, now: () => clock.monotonic() });
  const endings = createEndings();
  const ledger = createSessionLedger();
  const door: ModelDoor = { ...deps, ledger, recall: createRecall(deps, ledger), vaults: createVaults(), live, endings };
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: 30_000,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: true,
    },
    (incoming, response) => void take(door, incoming, response),
  );
  server.maxConnections = limits.connections;
  server.on('upgrade', refuseUpgrade);
  server.on('connect', refuseUpgrade);
  server.on('clientError', refuseBroken);
  return {
    server,
    close: async () => {
      live.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
      await closed;
      await endings.close();
    },
  };
}

async function take(door: ModelDoor, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy());
  let dialect: Dialect | null = null;
  let caller: ModelCaller | null = null;
  try {
    door.checkHost(incoming);
    checkOnce(incoming.rawHeaders);
    if (incoming.url === '/healthz') return health(door, response);
    const asked = readTarget(incoming.method ?? '', incoming.url ?? '', providersOf(door));
    const matched = matchRoute(asked, door.dialects, incoming.headers);
    dialect = (matched ?? spokenBy(asked, incoming, door)).dialect;
    const identity = identify(door, asked, { headers: incoming.headers, dialect });
    caller = identity.caller;
    if (matched === null) {
      if (door.settings.uninspected === 'refuse' || resembles(asked, door.dialects))
        throw new AegisError('ROUTE_UNINSPECTED', { what: `${asked.method} ${asked.path.slice(0, 128)}` });
      await passOn({ door, incoming, response, asked, dialect, identity });
      return;
    }
    await answerRequest({ door, incoming, response, asked, matched, identity });
  } catch (error) {
    const coded = codedError(error);
    if (coded.code === 'INTERNAL') door.onFault({ what: 'a model request', error });
    await recordRefused(door, caller, coded);
    // What is left of the body is not read: the connection cannot serve another request.
    if (!incoming.complete && !response.headersSent) response.setHeader('connection', 'close');
    sendRefusal(response, dialect, refusalOf(coded));
  }
}

function providersOf({ dialects }: ModelDoor): readonly string[] {
  return dialects.map(({ provider }) => provider);
}

/** Whose words a refusal is said in, when nobody serves the route. */
function spokenBy(asked: Asked, { headers }: IncomingMessage, { dialects }: ModelDoor): { readonly dialect: Dialect } {
  const named = dialects.find(({ provider }) => provider === asked.provider);
  const [first] = dialects;
  const dialect = named ?? dialects.find(({ keyHeader }) => keyHeader !== 'authorization' && headers[keyHeader] !== undefined) ?? first;
  if (dialect === undefined) throw new AegisError('ROUTE_NOT_FOUND');
  return { dialect };
}

function health({ gate, live }: ModelDoor, response: ServerResponse): void {
  const { open } = gate.state();
  response.writeHead(open ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ status: open ? 'ok' : 'closed', answers: live.size }));
}

/** Acts of an agent that decided nothing (AUTH-7). What the gate refused it recorded itself. */
const RECORDED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BODY_INVALID_JSON',
  'BODY_TOO_LARGE',
  'BODY_TOO_DEEP',
  'BODY_TOO_MANY_KEYS',
  'REQUEST_INVALID',
  'MEDIA_TYPE',
  'CODING_UNKNOWN',
  'ROUTE_UNINSPECTED',
]);

async function recordRefused({ gate }: ModelDoor, caller: ModelCaller | null, { code, pointer }: AegisError): Promise<void> {
  if (caller === null || !RECORDED.has(code)) return;
  const place = pointer === undefined || pointer.length > 512 ? {} : { pointer };
  try {
    await gate.record(caller.tenant, 'request-refused', { code, door: 'llm', ...place }, { role: 'agent', ...caller }, { agent: caller.agent });
  } catch {
    // GATE-2: nothing can be recorded while the gate is closed, and nothing was allowed either.
  }
}

/** LLM-13: what would leave HTTP leaves our sight. */
function refuseUpgrade(_request: IncomingMessage, socket: Duplex): void {
  end(socket, '403 Forbidden', new AegisError('ROUTE_UNINSPECTED', { what: 'a WebSocket or a tunnel' }));
}

function refuseBroken(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return end(socket, '408 Request Timeout', new AegisError('REQUEST_TIMEOUT'));
  const large = error.code === 'HPE_HEADER_OVERFLOW';
  end(
    socket,
    large ? '431 Request Header Fields Too Large' : '400 Bad Request',
    new AegisError('REQUEST_INVALID', { detail: 'The request is not valid HTTP/1.1' }),
  );
}

function end(socket: Duplex, status: string, { code, message }: AegisError): void {
  // Node takes its own listeners off a socket it hands over, and a reset would then end the process.
  socket.on('error', () => socket.destroy());
  const body = JSON.stringify({ error: { type: code, code, message } });
  const length = String(Buffer.byteLength(body));
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`);
}
