import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What every system takes: `sun_path` holds 104 bytes on macOS and 108 on Linux, with the zero at its end. */
export const MOST_PATH_BYTES = 103;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Where the socket of the daemon may lie whose HTTP port this is, the best place first: in the user's runtime folder, else in their state
 * folder. Nothing on Windows, whose Node has no such sockets.
 */
export function socketPlaces(port: number, env: NodeJS.ProcessEnv = process.env): readonly string[] {
  if (process.platform === 'win32') return [];
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const folders = [...(isAbsolute(runtime) ? [join(runtime, 'aegis')] : []), join(env['HOME'] ?? homedir(), '.local', 'state', 'aegis', 'run')];
  return folders.map((folder) => join(folder, `${String(port)}.sock`)).filter(fits);
}

export function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MOST_PATH_BYTES;
}

/**
 * Where a client looks for the socket before it asks over HTTP: at AEGIS_SOCKET when that is set (`off`: nowhere), else at the places of the
 * port when the address is http:// on this machine's loopback, without a path.
 */
export function socketsFor(url: string, env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const setting = env['AEGIS_SOCKET'] ?? '';
  if (process.platform === 'win32' || setting === 'off') return [];
  if (setting !== '') return [resolve(setting)];
  const { protocol, hostname, port, pathname } = URL.canParse(url) ? new URL(url) : new URL('none:');
  if (protocol !== 'http:' || !LOOPBACK.has(hostname) || pathname !== '/') return [];
  return socketPlaces(port === '' ? 80 : Number(port), env);
}
