import type { DaemonClient, DaemonTerms } from './daemon.ts';
import { httpTransport } from './http-transport.ts';
import { socketsFor } from './socket-place.ts';
import { openSocket } from './socket-transport.ts';
import type { SocketTransport } from './socket-transport.ts';

/** The daemon as its own programs ask it: over the local socket where one listens, over HTTP where none does (DOOR-16). */
export function daemonClient({ env = process.env, ...terms }: DaemonTerms): DaemonClient {
  const places = socketsFor(terms.url, env);
  const http = httpTransport(terms);
  let local: Promise<SocketTransport | null> | null = null;
  const forget = (): void => {
    local = null;
  };
  return {
    ask: async (asking) => {
      // A socket that is not there now may be there later: HTTP is asked this once.
      local ??= places.length === 0 ? null : openSocket(places, terms, forget);
      const socket = await local;
      if (socket === null) local = null;
      return (socket ?? http).ask(asking);
    },
    stream: (path, signal) => http.stream(path, signal),
    close: () => {
      void local?.then((socket) => socket?.close()).catch(() => undefined);
      http.close();
    },
  };
}
