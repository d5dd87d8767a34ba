import { AegisError } from '../errors.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { Clock } from '../ports.ts';
import type { BrowserLogin } from './browser-logins.ts';
import type { InFlight } from './in-flight.ts';
import type { KeyHolder } from './keys.ts';
import { codedError, problemOf } from './problem.ts';
import type { RateLimiter } from './rate.ts';
import type { Shares } from './shares.ts';
import type { Principal } from '../gate/nouns.ts';
import { recordRefusal } from './refusals.ts';
import type { Call, Refuse, Route } from './route.ts';
import { checker } from './validate.ts';
import type { Parts } from './validate.ts';
import type { Role } from '../kernel/role.ts';

/** One request while it is answered, whatever carries it: what is known so far of who asks and what. */
export interface Exchange {
  readonly method: string;
  /** The path as the route declares it; absent where no route was found. */
  readonly path?: string;
  /** Of the path, unchecked. */
  readonly params?: Readonly<Record<string, string>>;
  readonly refuse?: Refuse | undefined;
  principal?: KeyHolder;
  login?: BrowserLogin;
  /** Whether the parts of the request passed the route's schemas. */
  checked: boolean;
}

export interface Admission {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** One for every transport, so that a key has one rate (AUTH-6). */
  readonly limiter: RateLimiter;
  /** Requests under way over every transport; each holder of a key has its share (DOOR-19). */
  readonly underWay: Shares;
  readonly inFlight: InFlight;
}

/** The holder of a key, as limits tell holders apart: one agent or operator, however many keys it has. */
export function holderName(holder: Principal): string {
  return `${holder.tenant} ${holder.role === 'agent' ? `agent ${holder.agent}` : `operator ${holder.operator}`}`;
}

/**
 * Lets the holder of a key in, within its rate and in one of these roles (AUTH-1, AUTH-6).
 * @throws AegisError UNAUTHENTICATED | RATE_LIMITED | FORBIDDEN
 */
export function admit(exchange: Exchange, holder: KeyHolder | null, roles: readonly Role[], { clock, limiter }: Admission): void {
  if (holder === null) throw new AegisError('UNAUTHENTICATED');
  limiter(holder.keyDigest, clock.monotonic());
  exchange.principal = holder;
  if (!roles.includes(holder.role)) throw new AegisError('FORBIDDEN', { role: holder.role, needs: roles.join(' or ') });
}

/** Runs a route: its parts are checked against its schemas, then its handler is given what was checked and nothing else. */
export function runner(route: Route): (exchange: Exchange, parts: Parts, more: Pick<Call, 'lastEventId' | 'signal'>) => unknown {
  const check = checker(route);
  return (exchange, parts, more) => {
    const checked = check(parts);
    exchange.checked = true;
    // A route without a key has no principal, and a handler that asks for none.
    return route.handle({ ...checked, ...more, principal: exchange.principal, login: exchange.login } as unknown as Call);
  };
}

export interface RefusalDeps {
  readonly gate: Pick<LogGate, 'record'>;
  readonly limits: { readonly bodyBytes: number };
  readonly onFault: (fault: { readonly what: string; readonly request: string; readonly error: unknown }) => void;
}

/** A refusal as it is answered: a problem, or the route's own words with status 200 (HOOK-2). */
export interface Refused {
  readonly error: AegisError;
  readonly status: number;
  readonly body: object;
  readonly isProblem: boolean;
}

/** What is answered instead of a result; recorded where it is an agent's act (AUTH-7), told to the operator where it is a fault of ours. */
export async function refusal(
  deps: RefusalDeps,
  exchange: Exchange,
  { error, request }: { readonly error: unknown; readonly request: string },
): Promise<Refused> {
  const coded = codedError(error, deps.limits);
  const { method, path, params = {}, principal, checked } = exchange;
  if (coded.code === 'INTERNAL') deps.onFault({ what: `${method} ${path ?? '?'}`, request, error });
  await recordRefusal(deps, coded, { principal, method, path, checked });
  const words = exchange.refuse?.(params, coded) ?? null;
  if (words !== null) return { error: coded, status: 200, body: words, isProblem: false };
  return { error: coded, status: coded.status, body: { ...problemOf(coded), ...(coded.code === 'INTERNAL' ? { request } : {}) }, isProblem: true };
}
