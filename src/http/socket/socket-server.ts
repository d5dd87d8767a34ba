import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Config } from '../../config/schema.ts';
import type { LogGate } from '../../gate/log-gate.ts';
import { createConnections } from '../connections.ts';
import type { Admission, RefusalDeps } from '../exchange.ts';
import type { Passage } from '../passage.ts';
import type { Route } from '../route.ts';
import { routesOf } from './answer.ts';
import { serveConnection } from './connection.ts';
import type { ConnectionDeps } from './connection.ts';

export interface SocketServerDeps extends Admission, Pick<RefusalDeps, 'onFault'> {
  readonly gate: Pick<LogGate, 'world' | 'current' | 'record'>;
  readonly limits: Config['limits'];
}

export interface SocketServer {
  readonly server: Server;
  /** Takes no more connections and ends those there are. */
  close(): Promise<void>;
}

/** The line protocol over the routes of the HTTP server (DOOR-13). Nothing listens yet. */
export function createSocketServer(
  deps: SocketServerDeps,
  url: string,
  { routes, passages }: { routes: readonly Route[]; passages: readonly Passage[] },
): SocketServer {
  const { gate, limits, onFault } = deps;
  let asked = 0;
  const connections = createConnections({ most: limits.connections });
  const shared: ConnectionDeps = {
    gate,
    limits,
    onFault,
    admission: deps,
    find: routesOf(routes, passages),
    url,
    nextId: () => `socket-${String(++asked)}`,
    connections,
  };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    connections.take(socket);
    if (socket.destroyed) return;
    socket.on('timeout', () => connections.quiet(socket));
    serveConnection(socket, shared);
  });
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
        connections.close();
      }),
  };
}
