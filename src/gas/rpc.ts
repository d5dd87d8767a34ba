import { member } from './numbers.ts';
import { NoQuote } from './nouns.ts';
import type { Rpc } from './nouns.ts';

const MOST_BYTES = 1_048_576;

export interface Reach {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** JSON of a server, bounded in time and size. @throws NoQuote */
export async function fetchJson(url: string, init: RequestInit, { headers = {}, timeoutMs }: Reach): Promise<unknown> {
  try {
    const answer = await fetch(url, { ...init, headers: { ...headers, ...init.headers }, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    // A node that refuses a call may say so with a status of its own.
    return JSON.parse(await bounded(answer)) as unknown;
  } catch (error) {
    if (error instanceof NoQuote) throw error;
    throw new NoQuote(error instanceof SyntaxError ? 'unreadable' : 'unreachable');
  }
}

async function bounded(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_BYTES) throw new NoQuote('unreadable');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Calls of one server. An error of its own is `refused`; what answers another question is `unreadable`. */
export function jsonRpc(url: string, reach: Reach): Rpc {
  let last = 0;
  return async (method, params) => {
    last += 1;
    const id = last;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const answer = await fetchJson(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } }, reach);
    if (member(answer, 'id') !== id) throw new NoQuote('unreadable');
    if (member(answer, 'error') !== undefined) throw new NoQuote('refused');
    const result = member(answer, 'result');
    if (result === undefined || result === null) throw new NoQuote('unreadable');
    return result;
  };
}
