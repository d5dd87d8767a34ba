import { exchange, discardBody } from './exchange.ts';
import type { Peer } from './exchange.ts';
import { httpUpstream, listen } from './http-upstream.ts';
import type { HttpUpstreamTerms } from './http-upstream.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { OwnUpstream } from '../stdio/serve-stdio.ts';
import type { ServerMessage } from '../upstream.ts';

interface Terms {
  readonly onServerMessage: (serverMessage: ServerMessage) => void;
  readonly refused: (code: string) => void;
  readonly definition: (tool: string) => JsonObject | undefined;
}

const AGAIN_MS = 1_000;

/** A remote MCP server for one agent on stdio: keeps the session id and version its revision has, and its listening stream. */
export function connectServer(peer: Peer, terms: Terms): OwnUpstream {
  const over = new AbortController();
  let id: string | undefined;
  let version: string | undefined;
  const state = (): Readonly<Record<string, string>> => ({
    ...(id === undefined ? {} : { 'mcp-session-id': id }),
    ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
  });
  const http: HttpUpstreamTerms = {
    peer,
    state,
    definition: terms.definition,
    refused: terms.refused,
    answered: (message, headers) => {
      const given = headers['mcp-session-id'];
      if ('method' in message && message.method === 'initialize' && typeof given === 'string') id = given;
    },
  };
  const server = httpUpstream(http);
  const follow = async (): Promise<void> => {
    let status = 200;
    while (status === 200 && !over.signal.aborted) {
      await listen(http, { onServerMessage: terms.onServerMessage, signal: over.signal, opened: (one) => (status = one) }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
    }
  };
  return {
    gone: new Promise(() => undefined),
    request: async (message, asking) => {
      const reply = await server.request(message, asking);
      const agreed = 'result' in reply ? reply.result['protocolVersion'] : undefined;
      if (message.method === 'initialize' && typeof agreed === 'string') version = agreed;
      return reply;
    },
    send: async (message) => {
      await server.send(message);
      if ('method' in message && message.method === 'notifications/initialized') void follow();
    },
    close: async () => {
      over.abort();
      if (id !== undefined)
        await exchange(peer, { method: 'DELETE', headers: state(), signal: AbortSignal.timeout(2_000) }).then(
          ({ body }) => discardBody(body),
          () => undefined,
        );
      peer.agent.destroy();
    },
  };
}
