import type { Digest, Millis, TenantId } from '../kernel/ids.ts';
import type { Clock, Random } from '../ports.ts';
import { sha256 } from '../wire/digest.ts';

/** Whose key a login stands for: what the key may, the login may, for as long as the key may it. */
export interface Bound {
  readonly tenant: TenantId;
  readonly keyDigest: Digest;
}

/** One browser that is logged in. */
export interface BrowserLogin extends Bound {
  /** Sent with every request that is not a GET; no cookie carries it, so another page cannot send it. */
  readonly csrf: string;
  readonly expiresAt: Millis;
}

/** Browsers that are logged in, in memory only: a restart logs everybody out. */
export interface BrowserLogins {
  /** A code that logs in once, within ten minutes, as the holder of a key. */
  link(bound: Bound): { readonly code: string; readonly expiresAt: Millis };
  /** What a code stands for, once; null when it is unknown, used or expired. */
  redeem(code: string): Bound | null;
  begin(bound: Bound): { readonly token: string; readonly login: BrowserLogin };
  find(token: string): BrowserLogin | null;
  end(login: BrowserLogin): void;
  /** Calls back when the login ends, at once when it has ended; returns what takes that back. */
  ended(login: BrowserLogin, callback: () => void): () => void;
}

/** A working day. */
const LOGIN_MS = 43_200_000;
const LINK_MS = 600_000;
/** The oldest make room. */
const MOST = { logins: 1_000, links: 100 } as const;

interface Held {
  readonly digest: Digest;
  readonly callbacks: Set<() => void>;
  readonly timer: NodeJS.Timeout;
}

export function createBrowserLogins({ clock, random }: { readonly clock: Pick<Clock, 'now'>; readonly random: Random }): BrowserLogins {
  // Found by their digest, so that no secret is compared byte by byte and none is kept.
  const logins = new Map<Digest, BrowserLogin>();
  const held = new Map<BrowserLogin, Held>();
  const links = new Map<Digest, Bound & { readonly expiresAt: Millis }>();
  const secret = (): string => Buffer.from(random.bytes(32)).toString('base64url');
  const end = (login: BrowserLogin): void => {
    const own = held.get(login);
    if (own === undefined) return;
    held.delete(login);
    logins.delete(own.digest);
    clearTimeout(own.timer);
    for (const callback of own.callbacks) callback();
  };
  return {
    link: ({ tenant, keyDigest }) => {
      const code = secret();
      const expiresAt = clock.now() + LINK_MS;
      links.set(digestOf(code), { tenant, keyDigest, expiresAt });
      trim(links, MOST.links, (digest) => links.delete(digest));
      return { code, expiresAt };
    },
    redeem: (code) => {
      const digest = digestOf(code);
      const found = links.get(digest);
      links.delete(digest);
      return found === undefined || clock.now() >= found.expiresAt ? null : { tenant: found.tenant, keyDigest: found.keyDigest };
    },
    begin: ({ tenant, keyDigest }) => {
      const token = secret();
      const digest = digestOf(token);
      const login: BrowserLogin = { tenant, keyDigest, csrf: secret(), expiresAt: clock.now() + LOGIN_MS };
      logins.set(digest, login);
      held.set(login, { digest, callbacks: new Set(), timer: setTimeout(() => end(login), LOGIN_MS).unref() });
      trim(held, MOST.logins, end);
      return { token, login };
    },
    find: (token) => {
      const login = logins.get(digestOf(token));
      if (login === undefined || clock.now() < login.expiresAt) return login ?? null;
      end(login);
      return null;
    },
    end,
    ended: (login, callback) => {
      const callbacks = held.get(login)?.callbacks;
      if (callbacks === undefined) callback();
      callbacks?.add(callback);
      return () => void callbacks?.delete(callback);
    },
  };
}

function digestOf(secret: string): Digest {
  return sha256(Buffer.from(secret, 'utf8'));
}

function trim<Key>(held: ReadonlyMap<Key, unknown>, most: number, drop: (key: Key) => void): void {
  const [oldest] = held.keys();
  if (held.size > most && oldest !== undefined) drop(oldest);
}
