import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { AegisError } from '../errors.ts';
import { markOurs, signAnswers } from './answer-signing.ts';
import type { AnswerKey } from './answer-signing.ts';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import { admit, holderName, refusal, runner } from './exchange.ts';
import type { Admission, Exchange } from './exchange.ts';
import { checkHost, isFromHere } from './hosts.ts';
import type { InFlight } from './in-flight.ts';
import { readJson } from './json-body.ts';
import { authenticate, holderByDigest } from './keys.ts';
import type { KeyGate, KeyHolder } from './keys.ts';
import type { BrowserLogins } from './browser-logins.ts';
import { loginOf, setCookie, WithCookie } from './login-cookie.ts';
import type { Passage } from './passage.ts';
import { codedError, isRefusal, PROBLEM_TYPE, problemOf, refusedBody } from './problem.ts';
import type { Raw, Route, ServedFile } from './route.ts';
import type { Config } from '../config/schema.ts';
import type { LogGate } from '../gate/log-gate.ts';

/** What the server itself needs; the routes bring their own. */
export interface ServerDeps extends Admission {
  readonly gate: KeyGate & Pick<LogGate, 'record'>;
  readonly limits: Config['limits'];
  /** What answers are signed with where the asker wants it; without one none is. */
  readonly answers?: AnswerKey;
  /** Browsers that are logged in; without it a cookie is nobody's. */
  readonly logins?: BrowserLogins;
  /** Files of the page for people, for a request that no route answers. */
  readonly files?: (request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>) => ServedFile | null;
  /** Names a Host header may carry; a function, because the port is known only after listening. */
  readonly hosts: () => readonly string[];
  readonly origins: readonly string[];
  readonly onFault: (fault: { readonly what: string; readonly request: string; readonly error: unknown }) => void;
}

type Held = FastifyRequest & { aegis?: Exchange };

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** No frame, no cache, no sniffing, and nothing a page may do unless it says so itself (DOCS-1); never CORS headers, and no cookie but a login's (AUTH-4). */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The HTTP server over a typed list of routes. Nothing listens yet. */
export function createServer(deps: ServerDeps, routes: readonly Route[], passages: readonly Passage[] = []): FastifyInstance {
  const { limits } = deps;
  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
    http: { headersTimeout: limits.headersTimeoutMs, maxHeaderSize: 16_384, connectionsCheckingInterval: 1_000 },
    frameworkErrors: (error, _request, reply) => sendProblem(reply as FastifyReply, codedError(error, limits)),
    clientErrorHandler: (error, socket) => broken(connections, error, socket),
  });
  const connections = createConnections({ most: limits.connections });
  watch(app.server, connections, deps.inFlight);
  app.addHook('onClose', (_app, closed) => {
    connections.close();
    closed();
  });
  if (deps.answers !== undefined) signAnswers(app, deps.answers);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', readJson(limits.bodyBytes));
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    try {
      checkHost(request.raw, { hosts: deps.hosts(), origins: deps.origins });
      markOurs(request.raw);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error: FastifyError, request: Held, reply) => answerError({ deps, error, request, reply }));
  app.setNotFoundHandler((request, reply) => sendFile(reply, deps.files?.(request.raw) ?? null));
  const guards = { deps, connections };
  for (const one of routes) addRoute(app, one, guards);
  for (const one of passages) addPassage(app, one, guards);
  addMethodGuards(app, routes);
  return app;
}

function sendProblem(reply: FastifyReply, error: AegisError, body: object = problemOf(error)): FastifyReply {
  if (error.code === 'RATE_LIMITED') void reply.header('retry-after', String(Math.ceil(Number(error.details['retryAfterMs'] ?? 1000) / 1000)));
  if (error.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer realm="aegis"');
  return reply
    .code(error.status)
    .headers({ ...HEADERS, 'content-type': PROBLEM_TYPE })
    .send(JSON.stringify(body));
}

/** What no route answers: a file of the page for people, or nothing. */
function sendFile(reply: FastifyReply, file: ServedFile | null): FastifyReply {
  if (file === null) return sendProblem(reply, new AegisError('ROUTE_NOT_FOUND'));
  return reply.code(200).headers(file.headers).send(file.bytes);
}

async function answerError(terms: { deps: ServerDeps; error: FastifyError; request: Held; reply: FastifyReply }): Promise<FastifyReply> {
  const { deps, error, request, reply } = terms;
  const exchange = request.aegis ?? { method: request.method, checked: false };
  const refused = await refusal(deps, exchange, { error, request: request.id });
  if (refused.isProblem) return sendProblem(reply, refused.error, refused.body);
  return reply
    .code(refused.status)
    .headers({ ...HEADERS, 'content-type': 'application/json; charset=utf-8' })
    .send(JSON.stringify(refused.body));
}

/** Every connection has its place, and every request on it counts while it is under way. */
function watch(server: Server, connections: Connections, inFlight: InFlight): void {
  server.on('connection', (socket) => connections.take(socket));
  server.on('timeout', (socket) => connections.quiet(socket));
  server.on('request', (request, response) => {
    // A passage writes to the response itself; an error event without a listener would end the process.
    response.on('error', () => response.destroy());
    response.once('close', connections.begin(request.socket));
    response.once(
      'close',
      inFlight.enter((error) => interrupt(response, error)),
    );
  });
}

/** Whatever answers it does not come to answer it. */
function interrupt(response: ServerResponse, error: AegisError): void {
  if (response.headersSent || response.writableEnded) return void response.destroy();
  response.writeHead(error.status, { ...HEADERS, 'content-type': PROBLEM_TYPE, connection: 'close' });
  response.end(JSON.stringify(problemOf(error)));
}

interface Guards {
  readonly deps: ServerDeps;
  readonly connections: Connections;
}

interface Entering {
  readonly request: Held;
  readonly reply: FastifyReply;
  readonly exchange: Exchange;
  readonly one: { readonly keyed: boolean; readonly role: Route['role']; readonly body?: unknown };
}

/** Key, rate, role, share and media type, at once unless another daemon wrote something that must be known first (GATE-26). */
function enter(guards: Guards, entering: Entering, done: (error?: Error) => void): void {
  const { request, one } = entering;
  const go = (holder: KeyHolder | null): void => {
    try {
      if (one.keyed) letIn(guards, entering, holder);
      checkMedia(request, one);
    } catch (error) {
      return done(error as Error);
    }
    done();
  };
  try {
    const holder = one.keyed ? holderOf(guards.deps, entering) : null;
    if (holder instanceof Promise) holder.then(go, done);
    else go(holder);
  } catch (error) {
    done(error as Error);
  }
}

/** Who asks: the holder of the key in the header, else of the key a browser logged in with. @throws AegisError CSRF_REFUSED */
function holderOf({ gate, logins }: ServerDeps, { request, reply, exchange }: Entering): KeyHolder | null | Promise<KeyHolder | null> {
  const login = logins === undefined || request.headers.authorization !== undefined ? null : loginOf(request.raw, logins);
  if (logins === undefined || login === null) return authenticate(request.headers, gate);
  exchange.login = login;
  // What is still being answered, a stream, ends with the login.
  if (request.raw.method === 'GET')
    reply.raw.once(
      'close',
      logins.ended(login, () => reply.raw.destroy()),
    );
  const found = holderByDigest(login, gate);
  const inBrowser = (holder: KeyHolder | null): KeyHolder | null =>
    holder === null || holder.role === 'agent' ? null : { ...holder, presence: 'browser' };
  return found instanceof Promise ? found.then(inBrowser) : inBrowser(found);
}

/**
 * Lets the holder of a request's key in, within its rate, its role and its share of what may be under way.
 * @throws AegisError UNAUTHENTICATED | RATE_LIMITED | FORBIDDEN
 */
function letIn({ deps, connections }: Guards, { request, reply, exchange, one }: Entering, holder: KeyHolder | null): void {
  if (holder !== null) connections.known(request.raw.socket, holderName(holder));
  admit(exchange, holder, one.role, deps);
  const leave = holder === null ? null : deps.underWay.take(holderName(holder));
  if (leave === null) throw new AegisError('RATE_LIMITED', { retryAfterMs: 1_000 });
  // Who left while others' entries were read has closed already.
  if (reply.raw.destroyed) leave();
  else reply.raw.once('close', leave);
}

function addRoute(app: FastifyInstance, one: Route, guards: Guards): void {
  const { method, path, refuse } = one;
  const run = runner(one);
  app.route({
    method,
    url: path,
    onRequest: (request: Held, reply, done) => {
      const exchange = { method, path, refuse, params: request.params as Record<string, string>, checked: false };
      request.aegis = exchange;
      const keyed = one.auth === 'key' || (one.auth === 'beyond' && !isFromHere(request.raw));
      enter(guards, { request, reply, exchange, one: { ...one, keyed } }, done);
    },
    handler: async (request: Held, reply) => {
      const { aegis: exchange = { method, checked: false }, params, query, body, headers } = request;
      const more = { lastEventId: headers['last-event-id'] as string | undefined, signal: () => signalOf(reply) };
      return answer(reply, one, await run(exchange, { params, query, body }, more));
    },
  });
}

/** A protocol of its own behind the same guards: host, key, role, rate, size of the body, media type. The bytes are its own to read (MCP-14). */
function addPassage(app: FastifyInstance, one: Passage, guards: Guards): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, parsed) => parsed(null, body));
    scope.route({
      method: [...one.methods],
      url: one.path,
      onRequest: (request: Held, reply, next) => {
        const exchange = { method: request.method, path: one.path, checked: false };
        request.aegis = exchange;
        const body = request.method === 'POST' ? true : undefined;
        enter(guards, { request, reply, exchange, one: { keyed: true, role: one.role, body } }, next);
      },
      handler: async (request: Held, reply) => {
        const { aegis: { principal } = {}, raw, body } = request;
        if (principal?.role !== 'agent') throw new AegisError('FORBIDDEN', { role: principal?.role ?? 'nobody', needs: 'agent' });
        const { name = '' } = request.params as { readonly name?: string };
        void reply.hijack();
        for (const [header, value] of Object.entries(HEADERS)) reply.raw.setHeader(header, value);
        await one.serve({ principal, name, request: raw, response: reply.raw, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) });
      },
    });
    done();
  });
}

/** A body is JSON in UTF-8 without a coding; a route without a body takes none. */
function checkMedia(request: FastifyRequest, one: { readonly body?: unknown }): void {
  const type = request.headers['content-type'];
  if (one.body !== undefined && type === undefined) throw new AegisError('MEDIA_TYPE');
  if (request.headers['content-encoding'] !== undefined) throw new AegisError('MEDIA_TYPE');
  if (type === undefined) return;
  const [media = '', ...parameters] = type.toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  if (media.trim() !== 'application/json' || (charset !== undefined && charset.replaceAll('"', '') !== 'charset=utf-8'))
    throw new AegisError('MEDIA_TYPE');
}

function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const gone = (): void => {
    if (!reply.raw.writableFinished) controller.abort();
  };
  if (reply.raw.destroyed) controller.abort();
  else reply.raw.once('close', gone);
  return controller.signal;
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && 'contentType' in value && 'body' in value;
}

function answer(reply: FastifyReply, one: Route, result: unknown): FastifyReply {
  if (isRefusal(result)) return sendProblem(reply, result.refused, refusedBody(result));
  void reply.code(one.status ?? 200);
  if (result instanceof WithCookie) void reply.header('set-cookie', setCookie(reply.request.raw, result));
  if (!('contentType' in one.response) || !isRaw(result)) {
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(result));
  }
  void reply.headers({ ...result.headers, 'content-type': result.contentType });
  return reply.send(typeof result.body === 'string' ? result.body : Readable.from(result.body, { objectMode: false, highWaterMark: 65_536 }));
}

/** A known path with another method is 405 with `Allow`, before any body is read. */
function addMethodGuards(app: FastifyInstance, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((one) => one.path))) {
    const allowed = routes.filter((one) => one.path === path).map((one) => one.method);
    const allow = allowed.join(', ');
    app.route({
      method: METHODS.filter((method) => !allowed.includes(method as Route['method'])),
      url: path,
      onRequest: (request, reply, done) => {
        void reply.header('allow', allow);
        done(new AegisError('METHOD_NOT_ALLOWED', { method: request.method, allow }));
      },
      handler: (_request, reply) => sendProblem(reply, new AegisError('METHOD_NOT_ALLOWED', { method: '', allow })),
    });
  }
}

/** What Node refuses before there is a request: broken framing, headers too large or too slow. */
function broken(connections: Connections, error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const coded = slow ? new AegisError('REQUEST_TIMEOUT') : new AegisError('REQUEST_INVALID', { detail: 'The request is not valid HTTP/1.1' });
  const body = JSON.stringify(problemOf(coded));
  const status = slow ? '408 Request Timeout' : '400 Bad Request';
  connections.finish(
    socket,
    `HTTP/1.1 ${status}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\nconnection: close\r\n\r\n${body}`,
  );
}
