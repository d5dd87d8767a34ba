import type { IncomingMessage } from 'node:http';
import { AegisError } from '../errors.ts';

export interface HostRules {
  /** `name` stands for itself and for the port we listen on; `name:port` for exactly that. Lower-case. */
  readonly hosts: readonly string[];
  /** Exact origins, over and above the one of the allowed host itself. */
  readonly origins: readonly string[];
}

/** Names a loopback listener answers to. */
export const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'] as const;

const SINGLE = new Set([
  'host',
  'origin',
  'authorization',
  'content-type',
  'aegis-nonce',
  'aegis-presence',
  'aegis-csrf',
  'content-length',
  'content-encoding',
  'transfer-encoding',
]);

/**
 * The guard against DNS rebinding and foreign pages, on every route and on none too: Host must be a name we know, Origin absent, ours
 * or listed, and no header that decides anything may stand twice (AUTH-3).
 * @throws AegisError HOST_REFUSED | REQUEST_INVALID
 */
export function checkHost(request: IncomingMessage, rules: HostRules): void {
  checkSingle(request.rawHeaders);
  const host = request.headers.host?.toLowerCase();
  if (host === undefined || !hostAllowed(host, rules.hosts, request.socket.localPort)) throw new AegisError('HOST_REFUSED');
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}` && !rules.origins.includes(origin)) throw new AegisError('HOST_REFUSED');
  if (origin === undefined && request.headers['sec-fetch-site'] === 'cross-site') throw new AegisError('HOST_REFUSED');
}

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'] as const;

/** Whether a request was made on this machine: from a loopback address, under a loopback name, and passed on by nobody. */
export function isFromHere({ socket, headers }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  const host = headers.host?.toLowerCase();
  if (host === undefined || !hostAllowed(host, LOOPBACK_HOSTS, socket.localPort) || FORWARDED.some((name) => headers[name] !== undefined))
    return false;
  const address = socket.remoteAddress ?? '';
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function hostAllowed(host: string, hosts: readonly string[], port: number | undefined): boolean {
  return hosts.some((known) => host === known || host === `${known}:${String(port ?? 0)}`);
}

function checkSingle(raw: readonly string[]): void {
  let seen = '';
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.includes(`${name};`)) {
      throw name === 'host' || name === 'origin'
        ? new AegisError('HOST_REFUSED')
        : new AegisError('REQUEST_INVALID', { detail: `The header ${name} appears twice` });
    }
    seen += `${name};`;
  }
}
