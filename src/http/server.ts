import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { AegisError } from '../errors.ts';
import type { Call, Raw, Route } from './route.ts';
import type { Role } from '../kernel/entry.ts';
import { checkHost } from './hosts.ts';
import { readJson } from './json-body.ts';
import { authenticate } from './keys.ts';
import type { Passage } from './passage.ts';
import { codedError, isRefusal, PROBLEM_TYPE, problemOf } from './problem.ts';
import { rateLimiter } from './rate.ts';
import { recordRefusal } from './refusals.ts';
import type { Config } from '../config/schema.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Clock } from '../ports.ts';
import { checker } from './validate.ts';

/** What the server itself needs; the routes bring their own. */
export interface ServerDeps {
  readonly gate: Pick<LogGate, 'world' | 'record'>;
  readonly clock: Clock;
  readonly limits: Config['limits'];
  /** Names a Host header may carry; a function, because the port is known only after listening. */
  readonly hosts: () => readonly string[];
  readonly origins: readonly string[];
  readonly onFault: (fault: { readonly what: string; readonly request: string; readonly error: unknown }) => void;
}

type Held = FastifyRequest & { aegisPrincipal?: ReturnType<typeof authenticate>; aegisChecked?: boolean };

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** No frame, no cache, no sniffing, and nothing a page may do unless it says so itself (DOCS-1); never CORS headers or cookies (AUTH-4). */
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
    clientErrorHandler,
  });
  app.server.maxConnections = limits.connections;
  // A passage writes to the response itself; an error event without a listener would end the process.
  app.server.on('request', (_request, response) => response.on('error', () => response.destroy()));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', readJson(limits.bodyBytes));
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    try {
      checkHost(request.raw, { hosts: deps.hosts(), origins: deps.origins });
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error: FastifyError, request: Held, reply) => answerError({ deps, error, request, reply }));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new AegisError('ROUTE_NOT_FOUND')));
  const limiter = rateLimiter(limits.requestsPerSecond);
  for (const one of routes) addRoute(app, one, { deps, limiter });
  for (const one of passages) addPassage(app, one, { deps, limiter });
  addMethodGuards(app, routes);
  return app;
}

function sendProblem(reply: FastifyReply, error: AegisError, extensions: object = {}): FastifyReply {
  if (error.code === 'RATE_LIMITED') void reply.header('retry-after', String(Math.ceil(Number(error.details['retryAfterMs'] ?? 1000) / 1000)));
  if (error.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer realm="aegis"');
  return reply
    .code(error.status)
    .headers({ ...HEADERS, 'content-type': PROBLEM_TYPE })
    .send(JSON.stringify({ ...problemOf(error), ...extensions }));
}

async function answerError(terms: { deps: ServerDeps; error: FastifyError; request: Held; reply: FastifyReply }): Promise<FastifyReply> {
  const { deps, error, request, reply } = terms;
  const coded = codedError(error, deps.limits);
  if (coded.code === 'INTERNAL') deps.onFault({ what: `${request.method} ${request.routeOptions.url ?? '?'}`, request: request.id, error });
  await recordRefusal(deps, coded, {
    principal: request.aegisPrincipal,
    method: request.method,
    path: request.routeOptions.url,
    checked: request.aegisChecked === true,
  });
  const said = wording(request)?.((request.params ?? {}) as Record<string, string>, coded) ?? null;
  if (said !== null)
    return reply
      .code(200)
      .headers({ ...HEADERS, 'content-type': 'application/json; charset=utf-8' })
      .send(JSON.stringify(said));
  return sendProblem(reply, coded, coded.code === 'INTERNAL' ? { request: request.id } : {});
}

/** The route's own words for a refusal, where it has any. */
function wording(request: FastifyRequest): Route['refuse'] {
  return (request.routeOptions.config as { readonly refuse?: Route['refuse'] } | undefined)?.refuse;
}

function addRoute(app: FastifyInstance, one: Route, terms: { deps: ServerDeps; limiter: ReturnType<typeof rateLimiter> }): void {
  const { deps, limiter } = terms;
  const check = checker(one);
  app.route({
    method: one.method,
    url: one.path,
    config: one.refuse === undefined ? {} : { refuse: one.refuse },
    onRequest: (request: Held, _reply, done) => {
      try {
        if (one.auth === 'key') enter(request, one.role, { deps, limiter });
        checkMedia(request, one);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    handler: async (request: Held, reply) => {
      const checked = check({ params: request.params, query: request.query, body: request.body });
      const { aegisPrincipal } = request;
      request.aegisChecked = true;
      const call = { ...checked, principal: aegisPrincipal, lastEventId: request.headers['last-event-id'], signal: () => signalOf(reply) };
      return answer(reply, one, await one.handle(call as unknown as Call));
    },
  });
}

function enter(request: Held, roles: readonly Role[], { deps, limiter }: { deps: ServerDeps; limiter: ReturnType<typeof rateLimiter> }): void {
  const principal = authenticate(request.headers.authorization, deps.gate);
  limiter(principal.keyDigest, deps.clock.monotonic());
  request.aegisPrincipal = principal;
  if (!roles.includes(principal.role)) throw new AegisError('FORBIDDEN', { role: principal.role, needs: roles.join(' or ') });
}

/** A protocol of its own behind the same guards: host, key, role, rate, size of the body, media type. The bytes are its own to read (MCP-14). */
function addPassage(app: FastifyInstance, one: Passage, terms: { deps: ServerDeps; limiter: ReturnType<typeof rateLimiter> }): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, parsed) => parsed(null, body));
    scope.route({
      method: [...one.methods],
      url: one.path,
      onRequest: (request: Held, _reply, next) => {
        try {
          enter(request, one.role, terms);
          checkMedia(request, { body: request.method === 'POST' ? true : undefined });
          next();
        } catch (error) {
          next(error as Error);
        }
      },
      handler: async (request: Held, reply) => {
        const { aegisPrincipal: principal, raw, body } = request;
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
  if (isRefusal(result)) return sendProblem(reply, result.refused, result.extensions);
  void reply.code(one.status ?? 200);
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
function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const coded = slow ? new AegisError('REQUEST_TIMEOUT') : new AegisError('REQUEST_INVALID', { detail: 'The request is not valid HTTP/1.1' });
  const body = JSON.stringify(problemOf(coded));
  const status = slow ? '408 Request Timeout' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\nconnection: close\r\n\r\n${body}`,
  );
}
