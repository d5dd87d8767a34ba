import type { IncomingMessage } from 'node:http';
import { AegisError } from '../errors.ts';
import { sha256 } from '../wire/digest.ts';
import type { BrowserLogin, BrowserLogins } from './browser-logins.ts';

/** A JSON answer that also logs a browser in, or out where there is no token. */
export class WithCookie {
  readonly token: string | null;
  readonly json: object;
  readonly expiresAt: number;
  constructor(json: object, login: { readonly token: string; readonly expiresAt: number } | null) {
    this.json = json;
    this.token = login?.token ?? null;
    this.expiresAt = login?.expiresAt ?? 0;
  }
  /** Where no cookie can be set, over the local socket, the answer is its JSON. */
  toJSON(): object {
    return this.json;
  }
}

export const CSRF_HEADER = 'aegis-csrf';
/** Cookies of this name that one request may bring: a page on another port can add some. */
const MOST_VALUES = 8;

/** A cookie is for a host whatever its port, so the port is in the name: two daemons on one machine do not log each other out. */
const cookieName = (request: IncomingMessage): string => `aegis_login_${String(request.socket.localPort ?? 0)}`;

/** The Set-Cookie header of an answer. */
export function setCookie(request: IncomingMessage, { token, expiresAt }: WithCookie): string {
  const secure = request.headers.origin?.startsWith('https://') === true ? '; Secure' : '';
  const until = token === null ? '; Max-Age=0' : `; Expires=${new Date(expiresAt).toUTCString()}`;
  return `${cookieName(request)}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict${until}${secure}`;
}

/**
 * The login of a request's cookie; null where there is none. It counts only for what our own page asks, and for anything but a GET only with
 * its CSRF token (VIEW-2). @throws AegisError CSRF_REFUSED
 */
export function loginOf(request: IncomingMessage, logins: BrowserLogins): BrowserLogin | null {
  const { cookie, 'sec-fetch-site': site } = request.headers;
  if (cookie === undefined || (site !== undefined && site !== 'same-origin' && site !== 'none')) return null;
  const login = firstOf(valuesOf(cookie, cookieName(request)), (token) => logins.find(token));
  if (login === null || request.method === 'GET') return login;
  const sent = request.headers[CSRF_HEADER];
  if (typeof sent !== 'string' || !isSame(sent, login.csrf)) throw new AegisError('CSRF_REFUSED');
  return login;
}

function valuesOf(header: string, name: string): readonly string[] {
  const start = `${name}=`;
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs.flatMap((pair) => (pair.startsWith(start) ? [pair.slice(start.length)] : [])).slice(0, MOST_VALUES);
}

function firstOf<From, To>(values: readonly From[], find: (value: From) => To | null): To | null {
  for (const value of values) {
    const found = find(value);
    if (found !== null) return found;
  }
  return null;
}

/** Of digests: what the time of a comparison says of them says nothing about the secret. */
const isSame = (one: string, other: string): boolean => sha256(Buffer.from(one, 'utf8')) === sha256(Buffer.from(other, 'utf8'));
