import type { Copy } from './copies.ts';
import { unguardedRequests } from './patch/unguarded-requests.ts';

/** A copy of a library whose calls are decided. */
export interface Guarded extends Copy {
  /** Where its calls are decided. */
  readonly where: string;
}

/** Something that calls tools or models and is not guarded. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/** What is decided in this process, and what is not. */
export interface Coverage {
  readonly guarded: readonly Guarded[];
  /** Found, and not guarded; grows when a model is asked by code that is no guarded library. */
  readonly unguarded: readonly Gap[];
  /** What stays open of what is guarded. */
  readonly open: readonly Gap[];
}

export function coverageOf(found: Coverage): Coverage {
  const requests = unguardedRequests().map((address) => ({ what: address, why: 'asked by code that is no guarded library' }));
  return { ...found, unguarded: [...found.unguarded, ...requests] };
}

/** One line for a person who starts the agent; null where there is no gap to tell. */
export function startLine({ guarded, unguarded }: Coverage): string | null {
  if (unguarded.length === 0) return null;
  const names = guarded.map(({ name, version }) => `${name} ${version}`);
  const gaps = unguarded.map(({ what, why }) => `${what} (${why})`);
  return `guarded: ${names.length === 0 ? 'nothing' : [...new Set(names)].join(', ')}. Not guarded: ${gaps.join('; ')}. More: coverage()`;
}
