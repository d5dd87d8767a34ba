import type { IncomingMessage } from 'node:http';
import { AegisError } from '../errors.ts';
import { growingBytes } from '../wire/growing-bytes.ts';
import { rememberBody } from './answer-signing.ts';
import { parseStrict } from '../wire/strict-json.ts';

type Done = (error: Error | null, body?: unknown) => void;

interface Asked {
  readonly headers: { readonly 'content-length'?: string | undefined };
  readonly routeOptions: { readonly bodyLimit?: number };
}

/**
 * Reads a JSON body of at most the route's limit into one buffer, however small the pieces are in which it comes (Fastify's own reader keeps
 * each of them), and parses it strictly. An empty body is undefined. Errors: BODY_TOO_LARGE, before more was kept; BODY_INVALID_JSON and its kin.
 */
export function readJson(most: number): (request: Asked, payload: IncomingMessage, done: Done) => void {
  return ({ headers, routeOptions }, payload, done) => {
    const limit = routeOptions.bodyLimit ?? most;
    const declared = Number(headers['content-length']);
    if (declared > limit) return done(new AegisError('BODY_TOO_LARGE', { limit }));
    const held = growingBytes();
    let whole: Buffer | null = null;
    const settle = (error: Error | null, body?: unknown): void => {
      payload.off('data', keep).off('end', parse).off('error', settle);
      done(error, body);
    };
    const keep = (piece: Buffer): void => {
      if (held.length + piece.length > limit) settle(new AegisError('BODY_TOO_LARGE', { limit }));
      // Most bodies come in one piece, which is ours to keep: the parser of HTTP copies what it hands out.
      else if (piece.length === declared) whole = piece;
      else held.append(piece);
    };
    const parse = (): void => {
      let body: unknown;
      try {
        const bytes = whole ?? held.take();
        rememberBody(payload, bytes);
        body = bytes.length === 0 ? undefined : parseStrict(bytes, { bytes: limit });
      } catch (error) {
        settle(error as Error);
        return;
      }
      settle(null, body);
    };
    payload.on('data', keep).on('end', parse).on('error', settle);
  };
}
