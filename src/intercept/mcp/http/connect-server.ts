import { exchange, discardBody } from './exchange.ts';
import type { Peer } from './exchange.ts';
import { AegisError } from '../../../errors.ts';
import { httpUpstream, listen } from './http-upstream.ts';
import type { HttpUpstreamTerms } from './http-upstream.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Notification, Request } from '../message.ts';
import type { OwnUpstream } from '../stdio/serve-stdio.ts';
import type { ServerMessage, Upstream } from '../upstream.ts';

interface Terms {
  readonly onServerMessage: (serverMessage: ServerMessage) => void;
  readonly refused: (code: string) => void;
  readonly definition: (tool: string) => JsonObject | undefined;
  /** The server began anew: what it said before may no longer hold. Resolves with whether this request may be sent again as it is. */
  readonly renewed: (request: Request, signal: AbortSignal) => Promise<boolean>;
  readonly answerMs?: number;
}

const AGAIN_MS = 1_000;

interface Agreed {
  id?: string;
  version?: string;
  /** The agent's own `initialize` and what followed it, for a session that the server forgot. */
  hello?: Request;
  ready?: Notification;
  /** A new session on its way; whoever finds the old one lost waits for it. */
  renewing?: Promise<void>;
}

/** A remote MCP server for one agent on stdio: keeps the session id and version its revision has, and its listening stream. */
export function connectServer(peer: Peer, { onServerMessage, renewed, ...terms }: Terms): OwnUpstream {
  const over = new AbortController();
  const agreed: Agreed = {};
  const state = (): Readonly<Record<string, string>> => ({
    ...(agreed.id === undefined ? {} : { 'mcp-session-id': agreed.id }),
    ...(agreed.version === undefined ? {} : { 'mcp-protocol-version': agreed.version }),
  });
  const http: HttpUpstreamTerms = {
    ...terms,
    peer,
    state,
    answered: (message, headers) => {
      const given = headers['mcp-session-id'];
      if ('method' in message && message.method === 'initialize' && typeof given === 'string') agreed.id = given;
    },
  };
  const server = httpUpstream(http);
  const follow = async (): Promise<void> => {
    let status = 200;
    while (status === 200 && !over.signal.aborted) {
      await listen(http, { onServerMessage, signal: over.signal, opened: (one) => (status = one) }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
    }
  };
  const initialize: Upstream['request'] = async (message, asking) => {
    const reply = await server.request(message, asking);
    const version = 'result' in reply ? reply.result['protocolVersion'] : undefined;
    if (typeof version === 'string') Object.assign(agreed, { version, hello: message });
    return reply;
  };
  const again = renewer({ agreed, server, initialize, renewed });
  return {
    gone: new Promise(() => undefined),
    request: async (message, asking) => {
      if (message.method === 'initialize') return initialize(message, asking);
      return again(message, asking);
    },
    send: async (message) => {
      const first = 'method' in message && message.method === 'notifications/initialized';
      if (first) agreed.ready = message;
      await server.send(message);
      if (first) void follow();
    },
    close: async () => {
      over.abort();
      if (agreed.id !== undefined)
        await exchange(peer, { method: 'DELETE', headers: state(), signal: AbortSignal.timeout(2_000) }).then(
          ({ body }) => discardBody(body),
          () => undefined,
        );
      peer.agent.destroy();
    },
  };
}

interface Renewing extends Pick<Terms, 'renewed'> {
  readonly agreed: Agreed;
  readonly server: Upstream;
  readonly initialize: Upstream['request'];
}

/**
 * An agent on stdio cannot be told with a 404 to begin anew, so this does it for the agent, once for each request: a server that no longer
 * knows the session did nothing of what was asked (MCP-24).
 */
function renewer({ agreed, server, initialize, renewed }: Renewing): Upstream['request'] {
  const renew = async (hello: Request, signal: AbortSignal): Promise<void> => {
    delete agreed.id;
    delete agreed.version;
    const reply = await initialize({ ...hello, id: `aegis-${String(hello.id)}` }, { signal, onServerMessage: () => undefined });
    if ('error' in reply) throw new AegisError('MCP_SESSION_LOST');
    if (agreed.ready !== undefined) await server.send(agreed.ready);
  };
  return async (message, asking) => {
    const { id } = agreed;
    try {
      return await server.request(message, asking);
    } catch (error) {
      const { hello } = agreed;
      if (hello === undefined || !(error instanceof AegisError) || error.code !== 'MCP_SESSION_LOST') throw error;
      // Another request may have begun the new session by now.
      if (agreed.id === id || agreed.renewing !== undefined)
        await (agreed.renewing ??= renew(hello, asking.signal).finally(() => delete agreed.renewing));
      if (!(await renewed(message, asking.signal))) throw error;
      return server.request(message, asking);
    }
  };
}
