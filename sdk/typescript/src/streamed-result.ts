import { Readable } from 'node:stream';
import { collector, type Collector } from './collector.ts';
import type { AegisClient } from './client.ts';
import type { Decision } from './wire.ts';

interface Ran {
  readonly decision: Decision;
  readonly failed: (failure: unknown) => string;
}

interface Tap {
  readonly piece: (value: unknown) => void;
  readonly end: (failure?: unknown) => void;
}

type Kind = (result: unknown, tap: Tap) => unknown;

/** A generator, a stream or a `Response`: it has not ended when the function returns. */
export function isStreamed(result: unknown): boolean {
  return kindOf(result) !== null;
}

/** Hands it on as it is, and reports its outcome, with what it gave, when it has ended. Nobody who reads none of it is told of an end. */
export function settledAtEnd(client: AegisClient, { decision, failed }: Ran, result: unknown): unknown {
  const taken = collector(decision.obligations.maxOutputBytes);
  let ended = false;
  const end = (failure?: unknown): void => {
    if (ended) return;
    ended = true;
    const outcome = failure === undefined ? ({ status: 'succeeded' } as const) : ({ status: 'failed', errorCode: failed(failure) } as const);
    void client.settle(decision.action, { ...outcome, result: taken.value() });
  };
  return kindOf(result)?.(result, { piece: taken.add, end });
}

/** Reads it to its end, up to so many bytes, and makes another one of the same pieces: what was read can be looked at before it is handed on. Null: it is longer. */
export async function readWhole(result: unknown, most: number): Promise<{ readonly taken: Collector; readonly again: () => unknown } | null> {
  const taken = collector(most);
  const pieces: unknown[] = [];
  const source = (result instanceof Response ? result.body : result) as AsyncIterable<unknown> | Iterable<unknown>;
  for await (const piece of source) {
    pieces.push(piece);
    taken.add(piece);
    if (taken.full()) return null;
  }
  return { taken, again: () => sameKind(result, pieces) };
}

function sameKind(result: unknown, pieces: readonly unknown[]): unknown {
  if (result instanceof Response) return new Response(new Blob(pieces as ConstructorParameters<typeof Blob>[0]), result);
  if (result instanceof ReadableStream) return ReadableStream.from(pieces);
  if (result instanceof Readable) return Readable.from(pieces, { objectMode: result.readableObjectMode });
  return Symbol.asyncIterator in (result as object) ? later(pieces) : pieces[Symbol.iterator]();
}

async function* later(pieces: readonly unknown[]): AsyncGenerator<unknown> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

function kindOf(result: unknown): Kind | null {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return null;
  if (result instanceof Response) return result.body === null ? null : ofResponse;
  if (result instanceof ReadableStream) return ofWebStream;
  if (result instanceof Readable) return ofNodeStream;
  return Symbol.asyncIterator in result || (Symbol.iterator in result && 'next' in result) ? ofIterator : null;
}

/** The same object, its `next`, `return` and `throw` watched, so that whatever else it has stays. */
function ofIterator(result: unknown, tap: Tap): unknown {
  const source = result as Record<PropertyKey, unknown>;
  if (typeof source['next'] === 'function') return watched(source, tap);
  const open = source[Symbol.asyncIterator] as () => Record<PropertyKey, unknown>;
  Object.defineProperty(source, Symbol.asyncIterator, { configurable: true, writable: true, value: () => watched(open.call(source), tap) });
  return source;
}

interface Step {
  readonly done?: boolean;
  readonly value?: unknown;
}

function watched(iterator: Record<PropertyKey, unknown>, tap: Tap): Record<PropertyKey, unknown> {
  const seen = (step: Step): Step => {
    if (step.value !== undefined) tap.piece(step.value);
    if (step.done === true) tap.end();
    return step;
  };
  const failed = (error: unknown): never => {
    tap.end(error);
    throw error;
  };
  for (const name of ['next', 'return', 'throw']) {
    const original = iterator[name];
    if (typeof original !== 'function') continue;
    const value = (...args: unknown[]): unknown => {
      try {
        const step = original.apply(iterator, args) as Step | Promise<Step>;
        return step instanceof Promise ? step.then(seen, failed) : seen(step);
      } catch (error) {
        return failed(error);
      }
    };
    Object.defineProperty(iterator, name, { configurable: true, writable: true, value });
  }
  return iterator;
}

/** What it pushes is what its reader gets, whichever way it reads. */
function ofNodeStream(result: unknown, tap: Tap): unknown {
  const stream = result as Readable;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk !== null) tap.piece(chunk);
    return push(chunk, encoding);
  };
  stream.once('end', () => tap.end()).once('close', () => tap.end());
  stream.once('error', (error) => tap.end(error));
  return stream;
}

function ofWebStream(result: unknown, tap: Tap): unknown {
  const reader = (result as ReadableStream<unknown>).getReader();
  return new ReadableStream<unknown>({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await reader.read();
        if (done) {
          tap.end();
          return controller.close();
        }
        tap.piece(value);
        controller.enqueue(value);
      } catch (error) {
        tap.end(error);
        throw error;
      }
    },
    cancel: (reason) => (tap.end(), reader.cancel(reason)),
  });
}

/** A clone of it is read beside; its own `url`, `headers` and methods stay. */
function ofResponse(result: unknown, tap: Tap): unknown {
  const clone = (result as Response).clone();
  void (async () => {
    try {
      for await (const chunk of clone.body ?? []) tap.piece(chunk);
      tap.end();
    } catch (error) {
      tap.end(error);
    }
  })();
  return result;
}
