import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Header of a question that wants its answer signed: 22 to 128 letters, digits, `-` and `_`, never used before. */
export const NONCE_HEADER = 'aegis-nonce';
/** Header of the answer: `v1.<read|unread>.<Ed25519 signature in base64url>`. */
export const PROOF_HEADER = 'aegis-answer';

const NONCE = /^[\w-]{22,128}$/;
const PROOF = /^v1\.(read|unread)\.([\w-]{86})$/;

export const isNonce = (text: unknown): text is string => typeof text === 'string' && NONCE.test(text);

/** What was asked, as both sides know it (docs/formats/answers.md). */
export interface Question {
  readonly method: string;
  /** With its query, as it stands in the request line. */
  readonly path: string;
  /** The Host header: an answer to a question that was put to another address is none to this one. */
  readonly host: string;
  /** SHA-256 of the body in lower-case hex; null where the answer was made without reading it. */
  readonly body: string | null;
}

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

export const bodyDigest = (body: Uint8Array | string): string => hash('sha256', body, 'hex');

/** The bytes that are signed. */
export function provenBytes(nonce: string, { method, path, host, body }: Question, answer: Answer): Uint8Array {
  const question = hash('sha256', `${method} ${path}\n${host.toLowerCase()}\n${body ?? 'unread'}`, 'hex');
  return Buffer.from(`aegis-answer/1\n${nonce}\n${question}\n${String(answer.status)}\n${bodyDigest(answer.body)}\n`);
}

export const proofText = (signature: Uint8Array, isRead: boolean): string =>
  `v1.${isRead ? 'read' : 'unread'}.${Buffer.from(signature).toString('base64url')}`;

/** Before the 32 bytes of an Ed25519 public key in its SPKI form (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** An answer key as people carry it around: the 32 bytes in base64url. Null for anything else. */
export function answerKeyOf(text: string): KeyObject | null {
  const raw = Buffer.from(text, 'base64url');
  if (raw.length !== 32 || raw.toString('base64url') !== text) return null;
  return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
}

export const answerKeyText = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length).toString('base64url');

export type Proof = { readonly fault: string } | { readonly isRead: boolean };

/** Whether an answer is the key's own to this question. One that was made without reading the body is a refusal, whatever its status is. */
export function proofOf(
  key: KeyObject,
  { nonce, question }: { readonly nonce: string; readonly question: Question },
  given: Answer & { readonly proof: unknown },
): Proof {
  const [, read, signature] = typeof given.proof === 'string' ? (PROOF.exec(given.proof) ?? []) : [];
  if (read === undefined || signature === undefined) return { fault: 'its answer is not signed' };
  const isRead = read === 'read';
  const bytes = provenBytes(nonce, isRead ? question : { ...question, body: null }, given);
  if (!verify(null, bytes, key, Buffer.from(signature, 'base64url')))
    return { fault: 'its answer to this question is not signed with the known key' };
  return { isRead };
}
