import type { Payload } from '../store.ts';
import type { Head, SealedEntry } from '../sealed-entry.ts';

/** What the writer keeps of an entry: the bytes and what it is looked up by. Its index and leaf are the writer's to say. */
export interface Row extends Pick<SealedEntry, 'bytes' | 'type' | 'at'> {
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly action?: string | undefined;
}

export interface AppendJob {
  readonly kind: 'append';
  readonly tenant: string;
  readonly expected: Head;
  readonly entries: readonly Row[];
  readonly payloads: readonly Payload[];
}

/** What the writer thread is asked for. Appends that wait together arrive together and are one transaction. */
export type Job =
  | { readonly kind: 'open' }
  | { readonly kind: 'appends'; readonly appends: readonly AppendJob[] }
  | { readonly kind: 'payload'; readonly tenant: string; readonly digest: string }
  | { readonly kind: 'erase'; readonly tenant: string; readonly subject: string; readonly reason?: string }
  | { readonly kind: 'remember'; readonly tenant: string; readonly size: number; readonly anew: boolean }
  | { readonly kind: 'close' };

/** The head after each append of an `appends` job, and whether it was ours. */
export interface Appended {
  readonly appended: boolean;
  readonly head: Head;
}

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: 'STORE_UNAVAILABLE' | 'STORE_CORRUPT' | 'STORE_INCOMPLETE' | 'STORE_UNREADABLE';
      readonly detail: string;
      readonly index: number;
    };

export interface WriterOptions {
  readonly path: string;
  readonly keysPath: string;
  readonly masterKeyPath: string;
}

/** Bytes of an append: what a transaction is measured by. */
export function sizeOf({ entries, payloads }: AppendJob): number {
  let size = 0;
  for (const { bytes } of entries) size += bytes.length;
  for (const { bytes } of payloads) size += bytes.length;
  return size;
}
