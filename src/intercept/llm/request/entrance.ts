import type { IncomingMessage } from 'node:http';
import type { SecretMask } from '../../../wire/secret-mask.ts';
import type { ModelCaller } from '../caller.ts';
import type { Dialect } from '../dialect/dialect.ts';

/** Who may ask, and in which languages. */
export interface Entrance {
  readonly dialects: readonly Dialect[];
  /** What becomes of routes, tools and members nobody can inspect: `refuse` (strict), or `pass`, recorded as not inspected. */
  readonly uninspected: 'refuse' | 'pass';
  /** Bytes of one request, decoded. */
  readonly bodyBytes: number;
  /** The agent a bare key belongs to; null for nobody's and for a person's. */
  readonly callerOf: (key: string) => ModelCaller | null;
  /** The key the proxy itself holds of a provider; empty when agents bring their own. */
  readonly heldKey: (provider: string) => string;
  /** What keeps the proxy's own keys, and the Aegis key a request came with, out of its answer (LLM-22). */
  readonly maskFor: (key: string) => SecretMask;
  /** Throws HOST_REFUSED or REQUEST_INVALID (AUTH-3). */
  readonly checkHost: (request: IncomingMessage) => void;
}
