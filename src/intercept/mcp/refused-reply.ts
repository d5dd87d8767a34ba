import { AegisError } from '../../errors.ts';
import { CODES, failure } from './message.ts';
import type { Failure, Reply, Request } from './message.ts';

/** How an answer of ours leaves over HTTP, where it is not simply 200. */
export interface ReplyHead {
  readonly status: number;
  /** As the server said it. */
  readonly retryAfter?: string;
}

/** The head of a reply, for who writes it to HTTP. */
export const headOf = new WeakMap<Reply, ReplyHead>();

/** HTTP statuses of a server that say something about the request; the others are between Aegis and the server (MCP-24). */
export function relayed(status: number): number {
  const between = status < 400 || status > 599 || status === 401 || status === 403 || status === 407;
  return between ? 200 : status;
}

/** MCP-24: a client that hears 404 begins a new session, one that hears 429 or 503 comes again; the rest is the server's trouble with Aegis. */
export function headFor(error: unknown): ReplyHead {
  if (!(error instanceof AegisError)) return { status: 502 };
  const { retryAfter, status } = error.details;
  if (isLost(error)) return { status: 404 };
  if (error.code === 'MCP_BUSY' && typeof status === 'number') return { status, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
  const said = error.code === 'MCP_SERVER_REFUSED' && typeof status === 'number' ? relayed(status) : 200;
  return { status: said === 200 ? 502 : said };
}

export function isLost(error: unknown): boolean {
  return error instanceof AegisError && error.code === 'MCP_SESSION_LOST';
}

const LOST = new WeakSet<Reply>();

/** Whether a reply says that the server no longer knows the session. */
export function lost(reply: Reply): boolean {
  return LOST.has(reply);
}

/** MCP-7: an error of ours is a refusal with its code and nothing else. */
export function failedReply({ id }: Request, error: unknown): Failure {
  if (!(error instanceof AegisError)) return failure(id, CODES.internal, 'Something inside Aegis failed; the action was not allowed.');
  const { code, hint, message } = error;
  const reply = failure(id, CODES.internal, `${message}. ${hint}`, { code });
  if (code === 'MCP_SESSION_LOST' || code === 'MCP_BUSY') headOf.set(reply, headFor(error));
  if (isLost(error)) LOST.add(reply);
  return reply;
}
