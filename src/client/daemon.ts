import { AegisError } from '../errors.ts';
import type { Presence } from '../kernel/role.ts';
import type { Json } from '../kernel/json.ts';

/** One request, as the routes of the daemon know it. */
export interface Asking {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Milliseconds until the whole answer must be there. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A whole answer of whatever status, redirects excepted. */
export interface DaemonAnswer {
  readonly status: number;
  /** Undefined where it is not strict JSON, null where it is empty. */
  readonly body: Json | undefined;
}

export interface DaemonTerms {
  readonly url: string;
  readonly key: string;
  /** How the person whose key it is is there. */
  readonly presence?: Presence;
  /** The daemon's answer key. With one, nothing is told over HTTP to whoever does not prove to hold it, and no other answer is one (DOOR-29). */
  readonly answerKey?: string | undefined;
  /** A longer answer is none. */
  readonly mostBytes: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** The daemon as its own programs ask it. */
export interface DaemonClient {
  /** @throws AegisError AEGIS_UNREACHABLE when there is no whole answer, for whatever reason */
  ask(asking: Asking): Promise<DaemonAnswer>;
  /** An answer in pieces as they come; always over HTTP. @throws AegisError AEGIS_UNREACHABLE */
  stream(path: string, signal?: AbortSignal): Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> }>;
  close(): void;
}

/** Whatever is no whole answer: nothing was allowed by it. */
export const unreachable = (detail: string, more: { readonly socket?: string; readonly stranger?: string } = {}): AegisError =>
  new AegisError('AEGIS_UNREACHABLE', { detail, ...more });
