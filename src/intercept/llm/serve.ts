import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AegisError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import { answerRequest } from './answer-request.ts';
import { codedError, refusalOf, sendRefusal } from './answer/reply.ts';
import type { ModelCaller } from './caller.ts';
import type { Dialect } from './dialect/dialect.ts';
import { passOn } from './pass-on.ts';
import { createModelProxy } from './proxy.ts';
import type { ModelConnections, ModelProxy, ModelProxyDeps } from './proxy.ts';
import { checkOnce, identify } from './request/identity.ts';
import { matchRoute, readTarget, resembles } from './request/match-route.ts';
import type { RequestTarget } from './request/match-route.ts';

export interface ModelServer {
  readonly server: Server;
  /** Stops what is under way, says so to its clients, and takes nothing new. */
  close(): Promise<void>;
}

/** The HTTP server of the model proxy. Nothing listens yet. */
export function createModelServer(deps: ModelProxyDeps): ModelServer {
  const { limits } = deps.settings;
  const proxy = createModelProxy(deps);
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: 30_000,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: true,
    },
    (incoming, response) => void take({ proxy, gate: deps.gate, connections: deps.connections }, incoming, response),
  );
  const { connections } = deps;
  server.on('connection', (socket) => connections.take(socket));
  server.on('timeout', (socket) => connections.quiet(socket));
  server.on('upgrade', (_request, socket) => refuseUpgrade({ connections, socket }));
  server.on('connect', (_request, socket) => refuseUpgrade({ connections, socket }));
  server.on('clientError', (error, socket) => refuseBroken({ connections, socket }, error));
  return {
    server,
    close: async () => {
      proxy.answers.live.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
      await closed;
      connections.close();
      await proxy.actions.settlements.close();
    },
  };
}

interface Serving {
  readonly proxy: ModelProxy;
  readonly gate: Pick<LogGate, 'state' | 'record' | 'current'>;
  readonly connections: ModelProxyDeps['connections'];
}

async function take({ proxy, gate, connections }: Serving, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy());
  response.once('close', connections.begin(incoming.socket));
  const { entrance } = proxy;
  let dialect: Dialect | null = null;
  let caller: ModelCaller | null = null;
  response.once(
    'close',
    interruptible(proxy, response, () => dialect),
  );
  try {
    entrance.checkHost(incoming);
    checkOnce(incoming.rawHeaders);
    if (incoming.url === '/healthz') return health(gate, { answers: proxy.answers.live.size, peer: incoming.socket.remoteAddress ?? '' }, response);
    const target = readTarget(
      incoming.method ?? '',
      incoming.url ?? '',
      entrance.dialects.map(({ provider }) => provider),
    );
    // A key, and everything after it, is looked at as every daemon on this log has made it (GATE-26).
    await gate.current();
    const matched = matchRoute(target, entrance.dialects, incoming.headers);
    dialect = matched?.dialect ?? spokenBy(target, incoming, entrance.dialects);
    const identity = identify(entrance, target, { headers: incoming.headers, dialect });
    caller = identity.caller;
    const leave = connections.enter(incoming.socket, caller);
    if (leave === null) throw new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 });
    response.once('close', leave);
    if (matched !== null) return await answerRequest(proxy, { incoming, response, target, matched, identity });
    if (entrance.uninspected === 'refuse' || resembles(target, entrance.dialects))
      throw new AegisError('ROUTE_UNINSPECTED', { what: `${target.method} ${target.path.slice(0, 128)}` });
    await passOn(proxy, { incoming, response, target, dialect, identity });
  } catch (error) {
    const coded = codedError(error);
    if (coded.code === 'INTERNAL') proxy.actions.onFault({ what: 'a model request', error });
    await recordRefused(gate, caller, coded);
    // What is left of the body is not read: the connection cannot serve another request.
    if (!incoming.complete && !response.headersSent) response.setHeader('connection', 'close');
    sendRefusal(response, dialect, refusalOf(coded));
  }
}

/** Answered all the same where nothing else comes to answer it; what is on its way from a provider ends in its own form. */
function interruptible({ answers }: ModelProxy, response: ServerResponse, dialect: () => Dialect | null): () => void {
  return answers.inFlight.enter((error) => {
    if (!response.writableEnded) sendRefusal(response, dialect(), refusalOf(error));
  });
}

/** Whose words a refusal is said in, when nobody serves the route. */
function spokenBy(target: RequestTarget, { headers }: IncomingMessage, dialects: readonly Dialect[]): Dialect {
  const named = dialects.find(({ provider }) => provider === target.provider);
  const [first] = dialects;
  const dialect = named ?? dialects.find(({ keyHeader }) => keyHeader !== 'authorization' && headers[keyHeader] !== undefined) ?? first;
  if (dialect === undefined) throw new AegisError('ROUTE_NOT_FOUND');
  return dialect;
}

/** How many answers are under way is told on this machine only (DOOR-17). */
function health(
  gate: Pick<LogGate, 'state'>,
  { answers, peer }: { readonly answers: number; readonly peer: string },
  response: ServerResponse,
): void {
  const { open } = gate.state();
  response.writeHead(open ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ status: open ? 'ok' : 'closed', ...(/^(::1$|(::ffff:)?127\.)/.test(peer) ? { answers } : {}) }));
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

async function recordRefused(gate: Pick<LogGate, 'record'>, caller: ModelCaller | null, { code, pointer }: AegisError): Promise<void> {
  if (caller === null || !RECORDED.has(code)) return;
  const place = pointer === undefined || pointer.length > 512 ? {} : { pointer };
  try {
    await gate.record(caller.tenant, 'request-refused', { code, door: 'llm', ...place }, { role: 'agent', ...caller }, { agent: caller.agent });
  } catch {
    // GATE-2: nothing can be recorded while the gate is closed, and nothing was allowed either.
  }
}

interface Leaving {
  readonly connections: ModelConnections;
  readonly socket: Duplex;
}

/** LLM-13: what would leave HTTP leaves our sight. */
function refuseUpgrade(leaving: Leaving): void {
  end(leaving, '403 Forbidden', new AegisError('ROUTE_UNINSPECTED', { what: 'a WebSocket or a tunnel' }));
}

function refuseBroken(leaving: Leaving, error: Error & { code?: string }): void {
  const { socket } = leaving;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return end(leaving, '408 Request Timeout', new AegisError('REQUEST_TIMEOUT'));
  const large = error.code === 'HPE_HEADER_OVERFLOW';
  end(
    leaving,
    large ? '431 Request Header Fields Too Large' : '400 Bad Request',
    new AegisError('REQUEST_INVALID', { detail: 'The request is not valid HTTP/1.1' }),
  );
}

function end({ connections, socket }: Leaving, status: string, { code, message }: AegisError): void {
  // Node takes its own listeners off a socket it hands over, and a reset would then end the process.
  socket.on('error', () => socket.destroy());
  const body = JSON.stringify({ error: { type: code, code, message } });
  const length = String(Buffer.byteLength(body));
  connections.finish(socket, `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`);
}
