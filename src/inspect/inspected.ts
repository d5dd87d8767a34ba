import type { Label } from '../kernel/decision.ts';
import type { Facts, Reading } from '../kernel/finding.ts';
import type { Json } from '../kernel/json.ts';
import type { Inspect, Inspectable } from './inspect.ts';
import { distinct, factsOf, gather } from './gather.ts';
import { readText } from './read-text.ts';
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

const NO_FACTS: Facts = factsOf(gather());

/** Pure and synchronous, as `Inspect` is. */
export function inspectWork(work: Work, inspect: Inspect): Inspected {
  return work.subject.digests === undefined ? inspectAnew(work, inspect) : inspectDigested(work, work.subject.digests, inspect);
}

function inspectAnew(work: Work, inspect: Inspect): Inspected {
  if (work.type === 'action') return { reading: inspect(work.subject), traces: readTraces(work.subject.args), prints: [] };
  const { args, digests } = work.subject;
  // INSPECT-140: what enters a session runs nothing; it is read as what it is, text that a model will see.
  const findings = distinct(readText(args, { context: work.source === 'user_input' ? 'prompt' : 'result', digests }));
  return { reading: { findings, facts: NO_FACTS }, traces: [], prints: readPrints(args.value, work.source) };
}

/** What was read of works that differ in their digests only, by the reader. */
const known = new WeakMap<Inspect, Map<string, Inspected>>();
const MOST_KNOWN = 512;
/** Longer works are hardly ever the same again. */
const LONGEST = 1_024;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

/**
 * Of a request to a model everything but its digest is the same, time and again. All digests are read alike: it is read once with none, and each
 * has its own trace.
 */
function inspectDigested(work: Work, digests: readonly string[], inspect: Inspect): Inspected {
  const [pointer] = digests;
  const digest = pointer === undefined ? null : textAt(work.subject.args, pointer);
  if (digest === null || digests.length > 1 || !DIGEST.test(digest) || work.subject.declaration !== undefined) return inspectAnew(work, inspect);
  const written = JSON.stringify(work);
  if (written.length > LONGEST || written.split(digest).length > 2) return inspectAnew(work, inspect);
  const key = written.replace(digest, NO_DIGEST);
  const memory = known.get(inspect) ?? new Map<string, Inspected>();
  known.set(inspect, memory);
  const before = memory.get(key) ?? inspectAnew(JSON.parse(key) as Work, inspect);
  if (memory.size < MOST_KNOWN) memory.set(key, before);
  const own = (value: string | null): string | null => (value === NO_DIGEST ? digest : value);
  return {
    reading: before.reading,
    traces: before.traces.map((trace) => (trace.whole === NO_DIGEST ? { ...trace, whole: digest } : trace)),
    prints: before.prints.map((print) => ({ ...print, value: own(print.value) })),
  };
}

/** The text at a pointer into plain members. */
function textAt(args: Json, pointer: string): string | null {
  let value: Json | undefined = args;
  for (const name of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    value = Object.hasOwn(value, name) ? (value as Readonly<Record<string, Json>>)[name] : undefined;
  }
  return typeof value === 'string' ? value : null;
}

/** Whose work it is, and how the value or the arguments are written: RFC 8785 bytes. */
export interface WorkOrder {
  /** One agent of one tenant, and one of its sessions. */
  readonly agent: string;
  readonly session: string;
  readonly bytes: Uint8Array;
}

/**
 * The same answer from where reading holds up nobody else; null for what is sooner read at once and in place. The work of one session is answered
 * in the order it was given. Rejects when it could not be read: then nothing is decided about it.
 */
export type InspectAside = (work: Work, order: WorkOrder) => Promise<Inspected> | null;
