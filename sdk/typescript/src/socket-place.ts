import { lstatSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AegisSetupError } from './errors.ts';

const MOST_PATH_BYTES = 103;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const OTHERS = 0o077;

/**
 * Where the local socket may lie, best first: at `setting` (`off`: nowhere), else in this user's runtime or state folder under the port of a
 * loopback address over http:// without a path.
 */
export function socketsFor(url: string, setting: string): readonly string[] {
  if (process.platform === 'win32' || setting === 'off') return [];
  if (setting !== '') return [resolve(setting)];
  const { protocol, hostname, port, pathname } = URL.canParse(url) ? new URL(url) : new URL('none:');
  if (protocol !== 'http:' || !LOOPBACK.has(hostname) || pathname !== '/') return [];
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? '';
  // A program that was started with few variables does not know the runtime folder; systemd's has a fixed name.
  const fixed = process.platform === 'linux' ? [join('/run/user', String(process.getuid?.()), 'aegis')] : [];
  const folders = [
    ...(isAbsolute(runtime) ? [join(runtime, 'aegis')] : fixed),
    join(process.env['HOME'] ?? homedir(), '.local', 'state', 'aegis', 'run'),
  ];
  return folders.map((folder) => join(folder, `${port === '' ? '80' : port}.sock`)).filter((path) => Buffer.byteLength(path) <= MOST_PATH_BYTES);
}

/** Whether something lies there. @throws AegisSetupError when it is no socket of this user's, or another user could have put it there */
export function isSafeSocket(path: string): boolean {
  const socket = present(path);
  if (socket === null) return false;
  const folder = present(dirname(path));
  const mine = process.getuid?.();
  if (!socket.isSocket() || socket.uid !== mine || folder?.isDirectory() !== true || folder.uid !== mine || (folder.mode & OTHERS) !== 0) {
    throw new AegisSetupError(
      `Other users could stand in for Aegis at ${path}, so it was not asked: its folder must be yours and have mode 0700. Put that right, or ask over HTTP with AEGIS_SOCKET=off.`,
    );
  }
  return true;
}

function present(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
