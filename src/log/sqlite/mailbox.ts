import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { AppendJob, Job } from './wire.ts';

/**
 * How a job crosses to the writer's thread: one at a time. Appends are written into memory both threads see, so that nothing is cloned or
 * transferred for them; other jobs, and appends with no room there, go as messages. The thread sleeps on the turn, not on its event loop.
 */
export interface Mailbox {
  /** [the turn; bytes of the appends that lie in `room`, or 0 for a message]. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly room: Uint8Array<SharedArrayBuffer>;
}

/** A full batch of large entries; the system gives the memory when it is first written. */
const ROOM = 1_048_576;

const [TURN, LENGTH] = [0, 1];
const encoder = new TextEncoder();

export function newMailbox(): Mailbox {
  return { state: new Int32Array(new SharedArrayBuffer(8)), room: new Uint8Array(new SharedArrayBuffer(ROOM)) };
}

/** Hands a job over and wakes the thread. The one before must have been answered. */
export function send({ state, room }: Mailbox, worker: Pick<Worker, 'postMessage'>, job: Job): void {
  const length = job.kind === 'appends' ? writeAppends(job.appends, room) : 0;
  if (length === 0) worker.postMessage(job);
  state[LENGTH] = length;
  Atomics.add(state, TURN, 1);
  Atomics.notify(state, TURN);
}

/** Jobs as they come, for ever. Blocks the thread between them; what a job holds is good until the next one. */
export function* jobsOf({ state, room }: Mailbox, port: MessagePort): Generator<Job, never> {
  for (let turn = 0; ; turn = (turn + 1) | 0) {
    while (Atomics.load(state, TURN) === turn) Atomics.wait(state, TURN, turn);
    const length = state[LENGTH] ?? 0;
    yield length > 0 ? { kind: 'appends', appends: readAppends(room.subarray(0, length)) } : (receiveMessageOnPort(port)?.message as Job);
  }
}

/** What tells of the bytes behind it: an append's lengths, names and places. */
interface Header extends Pick<AppendJob, 'tenant' | 'expected'> {
  readonly lengths: readonly number[];
  readonly types: readonly string[];
  readonly at: readonly number[];
  readonly agents: readonly (string | null)[];
  readonly sessions: readonly (string | null)[];
  readonly actions: readonly (string | null)[];
  readonly payloads: readonly { readonly length: number; readonly digest: AppendJob['payloads'][number]['digest']; readonly subject: string }[];
}

function headerOf({ tenant, expected, entries, payloads }: AppendJob): Header {
  return {
    tenant,
    expected,
    lengths: entries.map(({ bytes }) => bytes.length),
    types: entries.map(({ type }) => type),
    at: entries.map(({ at }) => at),
    agents: entries.map(({ agent }) => agent ?? null),
    sessions: entries.map(({ session }) => session ?? null),
    actions: entries.map(({ action }) => action ?? null),
    payloads: payloads.map(({ bytes, digest, subject }) => ({ length: bytes.length, digest, subject })),
  };
}

/** 4 bytes for the length of the headers, the headers as JSON, then all bytes in their order. Answers how many; 0 when there is no room. */
function writeAppends(appends: readonly AppendJob[], room: Uint8Array): number {
  const text = JSON.stringify(appends.map(headerOf));
  const { read, written } = encoder.encodeInto(text, room.subarray(4));
  if (read < text.length) return 0;
  new DataView(room.buffer).setUint32(0, written);
  let offset = 4 + written;
  for (const { entries, payloads } of appends) {
    for (const { bytes } of [...entries, ...payloads]) {
      if (offset + bytes.length > room.length) return 0;
      room.set(bytes, offset);
      offset += bytes.length;
    }
  }
  return offset;
}

function readAppends(room: Uint8Array): readonly AppendJob[] {
  const head = 4 + new DataView(room.buffer).getUint32(0);
  const headers = JSON.parse(Buffer.from(room.buffer, 4, head - 4).toString('utf8')) as readonly Header[];
  let offset = head;
  const next = (length: number): Uint8Array => room.subarray(offset, (offset += length));
  return headers.map(({ tenant, expected, lengths, types, at, agents, sessions, actions, payloads }) => ({
    kind: 'append',
    tenant,
    expected,
    entries: lengths.map((length, n) => ({
      bytes: next(length),
      type: types[n] ?? '',
      at: at[n] ?? 0,
      agent: agents[n] ?? undefined,
      session: sessions[n] ?? undefined,
      action: actions[n] ?? undefined,
    })),
    payloads: payloads.map(({ length, digest, subject }) => ({ bytes: next(length), digest, subject })),
  }));
}
