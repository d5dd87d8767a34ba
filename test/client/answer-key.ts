import { generateKeyPairSync, sign } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { answerKeyText, bodyDigest, NONCE_HEADER, PROOF_HEADER, proofText, provenBytes } from '../../src/wire/answer-proof.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** The answer key of the daemons that tests play themselves. */
export const ANSWER_KEY = answerKeyText(publicKey);

interface Played {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly nonce: string;
  readonly body: string;
}

/** The header that proves an answer to be theirs. */
export function proofFor({ nonce, body, ...asked }: Played, answer: { readonly status: number; readonly body: string }): Record<string, string> {
  const question = { ...asked, body: bodyDigest(body) };
  return { [PROOF_HEADER]: proofText(sign(null, provenBytes(nonce, question, { ...answer, body: Buffer.from(answer.body) }), privateKey), true) };
}

/** The same for a request to a server of Node's. */
export function proofOfRequest(
  request: IncomingMessage,
  body: string,
  answer: { readonly status: number; readonly body: string },
): Record<string, string> {
  const { method = '', url: path = '', headers } = request;
  const nonce = String(headers[NONCE_HEADER] ?? '');
  return nonce === '' ? {} : proofFor({ method, path, host: headers.host ?? '', nonce, body }, answer);
}

/** Answers who it is on a bare connection, as a daemon does, and gives the connection over for whatever comes then. */
export function identified(socket: Socket, then: (socket: Socket) => void): void {
  socket.once('data', (first: Buffer) => {
    const head = first.toString('latin1');
    const header = (name: string): string => new RegExp(`^${name}: *(\\S*)`, 'im').exec(head)?.[1] ?? '';
    const body = JSON.stringify({ answerKey: ANSWER_KEY });
    const asked = { method: 'GET', path: '/v1/identity', host: header('host'), nonce: header(NONCE_HEADER), body: '' };
    const proof = proofFor(asked, { status: 200, body })[PROOF_HEADER] ?? '';
    const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n${PROOF_HEADER}: ${proof}\r\n\r\n${body}`;
    socket.write(answer, () => then(socket));
  });
}
