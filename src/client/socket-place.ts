import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What every system takes: `sun_path` holds 104 bytes on macOS and 108 on Linux, with the zero at its end. */
export const MOST_PATH_BYTES = 103;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Where the daemon whose HTTP port this is puts its socket, the best place first: in the user's runtime folder, else in their state folder.
 * Nothing on Windows, whose Node has no such sockets.
 */
export function socketPlaces(port: number, env: NodeJS.ProcessEnv = process.env): readonly string[] {
  if (process.platform === 'win32') return [];
  const runtime = runtimeFolder(env);
  return placesIn([...(runtime === null ? [] : [runtime]), stateFolder(env)], port);
}

function runtimeFolder(env: NodeJS.ProcessEnv): string | null {
  const folder = env['XDG_RUNTIME_DIR'] ?? '';
  return isAbsolute(folder) ? join(folder, 'aegis') : null;
}

const stateFolder = (env: NodeJS.ProcessEnv): string => join(env['HOME'] ?? homedir(), '.local', 'state', 'aegis', 'run');

const placesIn = (folders: readonly string[], port: number): readonly string[] =>
  folders.map((folder) => join(folder, `${String(port)}.sock`)).filter(fits);

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
  // An MCP client starts its servers with a handful of variables, and the runtime folder is not among them; systemd's has a fixed name.
  const fixed = process.platform === 'linux' ? [join('/run/user', String(process.getuid?.()), 'aegis')] : [];
  const runtime = runtimeFolder(env);
  return placesIn([...(runtime === null ? fixed : [runtime]), stateFolder(env)], port === '' ? 80 : Number(port));
}
