import type { Digest } from '../../kernel/ids.ts';
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

/** Payloads the same way. */
export interface PackedPayloads {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array;
  readonly digests: readonly Digest[];
  readonly subjects: readonly string[];
}

export interface AppendJob {
  readonly kind: 'append';
  readonly tenant: string;
  readonly expected: Head;
  readonly entries: PackedEntries;
  readonly payloads: PackedPayloads;
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
  return {
    ...packBytes(entries),
    at: Float64Array.from(entries, (entry) => entry.at),
    types: entries.map((entry) => entry.type),
    agents: entries.map((entry) => entry.agent ?? null),
    sessions: entries.map((entry) => entry.session ?? null),
    actions: entries.map((entry) => entry.action ?? null),
  };
}

export function packPayloads(payloads: readonly Payload[]): PackedPayloads {
  return { ...packBytes(payloads), digests: payloads.map(({ digest }) => digest), subjects: payloads.map(({ subject }) => subject) };
}

function packBytes(items: readonly { readonly bytes: Uint8Array }[]): { bytes: Uint8Array<ArrayBuffer>; lengths: Uint32Array } {
  const lengths = Uint32Array.from(items, (item) => item.bytes.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const item of items) {
    bytes.set(item.bytes, offset);
    offset += item.bytes.length;
  }
  return { bytes, lengths };
}

export function* unpack({ bytes, lengths, digests, subjects }: PackedPayloads): IterableIterator<Payload> {
  let offset = 0;
  for (const [at, length] of lengths.entries()) {
    const [digest, subject] = [digests[at], subjects[at]];
    if (digest === undefined || subject === undefined) throw new TypeError('a payload came without its name');
    yield { digest, subject, bytes: bytes.subarray(offset, offset + length) };
    offset += length;
  }
}
