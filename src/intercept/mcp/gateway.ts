import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ActionGate } from '../../gate/action-gate.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import type { ToolGate } from '../../gate/tool-gate.ts';
import type { Digest, SessionId } from '../../kernel/ids.ts';
import type { PassageExchange } from '../../http/passage.ts';
import { gateJudge } from './gate-judge.ts';
import { mismatch } from './headers.ts';
import { exchange, letGo, peerAt } from './http-exchange.ts';
import type { Peer } from './http-exchange.ts';
import { httpServer, listen, statusOf } from './http-server.ts';
import type { HttpTerms } from './http-server.ts';
import { AGENT_LIMITS, CODES, failure, isObject, keyOf as idKey, readMessage } from './message.ts';
import type { Message, Request } from './message.ts';
import { fromAgent } from './relay.ts';
import { createSeal } from './seal.ts';
import { heard } from './server-word.ts';
import { audit, newSession } from './session.ts';
import type { Session, SessionDeps } from './session.ts';
import { eventText } from './sse.ts';
import { complaint } from './stdio-agent.ts';

/** One remote server of the configuration. */
export interface GatewayServer {
  readonly name: string;
  readonly url: string;
  /** Credentials for the server; the agent never sees them, and its own never leave (no token pass-through). */
  readonly headers: Readonly<Record<string, string>>;
}

export interface GatewayDeps extends Pick<SessionDeps, 'clock' | 'after' | 'mint' | 'digestOf'> {
  readonly gate: ActionGate & ToolGate & LogGate;
  readonly servers: readonly GatewayServer[];
}

export interface Gateway {
  serve(incoming: PassageExchange): Promise<void>;
  close(): void;
}

interface Open {
  readonly session: Session;
  readonly terms: HttpTerms;
  readonly owner: string;
  /** Requests the server answered with a stream: the agent gets one too. */
  readonly streamed: Set<string>;
  /** Headers of the session towards the server. */
  readonly state: Record<string, string>;
}

interface House {
  readonly deps: GatewayDeps;
  readonly peers: ReadonlyMap<string, Peer & { readonly name: string; readonly identity: Digest }>;
  /** Sessions with an id, by server and id; and those without one, by server and agent. */
  readonly open: Map<string, Open>;
  readonly seal: SessionDeps['seal'];
}

const MOST_SESSIONS = 4_096;
const MOST_UNREAD = 16_777_216;
const VERSION = /^\d{4}-\d{2}-\d{2}$/;
const SESSION = /^[!-~]{1,256}$/;

/** The gateway route `/mcp/<name>`: Streamable HTTP towards agents, Streamable HTTP towards the configured servers (MCP-13, MCP-14). */
export function createGateway(deps: GatewayDeps): Gateway {
  const peers = new Map(
    deps.servers.map(({ name, url, headers }) => {
      const identity = deps.digestOf({ transport: 'http', url, headers: Object.keys(headers).toSorted() });
      return [name, { ...peerAt(url, headers), name, identity }];
    }),
  );
  const house: House = { deps, peers, open: new Map(), seal: createSeal(randomBytes(32)) };
  return {
    serve: (incoming) => serve(house, incoming),
    close: () => {
      for (const { agent } of peers.values()) agent.destroy();
    },
  };
}

async function serve(house: House, incoming: PassageExchange): Promise<void> {
  const { request, response } = incoming;
  const peer = house.peers.get(incoming.name);
  if (peer === undefined) return refuse(response, 404, complaint(null, new Error()), 'There is no MCP server of this name');
  if (request.method === 'POST') return post(house, incoming, peer);
  const found = sessionFor(house, incoming);
  if (found === null || request.headers['mcp-session-id'] === undefined) return status(response, found === null ? 404 : 405);
  if (request.method === 'DELETE') return end(house, incoming, found);
  return follow(incoming, found);
}

async function post(house: House, incoming: PassageExchange, peer: { readonly name: string; readonly identity: Digest } & Peer): Promise<void> {
  const { request, response, body } = incoming;
  let message: Message;
  try {
    message = readMessage(body, AGENT_LIMITS);
  } catch (error) {
    const { tenant, agent } = incoming.principal;
    await house.deps.gate.record(tenant, 'request-refused', { code: 'MCP_FRAME', door: 'mcp' }, incoming.principal, { agent }).catch(() => undefined);
    return refuse(response, 400, complaint(null, error));
  }
  const fresh = message.kind === 'request' && message.message.method === 'initialize' && request.headers['mcp-session-id'] === undefined;
  const found = fresh ? begin(house, incoming, peer) : (sessionFor(house, incoming) ?? null);
  if (found === null) return status(response, 404);
  const tool = message.kind === 'request' ? message.message.params?.['name'] : undefined;
  const wrong = mismatch(request.headers, message.message, typeof tool === 'string' ? found.session.tools.get(tool)?.definition : undefined);
  if (wrong !== null) {
    audit(found.session, 'MCP_HEADER_MISMATCH');
    const id = message.kind === 'request' ? message.message.id : null;
    return refuse(response, 400, { jsonrpc: '2.0', id, error: { code: CODES.headerMismatch, message: `${wrong}.` } });
  }
  if (message.kind === 'request') return answer(house, { incoming, found, message: message.message });
  await fromAgent(found.session, message, { tell: () => undefined, scope: '' });
  status(response, 202);
}

const ownerOf = ({ principal: { tenant, agent } }: PassageExchange): string => JSON.stringify([tenant, agent]);
const keyOf = (name: string, id: string | undefined, owner: string): string => JSON.stringify(id === undefined ? [name, null, owner] : [name, id]);

/** MCP-14: a session id opens nothing for anybody but the agent it was given to. */
function sessionFor(house: House, incoming: PassageExchange): Open | null {
  const id = incoming.request.headers['mcp-session-id'];
  const owner = ownerOf(incoming);
  if (id === undefined) {
    const peer = house.peers.get(incoming.name);
    if (peer === undefined) return null;
    const key = keyOf(incoming.name, undefined, `${owner} ${namedSession(incoming) ?? ''}`);
    const known = house.open.get(key);
    if (known !== undefined) return known;
    const made = begin(house, incoming, peer);
    keep(house, key, made);
    return made;
  }
  const found = typeof id === 'string' ? house.open.get(keyOf(incoming.name, id, owner)) : undefined;
  return found?.owner === owner ? found : null;
}

/** The Aegis session an agent says it is in: MCP 2026-07-28 has none of its own, and budgets and taint need one. */
function namedSession({ request: { headers } }: PassageExchange): string | null {
  const given = headers['aegis-session'];
  return typeof given === 'string' && /^[A-Za-z0-9._:@/-]{1,128}$/.test(given) ? given : null;
}

function keep({ open }: House, key: string, one: Open): void {
  open.set(key, one);
  const [oldest] = open.keys();
  if (open.size > MOST_SESSIONS && oldest !== undefined) open.delete(oldest);
}

function begin(house: House, incoming: PassageExchange, peer: { readonly name: string; readonly identity: Digest } & Peer): Open {
  const { deps, seal } = house;
  const { tenant, agent } = incoming.principal;
  const state: Record<string, string> = {};
  const owner = ownerOf(incoming);
  const seat = { tenant, agent, session: (namedSession(incoming) ?? `mcp/${peer.name}/${deps.mint()}`) as SessionId };
  const terms: HttpTerms = {
    peer,
    state: () => state,
    definition: (tool) => session.tools.get(tool)?.definition,
    refused: (code) => audit(session, code),
    answered: (message, headers) => {
      if ('id' in message && (headers['content-type'] ?? '').startsWith('text/event-stream')) made.streamed.add(idKey(message.id));
      const id = headers['mcp-session-id'];
      if (!('method' in message) || message.method !== 'initialize' || typeof id !== 'string' || !SESSION.test(id)) return;
      const key = keyOf(peer.name, id, owner);
      // A server that hands out an id it gave to another agent gives it to nobody.
      if (house.open.has(key)) return;
      state['mcp-session-id'] = id;
      keep(house, key, made);
    },
  };
  const session = newSession({
    ...deps,
    judge: gateJudge(deps.gate, seat),
    server: { name: peer.name, identity: peer.identity, remote: true },
    upstream: httpServer(terms),
    seal,
  });
  const made: Open = { session, terms, owner, state, streamed: new Set() };
  return made;
}

/** One request of the agent: its answer alone, or a stream once there is more to say than the answer. */
async function answer(house: House, { incoming, found, message }: { incoming: PassageExchange; found: Open; message: Request }): Promise<void> {
  const { request, response } = incoming;
  const version = request.headers['mcp-protocol-version'];
  if (typeof version === 'string' && VERSION.test(version) && found.state['mcp-session-id'] !== undefined)
    found.state['mcp-protocol-version'] = version;
  const gone = new AbortController();
  const left = (): void => gone.abort();
  response.once('close', left);
  const stream = (): void => {
    // The head goes out with the first event, in one piece.
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  };
  const tell = (said: object): void => {
    stream();
    write(response, said);
  };
  if (message.method === 'subscriptions/listen') {
    stream();
    response.flushHeaders();
  }
  const scope = request.headers['mcp-session-id'] === undefined ? house.deps.mint() : '';
  const reply =
    (await fromAgent(found.session, { kind: 'request', message }, { tell, scope, signal: gone.signal })) ?? failure(message.id, CODES.internal, '');
  response.off('close', left);
  const id = message.method === 'initialize' ? found.state['mcp-session-id'] : undefined;
  if (id !== undefined && !response.headersSent) response.setHeader('mcp-session-id', id);
  if (found.streamed.delete(idKey(message.id)) && 'result' in reply) stream();
  if (response.headersSent) return void response.end(eventText(reply));
  const code = 'error' in reply ? (statusOf.get(reply) ?? 200) : 200;
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(reply));
}

/** MCP-11: what waits for an agent that does not read stays bounded; then its stream ends. */
function write(response: ServerResponse, said: object): void {
  // Writing after the end is an error event, and a message of the server may come late.
  if (response.writableEnded || response.destroyed) return;
  if (response.writableLength > MOST_UNREAD) response.destroy();
  else response.write(eventText(said));
}

/** GET: what the server says of its own accord, each message through the same rules. */
async function follow({ response }: PassageExchange, { session, terms }: Open): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const tell = (said: object): void => write(response, said);
  const opened = (code: number): void => {
    if (code !== 200) return status(response, code);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
  };
  try {
    await listen(terms, {
      heard: (interim) => void heard(session, interim, { tell, call: null }).catch(() => undefined),
      signal: gone.signal,
      opened,
    });
  } catch {
    if (!response.headersSent) return status(response, 502);
  }
  response.end();
}

async function end(house: House, { response }: PassageExchange, found: Open): Promise<void> {
  for (const [key, one] of house.open) if (one === found) house.open.delete(key);
  try {
    const answer = await exchange(found.terms.peer, { method: 'DELETE', headers: found.state });
    letGo(answer.body);
    status(response, answer.status);
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
