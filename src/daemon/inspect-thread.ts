import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { parseOwn } from '../gate/input.ts';
import { createInspect } from '../inspect/create-inspect.ts';
import { inspectWork } from '../inspect/inspected.ts';
import type { Inspected, Work } from '../inspect/inspected.ts';
import type { Inspectable } from '../inspect/inspect.ts';
import type { Label } from '../kernel/decision.ts';
import type { Json } from '../kernel/json.ts';

/** One piece of work as it travels: everything but what the bytes say. */
export interface ThreadOrder {
  readonly subject: Omit<Inspectable, 'args'>;
  /** Of a value; absent for an action. */
  readonly source?: Label;
  readonly bytes: Uint8Array;
}

export type ThreadAnswer = { readonly ok: true; readonly inspected: Inspected } | { readonly ok: false; readonly error: unknown };

/** What a thread says: once that it is ready, then an answer to each order. */
export type ThreadMessage = { readonly ready: true } | ThreadAnswer;

/** Where cores are few, the thread that orders everybody's actions comes first. Linux alone gives each thread a priority of its own (setpriority(2)). */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(19, getPriority(0) + BEHIND));
  } catch {
    // A sandbox may forbid it: reading is then as urgent as anything else.
  }
}

const BEHIND = 5;

giveWay();
const inspect = await createInspect();

function workOf({ subject, source, bytes }: ThreadOrder): Work {
  if (source === undefined) return { type: 'action', subject: { ...subject, args: parseOwn(bytes) } };
  return { type: 'value', subject: { ...subject, args: { value: parseOwn(bytes) as Json } }, source };
}

function answer(order: ThreadOrder): ThreadAnswer {
  try {
    return { ok: true, inspected: inspectWork(workOf(order), inspect) };
  } catch (error) {
    return { ok: false, error };
  }
}

parentPort?.on('message', (order: ThreadOrder) => parentPort?.postMessage(answer(order)));
parentPort?.postMessage({ ready: true });
