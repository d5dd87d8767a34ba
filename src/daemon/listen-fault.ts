import { AegisError } from '../errors.ts';
import type { Holder } from '../log/sqlite/leases.ts';

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host is known',
};

/** A port that could not be had, with the option that names another one. */
export function listenFault(
  error: unknown,
  { host, port, option }: { readonly host: string; readonly port: number; readonly option: string },
): AegisError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const address = code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND';
  return new AegisError('LISTEN_FAILED', {
    address: `${host}:${String(port)}`,
    detail: WHY[code] ?? (error instanceof Error ? error.message : String(error)),
    next: address ? 'listen on this machine with `aegis up --host 127.0.0.1`' : `take a free port with \`aegis up ${option} 0\``,
  });
}

/** A second `npm start`: what has the port is the daemon of this very store. */
export function whoHasIt(error: unknown, others: readonly Holder[]): unknown {
  const [other] = others;
  if (!(error instanceof AegisError) || error.code !== 'LISTEN_FAILED' || other === undefined) return error;
  if (error.details['detail'] !== WHY['EADDRINUSE']) return error;
  const where = other.url === null ? '' : ` at ${other.url}`;
  return new AegisError('LISTEN_FAILED', {
    ...error.details,
    detail: `Aegis already runs on this store (process ${String(other.pid)}${where})`,
    next: `use that one, or ${String(error.details['next'])}`,
  });
}
