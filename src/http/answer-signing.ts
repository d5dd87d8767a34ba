import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { bodyDigest, isNonce, NONCE_HEADER, PROOF_HEADER, proofText, provenBytes } from '../wire/answer-proof.ts';

/** The key answers are signed with: another one than the log's. */
export interface AnswerKey {
  /** As people carry it around. */
  readonly publicKey: string;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** Digests of the bodies that were read, of those requests whose answer will be signed. */
const bodies = new WeakMap<object, string>();
/** Requests whose Host is one of ours. What was put to another address may be passed on by whoever stands there: no word of ours goes back. */
const ours = new WeakSet<object>();

export const markOurs = (request: IncomingMessage): void => void ours.add(request);

/** Remembers what was read as a request's body. */
export function rememberBody(payload: IncomingMessage, bytes: Uint8Array): void {
  if (payload.headers[NONCE_HEADER] !== undefined) bodies.set(payload, bodyDigest(bytes));
}

const hasBody = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Signs each whole answer whose question brings a nonce, refusals too (DOOR-28). Streams are not signed. */
export function signAnswers(app: FastifyInstance, key: AnswerKey): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = request;
    const nonce = raw.headers[NONCE_HEADER];
    if (isNonce(nonce) && ours.has(raw) && (typeof payload === 'string' || payload === undefined || payload === null)) {
      const body = bodies.get(raw) ?? (hasBody(raw) ? null : bodyDigest(''));
      const question = { method: raw.method ?? '', path: raw.url ?? '', host: raw.headers.host ?? '', body };
      const answer = { status: reply.statusCode, body: Buffer.from(payload ?? '') };
      void reply.header(PROOF_HEADER, proofText(key.sign(provenBytes(nonce, question, answer)), body !== null));
    }
    done(null, payload);
  });
}
