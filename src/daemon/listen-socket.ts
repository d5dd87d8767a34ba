import { chmodSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { folderFault, present } from '../client/socket-folder.ts';
import { fits, MOST_PATH_BYTES, socketPlaces } from '../client/socket-place.ts';
import type { Config } from '../config/schema.ts';
import { AegisError } from '../errors.ts';
import type { SocketServer } from '../http/socket/socket-server.ts';
import type { OnFault } from './open-gate.ts';

/** The local socket, listening. */
export interface OpenSocket {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Listens where the configuration says. `on` takes the place that belongs to the HTTP port, so that clients find it by the address they
 * know; where it cannot, HTTP serves alone and the operator is told why. A path that was configured must work.
 * @throws AegisError LISTEN_FAILED
 */
export async function listenLocally(
  { socket: setting }: Config['server'],
  port: number,
  { open, onFault }: { readonly open: () => SocketServer; readonly onFault: OnFault },
): Promise<OpenSocket | null> {
  if (setting === 'off' || (setting === 'on' && process.platform === 'win32')) return null;
  const [place] = setting === 'on' ? socketPlaces(port) : [setting];
  try {
    if (place === undefined) throw new Error(`the path of the socket would be longer than ${String(MOST_PATH_BYTES)} bytes`);
    return await listenAt(place, open());
  } catch (error) {
    const failed = new AegisError('LISTEN_FAILED', {
      address: place ?? 'the local socket',
      detail: error instanceof Error ? error.message : String(error),
      next: 'name another place in AEGIS_SERVER_SOCKET, or set it to `off`',
    });
    if (setting !== 'on') throw failed;
    onFault({ what: 'the local socket', error: failed });
    return null;
  }
}

async function listenAt(path: string, { server, close }: SocketServer): Promise<OpenSocket> {
  if (process.platform === 'win32') throw new Error('there are no such sockets on Windows');
  if (!fits(path)) throw new Error(`the path is longer than ${String(MOST_PATH_BYTES)} bytes`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fault = folderFault(dirname(path));
  if (fault !== null) throw new Error(fault);
  await removeStale(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', () => undefined);
  chmodSync(path, 0o600);
  return { path, close };
}

/** A daemon that was killed leaves its socket behind; nobody answers there, and it may go. */
async function removeStale(path: string): Promise<void> {
  const stats = present(path);
  if (stats === null) return;
  if (!stats.isSocket()) throw new Error('something lies there that is no socket');
  const code = await new Promise<string>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve('');
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
  });
  if (code !== 'ECONNREFUSED') throw new Error('another program listens there already');
  unlinkSync(path);
}
