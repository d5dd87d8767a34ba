import type { Label } from '../kernel/decision.ts';
import type { Reading } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import type { Inspect, Inspectable } from './inspect.ts';
import { readPrints, readTraces } from './trace/trace.ts';
import type { PlainPrint, PlainTrace } from './trace/trace.ts';

/** What there is to read: an action, or a value that enters a session, which is then all its arguments: `{ value }`. */
export type Work =
  | { readonly type: 'action'; readonly subject: Inspectable }
  | { readonly type: 'value'; readonly subject: Inspectable & { readonly args: { readonly value: Json } }; readonly source: Label };

/** All that inspection says of it without knowing a session. */
export interface Inspected {
  readonly reading: Reading;
  /** Of an action; empty for a value. */
  readonly traces: readonly PlainTrace[];
  /** Of a value; empty for an action. */
  readonly prints: readonly PlainPrint[];
}

/** Pure and synchronous, as `Inspect` is. */
export function inspectWork(work: Work, inspect: Inspect): Inspected {
  const reading = inspect(work.subject);
  if (work.type === 'action') return { reading, traces: readTraces(work.subject.args), prints: [] };
  return { reading, traces: [], prints: readPrints(work.subject.args.value, work.source) };
}

/** Whose work it is, and how the value or the arguments are written: RFC 8785 bytes. */
export interface WorkOrder {
  /** One agent of one tenant. */
  readonly owner: string;
  readonly bytes: Uint8Array;
}

/**
 * The same answer from where reading holds up nobody else; null for what is sooner read at once and in place. The work of one owner is answered
 * in the order it was given. Rejects when it could not be read: then nothing is decided about it.
 */
export type InspectAside = (work: Work, order: WorkOrder) => Promise<Inspected> | null;
