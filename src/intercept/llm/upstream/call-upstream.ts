import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import { AegisError } from '../../../errors.ts';
import { createMeasure, decoderFor } from '../bytes/codings.ts';
import type { Measure } from '../bytes/codings.ts';

export interface UpstreamRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
}

/** What an answer is told to; after `end` or `fail` nothing more comes. */
export interface AnswerListener {
  start(status: number, headers: IncomingHttpHeaders): void;
  /** Decoded bytes. The buffer is the listener's for the length of the call. */
  data(bytes: Buffer): void;
  end(): void;
  fail(error: AegisError): void;
}

export interface UpstreamCall {
  abort(): void;
  pause(): void;
  resume(): void;
}

/** How long a provider may be silent (DOOR-20). */
export interface Patience {
  /** Before its answer begins. */
  readonly headersMs: number;
  /** Within it. */
  readonly idleMs: number;
}

interface Calling {
  readonly listener: AnswerListener;
  readonly measure: Measure;
  controller: Dispatcher.DispatchController | null;
  decoder: Transform | null;
  ended: boolean;
  paused: boolean;
}

/** Asks the provider once; never again by itself (LLM-12). Answers are decoded whole, or refused. */
export function callUpstream(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  request: UpstreamRequest,
  terms: { listener: AnswerListener; limit: number; patience: Patience },
): UpstreamCall {
  const calling: Calling = {
    listener: terms.listener,
    measure: createMeasure(terms.limit),
    controller: null,
    decoder: null,
    ended: false,
    paused: false,
  };
  const stop = (): void => {
    calling.ended = true;
    calling.decoder?.destroy();
    calling.controller?.abort(new Error('no longer wanted'));
  };
  const { origin, path, method, headers, body } = request;
  const { headersMs, idleMs } = terms.patience;
  dispatcher.dispatch(
    { origin, path, method: method as Dispatcher.HttpMethod, headers, body, headersTimeout: headersMs, bodyTimeout: idleMs },
    handlerOf(calling, { stop, patience: terms.patience }),
  );
  return {
    abort: stop,
    pause: () => {
      calling.paused = true;
      calling.controller?.pause();
    },
    resume: () => {
      calling.paused = false;
      calling.controller?.resume();
    },
  };
}

function handlerOf(calling: Calling, { stop, patience }: { readonly stop: () => void; readonly patience: Patience }): Dispatcher.DispatchHandler {
  const { listener } = calling;
  const fail = (error: unknown): void => {
    if (calling.ended) return;
    stop();
    listener.fail(error instanceof AegisError ? error : failureOf(error, patience));
  };
  const guarded = (act: () => void): void => {
    if (calling.ended) return;
    try {
      act();
    } catch (error) {
      fail(error instanceof AegisError ? error : new AegisError('INTERNAL'));
    }
  };
  const end = (): void => {
    if (calling.ended) return;
    calling.ended = true;
    listener.end();
  };
  return {
    onRequestStart: (controller) => {
      calling.controller = controller;
      if (calling.ended) controller.abort(new Error('no longer wanted'));
    },
    onResponseStart: (_controller, status, headers) => {
      // An interim answer is not the answer.
      if (status < 200) return;
      guarded(() => {
        calling.decoder = attachDecoder(calling, headers, { guarded, fail, end });
        listener.start(status, headers);
      });
    },
    onResponseData: (_controller, bytes) => guarded(() => receive(calling, bytes)),
    onResponseEnd: () => {
      if (calling.decoder === null) guarded(end);
      else calling.decoder.end();
    },
    onResponseError: (_controller, error) => fail(error),
  };
}

interface Turns {
  readonly guarded: (act: () => void) => void;
  readonly fail: (error: unknown) => void;
  readonly end: () => void;
}

function attachDecoder(calling: Calling, headers: IncomingHttpHeaders, { guarded, fail, end }: Turns): Transform | null {
  const decoder = decoderOf(headers['content-encoding']);
  if (decoder === null) return null;
  decoder.on('data', (bytes: Buffer) =>
    guarded(() => {
      try {
        calling.measure.decoded(bytes.length);
      } catch {
        throw new AegisError('UPSTREAM_INVALID', { detail: 'it unpacks to more than may be read' });
      }
      calling.listener.data(bytes);
    }),
  );
  decoder.on('end', () => guarded(end));
  decoder.on('error', () => fail(new AegisError('UPSTREAM_INVALID', { detail: 'it is not in the content coding its header names' })));
  decoder.on('drain', () => {
    if (!calling.paused) calling.controller?.resume();
  });
  return decoder;
}

function decoderOf(coding: string | string[] | undefined): Transform | null {
  try {
    return decoderFor(Array.isArray(coding) ? coding.join(',') : coding);
  } catch {
    throw new AegisError('UPSTREAM_INVALID', { detail: 'its content coding is not supported' });
  }
}

function receive(calling: Calling, bytes: Buffer): void {
  const { decoder } = calling;
  if (decoder === null) return calling.listener.data(bytes);
  calling.measure.coded(bytes.length);
  // A copy: undici uses its buffer again before the decoder has read it.
  if (!decoder.write(Buffer.from(bytes))) calling.controller?.pause();
}

/** The system's word for it; never an address or a key. */
function failureOf(error: unknown, { headersMs, idleMs }: Patience): AegisError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return new AegisError('UPSTREAM_TIMEOUT', { seconds: headersMs / 1_000, place: 'and did not begin to answer' });
  if (code === 'UND_ERR_BODY_TIMEOUT') return new AegisError('UPSTREAM_TIMEOUT', { seconds: idleMs / 1_000, place: 'in the middle of its answer' });
  return new AegisError('UPSTREAM_UNREACHABLE', { detail: /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : 'the connection broke' });
}
