import type { Head, Payload, SealedEntry, WorldSnapshot } from '../store.ts';

/** Entries as they cross to the writer thread: one buffer, so that the crossing costs a transfer and not a copy for each. */
export interface PackedEntries {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array;
  readonly types: readonly string[];
  readonly at: Float64Array;
  readonly agents: readonly (string | null)[];
  readonly sessions: readonly (string | null)[];
  readonly actions: readonly (string | null)[];
}

export interface AppendJob {
  readonly kind: 'append';
  readonly tenant: string;
  readonly expected: Head;
  readonly entries: PackedEntries;
  readonly payloads: readonly Payload[];
}

/** What the writer thread is asked for. Appends that wait together arrive together and are one transaction. */
export type Job =
  | { readonly kind: 'open' }
  | { readonly kind: 'appends'; readonly appends: readonly AppendJob[] }
  | { readonly kind: 'payload'; readonly tenant: string; readonly digest: string }
  | { readonly kind: 'erase'; readonly tenant: string; readonly subject: string }
  | { readonly kind: 'snapshot'; readonly tenant: string; readonly snapshot: WorldSnapshot }
  | { readonly kind: 'close' };

/** The head after each append of an `appends` job, and whether it was ours. */
export interface Appended {
  readonly appended: boolean;
  readonly head: Head;
}

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: 'STORE_UNAVAILABLE' | 'STORE_CORRUPT'; readonly detail: string; readonly index: number };

export interface WriterOptions {
  readonly path: string;
  readonly keysPath: string;
  readonly masterKeyPath: string;
}

export function pack(entries: readonly SealedEntry[]): PackedEntries {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + entry.bytes.length, 0));
  const lengths = new Uint32Array(entries.length);
  const at = new Float64Array(entries.length);
  let offset = 0;
  entries.forEach((entry, position) => {
    bytes.set(entry.bytes, offset);
    offset += entry.bytes.length;
    lengths[position] = entry.bytes.length;
    at[position] = entry.at;
  });
  return {
    bytes,
    lengths,
    at,
    types: entries.map((entry) => entry.type),
    agents: entries.map((entry) => entry.agent ?? null),
    sessions: entries.map((entry) => entry.session ?? null),
    actions: entries.map((entry) => entry.action ?? null),
  };
}
