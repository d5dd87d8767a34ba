import { createHash, createPublicKey, randomBytes, verify, type KeyObject } from 'node:crypto';
import { AegisSetupError } from './errors.ts';

const PROOF = /^v1\.(read|unread)\.([\w-]{86})$/;
/** Before the 32 bytes of an Ed25519 public key in its SPKI form (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A question with a nonce of its own, and how its answer proves to be the daemon's. */
export interface Asked {
  readonly nonce: string;
  /** Why an answer is not the daemon's own to this question; null when it is. */
  faultIn(answer: { readonly status: number; readonly body: Uint8Array; readonly proof: string | undefined }): string | null;
}

export interface Prover {
  ask(question: { readonly method: string; readonly path: string; readonly body: string }): Asked;
}

/** @throws AegisSetupError for what is no answer key */
export function prover(answerKey: string, host: string): Prover {
  const key = keyOf(answerKey);
  return {
    ask: ({ method, path, body }) => {
      const nonce = randomBytes(24).toString('base64url');
      const question = (of: string): string => digest(`${method} ${path}\n${host.toLowerCase()}\n${of}`);
      return {
        nonce,
        faultIn: ({ status, body: answered, proof }) => {
          const [, read, signature] = PROOF.exec(proof ?? '') ?? [];
          if (signature === undefined) return 'its answer is not signed';
          // What was refused without being read permits nothing, whatever its words are.
          if (read === 'unread' && status < 400) return 'it answered without reading what was asked';
          const said = `aegis-answer/1\n${nonce}\n${question(read === 'read' ? digest(body) : 'unread')}\n${status}\n${digest(answered)}\n`;
          const genuine = verify(null, Buffer.from(said), key, Buffer.from(signature, 'base64url'));
          return genuine ? null : 'its answer to this question is not signed with the known key';
        },
      };
    },
  };
}

function keyOf(text: string): KeyObject {
  const raw = Buffer.from(text, 'base64url');
  if (raw.length !== 32) throw new AegisSetupError(`AEGIS_ANSWER_KEY is not an answer key: ${text}. \`npx aegis identity\` prints it.`);
  return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
}
