import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createRequire } from 'node:module';
import type * as TlsModule from 'node:tls';
import { bodyDigest, NONCE_HEADER, PROOF_HEADER, proofOf } from '../wire/answer-proof.ts';

const PATH = '/v1/identity';
/** The answer of a daemon is a tenth of that. */
const MOST = 16_384;
const PATIENCE_MS = 10_000;

export const nonce = (): string => randomBytes(24).toString('base64url');

/**
 * A connection to the daemon that has proved, on this very connection, that it holds the answer key. Nothing of ours was told it before: whoever
 * else listens on the port is handed no key (DOOR-29).
 * @throws Error that says what is wrong with the peer
 */
export function provenSocket(url: URL, key: KeyObject): Promise<Socket> {
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tls = url.protocol === 'https:' ? (createRequire(import.meta.url)('node:tls') as typeof TlsModule) : null;
  const socket: Socket = tls === null ? connect({ host, port, noDelay: true }) : tls.connect({ host, port, servername: host });
  const asked = nonce();
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const ended = (): void => fail(new Error('it broke off its answer'));
    const late = setTimeout(() => fail(new Error('it does not say who it is')), PATIENCE_MS);
    const read = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk]);
      const answer = answerIn(held);
      if (answer === null) return void (held.length > MOST && fail(new IdentityError('its answer is not one of Aegis')));
      const question = { method: 'GET', path: PATH, host: url.host, body: bodyDigest('') };
      const proof = proofOf(key, { nonce: asked, question }, answer);
      if ('fault' in proof) return fail(new IdentityError(proof.fault));
      if (answer.status !== 200) return fail(new IdentityError(`it says who it is with status ${String(answer.status)}`));
      socket.off('data', read).off('error', fail).off('close', ended);
      clearTimeout(late);
      resolve(socket);
    };
    socket.on('data', read).on('error', fail).on('close', ended);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      socket.write(`GET ${PATH} HTTP/1.1\r\nhost: ${url.host}\r\n${NONCE_HEADER}: ${asked}\r\n\r\n`);
    });
    // A failure later on is its user's to hear; until there is one it ends nothing.
    socket.on('error', () => undefined);
    socket.once('close', () => clearTimeout(late));
  });
}

/** Somebody answers, and it is not the daemon whose key is known. */
export class IdentityError extends Error {}

/** A whole answer with a length; null while more is to come, and for whatever else it is until it is too long. */
function answerIn(held: Buffer): { readonly status: number; readonly body: Buffer; readonly proof: string | undefined } | null {
  const end = held.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [line = '', ...lines] = held.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(lines.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 1).trim()]));
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
  const length = Number(headers.get('content-length') ?? 0);
  const body = held.subarray(end + 4);
  return body.length < length ? null : { status, body: body.subarray(0, length), proof: headers.get(PROOF_HEADER) };
}
