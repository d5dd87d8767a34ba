import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { PassageExchange } from '../../../http/passage.ts';
import type { McpGate } from '../gate-decision-point.ts';
import { handleAgentMessage } from '../handle-agent-message.ts';
import { handleServerMessage } from '../handle-server-message.ts';
import { AGENT_LIMITS, CODES, failure, keyOf as idKey, readMessage, unreadable } from '../message.ts';
import type { Message, MessageId, Request } from '../message.ts';
import { audit } from '../session.ts';
import type { SessionDeps } from '../session.ts';
import { createStateSigner } from '../state-signer.ts';
import { endWhenHalted, isHalted } from './end-when-halted.ts';
import { discardBody, exchange, peerAt } from './exchange.ts';
import { gatewaySessions } from './gateway-sessions.ts';
import type { GatewayPeer, GatewaySession, GatewaySessions } from './gateway-sessions.ts';
import { mismatch } from './headers.ts';
import { listen } from './http-upstream.ts';
import { ANSWER_MS } from '../deadline.ts';
import { headFor, headOf, isLost, lost, relayed } from '../refused-reply.ts';
import type { ReplyHead } from '../refused-reply.ts';
import { agentLoads } from './agent-load.ts';
import type { AgentLoads } from './agent-load.ts';
import { eventText } from './sse.ts';
import { isObject } from '../../../kernel/json.ts';

/** One remote server of the configuration. */
export interface GatewayServer {
  readonly name: string;
  readonly url: string;
  /** Credentials for the server; the agent never sees them, and its own never leave (no token pass-through). */
  readonly headers: Readonly<Record<string, string>>;
}

export interface GatewayDeps extends Pick<SessionDeps, 'clock' | 'after' | 'mint' | 'digestOf' | 'answerMs'> {
  readonly gate: McpGate;
  readonly servers: readonly GatewayServer[];
}

export interface Gateway {
  serve(incoming: PassageExchange): Promise<void>;
  close(): void;
}

interface GatewayState {
  readonly deps: GatewayDeps;
  readonly servers: ReadonlyMap<string, GatewayPeer>;
  readonly sessions: GatewaySessions;
  readonly loads: AgentLoads;
}

const MOST_UNREAD = 16_777_216;
const VERSION = /^\d{4}-\d{2}-\d{2}$/;

/** The gateway route `/mcp/<name>`: Streamable HTTP towards agents, Streamable HTTP towards the configured servers (MCP-13, MCP-14). */
export function createGateway(deps: GatewayDeps): Gateway {
  const servers = new Map(
    deps.servers.map(({ name, url, headers }) => {
      const identity = deps.digestOf({ transport: 'http', url, headers: Object.keys(headers).toSorted() });
      return [name, { ...peerAt(url, headers), name, identity }];
    }),
  );
  const sessions = gatewaySessions({ ...deps, servers, stateSigner: createStateSigner(randomBytes(32)) });
  const state: GatewayState = { deps, servers, sessions, loads: agentLoads() };
  return {
    serve: (incoming) => safely(state, incoming),
    close: () => {
      for (const { agent } of servers.values()) agent.destroy();
    },
  };
}

/** An exchange that fails ends; the response is ours, so nobody else would end it. */
async function safely(gateway: GatewayState, incoming: PassageExchange): Promise<void> {
  try {
    await serve(gateway, incoming);
  } catch (error) {
    const { response } = incoming;
    if (response.headersSent || response.destroyed) response.destroy();
    else refuse(response, 500, unreadable(null, error));
  }
}

async function serve(gateway: GatewayState, incoming: PassageExchange): Promise<void> {
  const { request, response } = incoming;
  const peer = gateway.servers.get(incoming.name);
  if (peer === undefined) return refuse(response, 404, unreadable(null, new Error()), 'There is no MCP server of this name');
  if (request.method === 'POST') return post(gateway, incoming, peer);
  const found = gateway.sessions.find(incoming);
  if (found === null || request.headers['mcp-session-id'] === undefined) return status(response, found === null ? 404 : 405);
  if (request.method === 'DELETE') return end(gateway, incoming, found);
  return follow(gateway, incoming, found);
}

async function post(gateway: GatewayState, incoming: PassageExchange, peer: GatewayPeer): Promise<void> {
  const { request, response, body } = incoming;
  let message: Message;
  try {
    message = readMessage(body, AGENT_LIMITS);
  } catch (error) {
    const { tenant, agent } = incoming.principal;
    await gateway.deps.gate
      .record(tenant, 'request-refused', { code: 'MCP_FRAME', door: 'mcp' }, incoming.principal, { agent })
      .catch(() => undefined);
    return refuse(response, 400, unreadable(null, error));
  }
  const fresh = message.kind === 'request' && message.message.method === 'initialize' && request.headers['mcp-session-id'] === undefined;
  const found = fresh ? gateway.sessions.begin(incoming, peer) : (gateway.sessions.find(incoming) ?? null);
  if (found === null) return status(response, 404);
  const tool = message.kind === 'request' ? message.message.params?.['name'] : undefined;
  const wrong = mismatch(request.headers, message.message, typeof tool === 'string' ? found.session.tools.get(tool)?.definition : undefined);
  if (wrong !== null) {
    audit(found.session, 'MCP_HEADER_MISMATCH');
    const id = message.kind === 'request' ? message.message.id : null;
    return refuse(response, 400, { jsonrpc: '2.0', id, error: { code: CODES.headerMismatch, message: `${wrong}.` } });
  }
  if (message.kind === 'request') return answer(gateway, { incoming, found, message: message.message });
  let undelivered: unknown;
  await handleAgentMessage(found.session, message, { tell: () => undefined, scope: '', undelivered: (error) => (undelivered = error) });
  if (undelivered === undefined) return status(response, 202);
  if (isLost(undelivered)) gateway.sessions.end(found);
  writeHead(response, headFor(undelivered)).end();
}

/** One request of the agent: its answer alone, or a stream once there is more to say than the answer. */
async function answer(
  gateway: GatewayState,
  { incoming, found, message }: { incoming: PassageExchange; found: GatewaySession; message: Request },
): Promise<void> {
  const { request, response } = incoming;
  const listens = message.method === 'subscriptions/listen';
  const release = gateway.loads.take(found.owner, listens ? 'streams' : 'requests');
  if (release === null) return tooMany(response, message.id);
  response.once('close', release);
  const version = request.headers['mcp-protocol-version'];
  if (typeof version === 'string' && VERSION.test(version) && found.state['mcp-session-id'] !== undefined)
    found.state['mcp-protocol-version'] = version;
  const gone = new AbortController();
  const left = (): void => gone.abort();
  response.once('close', left);
  const released = listens ? endWhenHalted(gateway.deps.gate, found.caller, left) : undefined;
  const stream = (): void => startStream(response);
  const tell = (said: object): void => {
    stream();
    write(response, said);
  };
  if (listens) {
    stream();
    response.flushHeaders();
  }
  const scope = request.headers['mcp-session-id'] === undefined ? gateway.deps.mint() : '';
  const reply =
    (await handleAgentMessage(found.session, { kind: 'request', message }, { tell, scope, signal: gone.signal })) ??
    failure(message.id, CODES.internal, '');
  response.off('close', left);
  released?.();
  if (lost(reply)) gateway.sessions.end(found);
  const id = message.method === 'initialize' ? found.state['mcp-session-id'] : undefined;
  if (id !== undefined && !response.headersSent) response.setHeader('mcp-session-id', id);
  if (found.streamed.delete(idKey(message.id)) && 'result' in reply) stream();
  if (response.headersSent) return void response.end(eventText(reply));
  writeHead(response, headOf.get(reply) ?? OK, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(reply));
}

const OK: ReplyHead = { status: 200 };

/** The head goes out with the first event, in one piece. */
function startStream(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
}

function writeHead(response: ServerResponse, { status, retryAfter }: ReplyHead, headers: Readonly<Record<string, string>> = {}): ServerResponse {
  return response.writeHead(status, { ...headers, ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) });
}

function tooMany(response: ServerResponse, id: MessageId | null): void {
  const message = 'This agent has too many requests or streams open at this gateway. End some, then try again.';
  writeHead(response, { status: 429, retryAfter: '1' }, { 'content-type': 'application/json' }).end(
    JSON.stringify({ jsonrpc: '2.0', id, error: { code: CODES.internal, message, data: { code: 'RATE_LIMITED' } } }),
  );
}

/** MCP-11: what waits for an agent that does not read stays bounded; then its stream ends. */
function write(response: ServerResponse, said: object): void {
  // Writing after the end is an error event, and a message of the server may come late.
  if (response.writableEnded || response.destroyed) return;
  if (response.writableLength > MOST_UNREAD) response.destroy();
  else response.write(eventText(said));
}

/** GET: what the server says of its own accord, each message through the same rules. */
async function follow(gateway: GatewayState, { response }: PassageExchange, found: GatewaySession): Promise<void> {
  if (isHalted(gateway.deps.gate, found.caller)) return status(response, 403);
  const release = gateway.loads.take(found.owner, 'streams');
  if (release === null) return tooMany(response, null);
  response.once('close', release);
  const { session, terms } = found;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.once(
    'close',
    endWhenHalted(gateway.deps.gate, found.caller, () => gone.abort()),
  );
  const tell = (said: object): void => write(response, said);
  const opened = (code: number): void => {
    if (code !== 200) return status(response, code);
    startStream(response);
    response.flushHeaders();
  };
  try {
    await listen(terms, {
      onServerMessage: (serverMessage) => void handleServerMessage(session, serverMessage, { tell, call: null }).catch(() => undefined),
      signal: gone.signal,
      opened,
    });
  } catch (error) {
    // A 404 is repeated and ends nothing: servers without such a stream say it, too.
    if (!response.headersSent) return void writeHead(response, headFor(error)).end();
  }
  if (!response.writableEnded) response.end();
}

async function end(gateway: GatewayState, { response }: PassageExchange, found: GatewaySession): Promise<void> {
  gateway.sessions.end(found);
  try {
    const signal = AbortSignal.timeout(gateway.deps.answerMs ?? ANSWER_MS);
    const answer = await exchange(found.terms.peer, { method: 'DELETE', headers: found.state, signal });
    discardBody(answer.body);
    status(response, answer.status < 300 || relayed(answer.status) !== 200 ? answer.status : 502);
  } catch {
    status(response, 502);
  }
}

function status(response: ServerResponse, code: number): void {
  response.writeHead(code).end();
}

function refuse(response: ServerResponse, code: number, body: object, message?: string): void {
  const said = message !== undefined && isObject(body) ? { ...body, error: { code: CODES.invalidRequest, message } } : body;
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(said));
}
