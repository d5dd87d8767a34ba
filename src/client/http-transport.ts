import type { KeyObject } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { createRequire } from 'node:module';
import type * as HttpsModule from 'node:https';
import { answerKeyOf, bodyDigest, NONCE_HEADER, PROOF_HEADER, proofOf } from '../wire/answer-proof.ts';
import { growingBytes } from '../wire/growing-bytes.ts';
import { answerJson } from './answer-json.ts';
import { unreachable } from './daemon.ts';
import { IdentityError, nonce, provenSocket } from './proven-socket.ts';
import type { Asking, DaemonAnswer, DaemonClient, DaemonTerms } from './daemon.ts';

type Send = (path: string, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest;

/** The daemon over HTTP, with connections that are kept. Redirects are not followed: they are no answer. */
export function httpTransport({ url, key, mostBytes, answerKey, presence }: DaemonTerms): DaemonClient {
  const known = answerKey === undefined ? null : knownKey(answerKey);
  const { send, close } = known === null ? senderTo(url) : provenSender(url, known);
  const authorization = { authorization: `Bearer ${key}`, ...(presence === undefined ? {} : { 'aegis-presence': presence }) };
  return {
    ask: (asking) => ask(send, asking, { authorization, mostBytes, known: known === null ? null : { key: known, host: new URL(url).host, url } }),
    stream: (path, signal) => stream(send, path, { authorization, signal }),
    close,
  };
}

/** @throws AegisError AEGIS_UNREACHABLE for what is no key: nothing could ever be proved with it */
function knownKey(text: string): KeyObject {
  const key = answerKeyOf(text);
  if (key === null) throw unreachable('AEGIS_ANSWER_KEY is not an answer key; `aegis identity` prints it');
  return key;
}

/** Each connection proves whose it is before anything is sent over it. */
function provenSender(url: string, key: KeyObject): { readonly send: Send; close(): void } {
  const place = new URL(url);
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = (_options, done) => {
    provenSocket(place, key).then(
      (socket) => done?.(null, socket),
      (error: unknown) => done?.(stranger(error as Error, url), undefined as never),
    );
    return undefined;
  };
  return {
    send: (path, options, answered) => request(`http://${place.host}${place.pathname.replace(/\/$/, '')}${path}`, { ...options, agent }, answered),
    close: () => agent.destroy(),
  };
}

const stranger = (error: Error, url: string): Error =>
  error instanceof IdentityError ? unreachable(`what answers at ${url} is not this Aegis: ${error.message}`, { stranger: url }) : error;

/** TLS is loaded where it is spoken. */
function senderTo(url: string): { readonly send: Send; close(): void } {
  if (!url.startsWith('https:')) {
    const agent = new Agent({ keepAlive: true });
    return { send: (path, options, answered) => request(url + path, { ...options, agent }, answered), close: () => agent.destroy() };
  }
  const https = createRequire(import.meta.url)('node:https') as typeof HttpsModule;
  const agent = new https.Agent({ keepAlive: true });
  return { send: (path, options, answered) => https.request(url + path, { ...options, agent }, answered), close: () => agent.destroy() };
}

interface Terms {
  readonly authorization: { readonly authorization: string };
  readonly mostBytes: number;
  readonly known: { readonly key: KeyObject; readonly host: string; readonly url: string } | null;
}

function ask(send: Send, { method, path, body, timeoutMs, signal }: Asking, { authorization, mostBytes, known }: Terms): Promise<DaemonAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const content = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      reject(error.name === 'AegisError' ? error : unreachable(error.message));
    };
    const asked = known === null ? null : nonce();
    const options = {
      method,
      headers: { ...authorization, ...content, ...(asked === null ? {} : { [NONCE_HEADER]: asked }) },
      ...(signal === undefined ? {} : { signal }),
    };
    let sent: ClientRequest;
    const deadline = setTimeout(() => sent.destroy(unreachable(`no answer within ${String(timeoutMs)} ms`)), timeoutMs);
    try {
      sent = send(path, options, (answer) => {
        read(answer, mostBytes).then(
          (bytes) => {
            clearTimeout(deadline);
            const status = answer.statusCode ?? 0;
            const fault = asked === null ? null : unproven({ method, path, text, nonce: asked, known }, { answer, status, bytes });
            if (fault !== null) return reject(fault);
            resolve({ status, body: answerJson(bytes) });
          },
          (error: unknown) => fail(error as Error),
        );
      });
    } catch (error) {
      fail(error as Error);
      return;
    }
    sent.on('error', fail);
    sent.end(text);
  });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly text: string | undefined;
  readonly nonce: string;
  readonly known: Terms['known'];
}

/** Why what came is no answer of the daemon whose key is known to this very question; null when it is one. */
function unproven(
  { method, path, text, nonce, known }: Asked,
  { answer, status, bytes }: { readonly answer: IncomingMessage; readonly status: number; readonly bytes: Uint8Array },
): Error | null {
  if (known === null) return null;
  const question = { method, path, host: known.host, body: bodyDigest(text ?? '') };
  const proof = proofOf(known.key, { nonce, question }, { status, body: bytes, proof: answer.headers[PROOF_HEADER] });
  if ('fault' in proof) return stranger(new IdentityError(proof.fault), known.url);
  return proof.isRead || status >= 400 ? null : stranger(new IdentityError('it answered without reading what was asked'), known.url);
}

function read(answer: IncomingMessage, most: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const held = growingBytes();
    answer.on('error', reject);
    answer.on('aborted', () => reject(unreachable('it broke off its answer')));
    if (isRedirect(answer)) {
      answer.destroy(unreachable(`it answered with a redirect (${String(answer.statusCode)}), which is not followed`));
      return;
    }
    answer.on('data', (chunk: Buffer) => {
      if (held.length + chunk.length > most) answer.destroy(unreachable('its answer is too long'));
      else held.append(chunk);
    });
    answer.on('end', () => (answer.complete ? resolve(held.take()) : reject(unreachable('it broke off its answer'))));
  });
}

const isRedirect = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 300 && statusCode < 400;

function stream(
  send: Send,
  path: string,
  { authorization, signal }: Pick<Terms, 'authorization'> & { readonly signal: AbortSignal | undefined },
): Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> }> {
  return new Promise((resolve, reject) => {
    const sent = send(path, { method: 'GET', headers: authorization, ...(signal === undefined ? {} : { signal }) }, (answer) => {
      if (!isRedirect(answer)) return resolve({ status: answer.statusCode ?? 0, body: answer });
      answer.destroy();
      reject(unreachable('it answered with a redirect, which is not followed'));
    });
    sent.on('error', (error) => reject(signal?.aborted === true ? error : unreachable(error.message)));
    sent.end();
  });
}
