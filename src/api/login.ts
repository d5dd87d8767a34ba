import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Bound } from '../http/browser-logins.ts';
import { holderByDigest, keyLookup } from '../http/keys.ts';
import type { KeyHolder } from '../http/keys.ts';
import { WithCookie } from '../http/login-cookie.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { CLOSED, oneOf } from '../http/shapes.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { ApiParts } from './deps.ts';

type Parts = ApiParts<Pick<LogGate, 'world' | 'current'>, 'logins'>;

const doc = (summary: string) => ({ summary, tag: 'dashboard' });
const PERSON = { auth: 'key', role: PEOPLE, tenant: 'key', audited: [] } as const;

const WHO = { operator: Type.String(), role: oneOf(...PEOPLE), name: Type.String(), tenant: Type.String() };

/** A browser logs in with a key or a one-time link and is known by a cookie from then on. */
export function loginRoutes(deps: Parts): readonly Route[] {
  return [logInRoute(deps), whoRoute(deps), logOutRoute(deps), linkRoute(deps)];
}

/** @throws AegisError FORBIDDEN for an agent */
function personIn({ gate }: Parts, holder: KeyHolder): { operator: string; role: string; name: string; tenant: string } {
  if (holder.role === 'agent') throw new AegisError('FORBIDDEN', { role: 'agent', needs: PEOPLE.join(' or ') });
  const { operator, role, tenant } = holder;
  return { operator, role, name: gate.world(tenant).operators.get(operator)?.name ?? operator, tenant };
}

const logInRoute = (deps: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/login',
    auth: 'none',
    role: [],
    tenant: 'none',
    audited: [],
    doc: doc(
      'Log a browser in with an operator’s key or the code of a one-time link; the cookie of the answer stands for the key, and `csrf` goes into Aegis-Csrf with everything but a GET',
    ),
    body: Type.Union([
      Type.Object({ key: Type.String({ minLength: 1, maxLength: 1024 }) }, CLOSED),
      Type.Object({ code: Type.String({ minLength: 1, maxLength: 128 }) }, CLOSED),
    ]),
    response: Type.Object({ ...WHO, csrf: Type.String(), expiresAt: Type.Integer() }),
    handle: async ({ body }) => {
      const [what, holder] = 'key' in body ? ['key', await keyLookup(body.key)(deps.gate)] : ['link', await byCode(deps, body.code)];
      if (holder === null || typeof holder === 'string') throw new AegisError('LOGIN_REFUSED', { what });
      const person = personIn(deps, holder);
      const { token, login } = deps.logins.begin(holder);
      const { csrf, expiresAt } = login;
      return new WithCookie({ ...person, csrf, expiresAt }, { token, expiresAt });
    },
  });

function byCode({ gate, logins }: Parts, code: string): KeyHolder | null | Promise<KeyHolder | null> {
  const bound = logins.redeem(code);
  return bound === null ? null : holderByDigest(bound, gate);
}

const whoRoute = (deps: Parts): Route =>
  route({
    method: 'GET',
    path: '/v1/login',
    ...PERSON,
    doc: doc('Who is logged in; `expiresAt` where it is a browser. The CSRF token is told at the login only'),
    response: Type.Object({ ...WHO, expiresAt: Type.Optional(Type.Integer()) }),
    handle: ({ principal, login }) => ({ ...personIn(deps, principal), ...(login === undefined ? {} : { expiresAt: login.expiresAt }) }),
  });

const logOutRoute = ({ logins }: Parts): Route =>
  route({
    method: 'DELETE',
    path: '/v1/login',
    ...PERSON,
    doc: doc('Log this browser out; what it still reads ends'),
    response: Type.Object({ loggedOut: Type.Boolean() }),
    handle: ({ login }) => {
      if (login !== undefined) logins.end(login);
      return new WithCookie({ loggedOut: login !== undefined }, null);
    },
  });

const linkRoute = ({ logins }: Parts): Route =>
  route({
    method: 'POST',
    path: '/v1/login/link',
    ...PERSON,
    doc: doc('A code that logs one browser in, once, within ten minutes, as whoever asks; it is opened as `/#login=<code>`'),
    status: 201,
    body: Type.Object({}, CLOSED),
    response: Type.Object({ code: Type.String(), path: Type.String(), expiresAt: Type.Integer() }),
    handle: ({ principal }) => {
      const { code, expiresAt } = logins.link(principal);
      return { code, path: loginPath(code), expiresAt };
    },
  });

/** Behind the hash: a browser sends it to nobody, and no log of requests holds it. */
const loginPath = (code: string): string => `/#login=${code}`;

/** The path that logs the first administrator of a tenant in, for whoever started the daemon; null where there is none. */
export function administratorPath({ gate, logins }: Parts, tenant: Bound['tenant']): string | null {
  const { keys, operators } = gate.world(tenant);
  for (const [keyDigest, holder] of keys.entries()) {
    if (holder.role === 'agent') continue;
    const state = operators.get(holder.operator);
    if (state?.active === true && state.role === 'admin') return loginPath(logins.link({ tenant, keyDigest }).code);
  }
  return null;
}
