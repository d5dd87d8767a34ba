import type { Static, TObject, TSchema } from 'typebox';
import type { AegisError } from '../errors.ts';
import type { EntryType } from '../kernel/entry.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Role } from '../kernel/role.ts';
import type { BrowserLogin } from './browser-logins.ts';
import type { KeyHolder } from './keys.ts';

/** Bytes that are not one JSON value: text, or pieces as they come (SSE, exports). */
export interface Raw {
  readonly contentType: string;
  readonly body: string | AsyncIterable<string>;
  /** Over and above the ones every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole file as it is answered. */
export interface ServedFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** What a handler is given: everything about the request that was checked, nothing that was not. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly principal: KeyHolder;
  /** The browser login the request came with, where it came with one instead of a key. */
  readonly login: BrowserLogin | undefined;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly lastEventId: string | undefined;
  /** Aborts when the client goes away. Made on first use. */
  readonly signal: () => AbortSignal;
}

export interface Doc {
  readonly summary: string;
  readonly tag: string;
}

export const METHODS = ['GET', 'POST', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** How a route is spoken to. Without `auth`, `role`, `tenant` and `audited` a route does not compile (AUTH-1). */
export interface Declaration {
  readonly method: Method;
  /** With `:name` parameters. */
  readonly path: string;
  /** `key`: a bearer key. `beyond`: one where the request comes from another machine. `none`: only facts that say nothing about a tenant. */
  readonly auth: 'key' | 'beyond' | 'none';
  /** Who may, where a key is needed; empty exactly when `auth` is `none`. */
  readonly role: readonly Role[];
  /** Where the tenant comes from: the key, never the request. `none` exactly when a request may come without one. */
  readonly tenant: 'key' | 'none';
  /** Entries the route may cause; empty when it only reads. */
  readonly audited: readonly EntryType[];
  readonly doc: Doc;
  /** Of success. Default 200. */
  readonly status?: number;
}

export interface Route extends Declaration {
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  readonly response: TSchema | { readonly contentType: string };
  readonly handle: (call: Call) => unknown;
  /** How a refusal is said on this route instead of as a problem, with status 200; null to say it as a problem after all (HOOK-2). */
  readonly refuse?: Refuse;
}

export type Refuse = (params: Readonly<Record<string, string>>, error: AegisError) => JsonObject | null;

type StaticOr<T> = T extends TSchema ? Static<T> : undefined;

/** Ties the handler's argument types to the schemas it declares. */
export function route<
  P extends TObject | undefined = undefined,
  Q extends TObject | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(
  terms: Declaration & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    readonly response: Route['response'];
    readonly refuse?: Refuse;
    readonly handle: (call: Call<StaticOr<P>, StaticOr<Q>, StaticOr<B>>) => unknown;
  },
): Route {
  return terms as unknown as Route;
}

/** Entry types that deciding an action may cause. */
export const DECIDING = [
  'session-opened',
  'action-decided',
  'approval-consumed',
  'approval-expired',
  'lock-granted',
  'lock-evicted',
  'agent-halted',
] as const satisfies readonly EntryType[];
