import type { Message, Notification, Reply, Request } from './message.ts';

/** What a server says of its own accord while it works. */
export type ServerMessage = Exclude<Message, { readonly kind: 'reply' }>;

/** The real MCP server, whatever wire leads to it. */
export interface Upstream {
  /**
   * Resolves with the one reply that carries this id. What the server says on the way goes to `onServerMessage`, where the wire ties it to the request.
   * When `signal` aborts, the server is told that the request is taken back.
   * @throws AegisError MCP_SERVER_GONE when no reply will come and nothing is known; MCP_UNREACHABLE, MCP_SERVER_REFUSED, MCP_CREDENTIALS_REFUSED, MCP_BUSY,
   * MCP_SESSION_LOST when the server did not take the request
   */
  request(
    message: Request,
    terms: { readonly signal: AbortSignal; readonly onServerMessage: (serverMessage: ServerMessage) => void },
  ): Promise<Reply>;
  /** @throws AegisError as `request` does */
  send(message: Notification | Reply): Promise<void>;
}

/** The server said that it did not take the request: then nothing was done (MCP-20). */
export const NOT_DONE: ReadonlySet<string> = new Set([
  'MCP_UNREACHABLE',
  'MCP_SERVER_REFUSED',
  'MCP_CREDENTIALS_REFUSED',
  'MCP_BUSY',
  'MCP_SESSION_LOST',
]);
