import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { AegisError } from '../../../errors.ts';
import { maskOfHeaders } from '../server-words.ts';
import type { ServerMask } from '../server-words.ts';
import { growingBytes } from '../../../wire/growing-bytes.ts';
import type { Method } from '../../../http/route.ts';

export interface Peer {
  readonly url: URL;
  /** Headers of the operator's own: credentials for this server. */
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent | SecureAgent;
  /** Keeps these credentials out of what the server says. */
  readonly mask: ServerMask;
}

export interface Asking {
  readonly method: Method;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

/** The time until the headers of an answer; a stream may then last as long as its call. */
const FIRST_BYTE_MS = 120_000;

/** @throws AegisError REQUEST_INVALID for anything but http and https, or credentials in the address */
export function peerAt(address: string, headers: Readonly<Record<string, string>> = {}): Peer {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '')
    throw new AegisError('REQUEST_INVALID', { detail: 'An MCP server’s address is http:// or https://, without a user in it' });
  const agent = url.protocol === 'https:' ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  return { url, headers, agent, mask: maskOfHeaders(headers) };
}

/** Errors of a connection that never came about: then nothing was sent. */
const UNREACHED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED']);

/** One HTTP exchange. Redirects are answers like others: only the configured address is asked. @throws AegisError MCP_SERVER_GONE, MCP_UNREACHABLE */
export function exchange(peer: Peer, { method, headers, body, signal }: Asking): Promise<Answer> {
  const send = peer.url.protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const gone = (error: Error): void => {
      const code = 'code' in error ? String(error.code) : '';
      if (signal?.aborted === true) reject(new AegisError('MCP_SERVER_GONE', { detail: 'the request was cancelled' }));
      else if (UNREACHED.has(code)) reject(new AegisError('MCP_UNREACHABLE', { detail: code }));
      else reject(new AegisError('MCP_SERVER_GONE', { detail: error.message }));
    };
    if (signal?.aborted === true) return gone(new Error('taken back'));
    const all = {
      ...headers,
      ...peer.headers,
      'accept-encoding': 'identity',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    let stop = (): void => void sent.destroy();
    const sent = send(peer.url, { method, agent: peer.agent, headers: all }, (answer) => {
      stop = () => void answer.destroy();
      clearTimeout(late);
      // Nobody may be reading this body when its connection breaks.
      answer.on('error', () => undefined);
      answer.once('end', over);
      if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
        answer.destroy();
        return gone(new Error('its answer is coded, which was not asked for'));
      }
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
    });
    // Not Node's `signal` option: it destroys a connection with an error while it is on its way back to the pool, where nobody listens.
    const aborted = (): void => stop();
    const over = (): void => signal?.removeEventListener('abort', aborted);
    signal?.addEventListener('abort', aborted, { once: true });
    sent.once('close', over);
    // Not the socket's own timer, which a server that drips its headers starts again with each byte.
    const late = setTimeout(() => sent.destroy(new Error('it took too long')), FIRST_BYTE_MS).unref();
    sent.once('close', () => clearTimeout(late));
    sent.on('error', gone);
    sent.end(body);
  });
}

const REST_MS = 1_000;
const REST_BYTES = 65_536;

/** Nothing more of this body matters; when its end is near, the connection serves the next exchange. */
export function discardBody(body: IncomingMessage): void {
  let left = REST_BYTES;
  const late = setTimeout(() => body.destroy(), REST_MS).unref();
  body.once('close', () => clearTimeout(late));
  body.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) body.destroy();
  });
  body.resume();
}

/** The whole body, or null when it is longer than `most` bytes; what is longer is not read on. */
export async function wholeBody(body: IncomingMessage, most: number): Promise<Uint8Array | null> {
  const held = growingBytes();
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (held.length + chunk.length > most) {
      body.destroy();
      return null;
    }
    held.append(chunk);
  }
  return held.take();
}
