import { hostname } from 'node:os';
import { visible } from './print.ts';

/** A daemon as it says of itself. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly url: string | null;
}

/** `process 4711 at http://127.0.0.1:7411` */
export function daemonName({ pid, host, url }: Holder): string {
  return `process ${String(pid)}${host === hostname() ? '' : ` on ${visible(host)}`}${url === null ? '' : ` at ${visible(url)}`}`;
}

/** What a start says of those it shares its store with; null when it is alone. */
export function sharedNotice(others: readonly Holder[]): string | null {
  if (others.length === 0) return null;
  return `${String(others.length + 1)} daemons share this store: this one, ${others.map(daemonName).join(', ')}.`;
}
