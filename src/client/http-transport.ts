import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { createRequire } from 'node:module';
import type * as HttpsModule from 'node:https';
import { growingBytes } from '../wire/growing-bytes.ts';
import { answerJson } from './answer-json.ts';
import { unreachable } from './daemon.ts';
import type { Asking, DaemonAnswer, DaemonClient, DaemonTerms } from './daemon.ts';

type Send = (path: string, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest;

/** The daemon over HTTP, with connections that are kept. Redirects are not followed: they are no answer. */
export function httpTransport({ url, key, mostBytes }: DaemonTerms): DaemonClient {
  const { send, close } = senderTo(url);
  const authorization = { authorization: `Bearer ${key}` };
  return {
    ask: (asking) => ask(send, asking, { authorization, mostBytes }),
    stream: (path, signal) => stream(send, path, { authorization, signal }),
    close,
  };
}

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
}

function ask(send: Send, { method, path, body, timeoutMs, signal }: Asking, { authorization, mostBytes }: Terms): Promise<DaemonAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const content = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      reject(error.name === 'AegisError' ? error : unreachable(error.message));
    };
    const options = { method, headers: { ...authorization, ...content }, ...(signal === undefined ? {} : { signal }) };
    let sent: ClientRequest;
    const deadline = setTimeout(() => sent.destroy(unreachable(`no answer within ${String(timeoutMs)} ms`)), timeoutMs);
    try {
      sent = send(path, options, (answer) => {
        read(answer, mostBytes).then(
          (bytes) => {
            clearTimeout(deadline);
            resolve({ status: answer.statusCode ?? 0, body: answerJson(bytes) });
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
