import type { IncomingMessage } from 'node:http';
import { AegisError } from '../../../errors.ts';
import { bufferOf, growingBytes } from '../../../wire/growing-bytes.ts';
import { createMeasure, decoderFor } from './codings.ts';

/**
 * The whole decoded body of a request.
 * @throws AegisError BODY_TOO_LARGE, before more than the limit was kept; CODING_UNKNOWN; REQUEST_INVALID for a broken coding or a body that ends early
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const decoder = decoderFor(request.headers['content-encoding']);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new AegisError('BODY_TOO_LARGE', { limit });
  const measure = createMeasure(limit);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const held = growingBytes();
  const fail = (error: AegisError): void => {
    request.pause();
    decoder?.destroy();
    reject(error);
  };
  const keep = (part: Buffer): void => {
    try {
      measure.decoded(part.length);
      held.append(part);
    } catch (error) {
      fail(error as AegisError);
    }
  };
  const finish = (): void => resolve(bufferOf(held.take()));
  request.on('aborted', () => fail(new AegisError('REQUEST_INVALID', { detail: 'The body ended early.' })));
  request.on('error', () => fail(new AegisError('REQUEST_INVALID', { detail: 'The body ended early.' })));
  request.on('data', (part: Buffer) => {
    measure.coded(part.length);
    if (decoder === null) keep(part);
  });
  if (decoder === null) request.on('end', finish);
  else {
    decoder.on('data', keep);
    decoder.on('end', finish);
    decoder.on('error', () => fail(new AegisError('REQUEST_INVALID', { detail: 'The body is not in the content coding its header names.' })));
    request.pipe(decoder);
  }
  return promise;
}
