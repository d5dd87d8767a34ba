import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { AegisError } from '../../../errors.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { ANSWER_MS } from '../deadline.ts';
import { exchange, discardBody, wholeBody } from './exchange.ts';
import type { Answer, Peer } from './exchange.ts';
import { headersOf } from './headers.ts';
import { failure, keyOf, SERVER_LIMITS, tooLong } from '../message.ts';
import { headOf, relayed } from '../refused-reply.ts';
import { refusalIn, retryAfterOf } from './upstream-refusal.ts';
import type { Notification, Reply, Request } from '../message.ts';
import { readServerMessage } from '../server-words.ts';
import { eventsOf } from './sse.ts';
import type { ServerMessage, Upstream } from '../upstream.ts';

export interface HttpUpstreamTerms {
  readonly peer: Peer;
  /** Session and version headers of the revisions that have them. */
  readonly state: () => Readonly<Record<string, string>>;
  /** The tool's definition, for the headers its schema asks for. */
  readonly definition: (tool: string) => JsonObject | undefined;
  readonly refused: (code: string) => void;
  /** Milliseconds until an answer to what is no request of the agent. */
  readonly answerMs?: number;
  /** Headers of every answer, for the session id in the one to `initialize`. */
  readonly answered: (message: Request | Notification | Reply, headers: IncomingHttpHeaders) => void;
}

const ACCEPT = 'application/json, text/event-stream';
const RESUMES = 5;
const RESUME_MS = 1_000;

/** An MCP server over Streamable HTTP, message by message. Holds no state of its own. */
export function httpUpstream(terms: HttpUpstreamTerms): Upstream {
  return {
    request: async (message, { signal, onServerMessage }) => {
      const answer = await posted(terms, message, signal);
      try {
        return await replyIn(terms, { message, answer, onServerMessage, signal });
      } catch (error) {
        if (signal.aborted) void tellCancelled(terms, message);
        throw error instanceof AegisError ? error : gone((error as Error).message);
      }
    },
    send: async (message) => {
      const { body, ...head } = await posted(terms, message, AbortSignal.timeout(terms.answerMs ?? ANSWER_MS));
      discardBody(body);
      const refusal = refusalIn(terms, head);
      if (refusal !== null) throw refusal;
    },
  };
}

const gone = (detail: string): AegisError => new AegisError('MCP_SERVER_GONE', { detail });

async function posted(terms: HttpUpstreamTerms, message: Request | Notification | Reply, signal: AbortSignal | undefined): Promise<Answer> {
  const tool = 'method' in message && message.method === 'tools/call' ? message.params?.['name'] : undefined;
  const definition = typeof tool === 'string' ? terms.definition(tool) : undefined;
  const headers = { accept: ACCEPT, ...terms.state(), ...headersOf(message, definition) };
  const answer = await exchange(terms.peer, { method: 'POST', headers, body: JSON.stringify(message), signal });
  terms.answered(message, answer.headers);
  return answer;
}

/** Revisions before 2026-07-28 are told; later ones understand the closed connection. */
async function tellCancelled(terms: HttpUpstreamTerms, { id }: Request): Promise<void> {
  if (Object.keys(terms.state()).length === 0) return;
  const params = { requestId: id, reason: 'taken back' };
  const told = await posted(terms, { jsonrpc: '2.0', method: 'notifications/cancelled', params }, AbortSignal.timeout(2_000)).catch(() => null);
  if (told !== null) discardBody(told.body);
}

interface Awaiting {
  readonly message: Request;
  readonly answer: Answer;
  readonly onServerMessage: (serverMessage: ServerMessage) => void;
  readonly signal: AbortSignal;
}

async function replyIn(terms: HttpUpstreamTerms, awaiting: Awaiting): Promise<Reply> {
  const { message, answer } = awaiting;
  const { status, headers, body } = answer;
  const lost = refusalIn(terms, answer);
  if (lost !== null && lost.code !== 'MCP_SERVER_REFUSED' && lost.code !== 'MCP_BUSY') {
    discardBody(body);
    throw lost;
  }
  if (status < 300 && (headers['content-type'] ?? '').startsWith('text/event-stream')) return replyInStream(terms, awaiting);
  const bytes = await wholeBody(body, SERVER_LIMITS.bytes);
  const reply = bytes === null ? cut(terms, message) : replyOf(terms, message, { bytes, status });
  if (reply === null) {
    if (lost !== null) throw lost;
    if (status < 400) terms.refused('MCP_FRAME');
    throw gone(status < 300 ? 'its answer is no answer to this request' : `it answered with HTTP ${String(status)}`);
  }
  const retryAfter = retryAfterOf(headers);
  if ('error' in reply) headOf.set(reply, { status: relayed(status), ...(retryAfter === null ? {} : { retryAfter }) });
  return reply;
}

function cut({ refused }: HttpUpstreamTerms, { id }: Request): Reply {
  refused('MCP_RESULT_CUT');
  return tooLong(id);
}

/** A refusal may carry no id (the server could not tell which request it was); an answer must. null: it is no answer to this request. */
function replyOf({ peer: { mask } }: HttpUpstreamTerms, { id }: Request, { bytes, status }: { bytes: Uint8Array; status: number }): Reply | null {
  try {
    const read = readServerMessage(bytes, mask);
    if (read.kind === 'reply' && keyOf(read.message.id) === keyOf(id)) return read.message;
  } catch {
    const error = status >= 400 ? errorIn(bytes) : null;
    if (error !== null) return failure(id, error.code, mask?.text(error.message) ?? error.message);
  }
  return null;
}

function errorIn(bytes: Uint8Array): { readonly code: number; readonly message: string } | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const { error } = JSON.parse(text) as { readonly error?: { readonly code?: unknown; readonly message?: unknown } };
    return typeof error?.code === 'number' && typeof error.message === 'string' ? { code: error.code, message: error.message.slice(0, 1_024) } : null;
  } catch {
    return null;
  }
}

/** Reads the stream of one call; a server that hangs up before its reply (SEP-1699) is asked for the rest. */
async function replyInStream(terms: HttpUpstreamTerms, { message, answer, onServerMessage, signal }: Awaiting): Promise<Reply> {
  let { body } = answer;
  let last: string | undefined;
  for (let resumes = 0; ; resumes++) {
    try {
      for await (const event of eventsOf(body.iterator({ destroyOnReturn: false }), SERVER_LIMITS.bytes)) {
        last = event.id ?? last;
        if (event.data === '') continue;
        const read = readServerMessage(Buffer.from(event.data), terms.peer.mask);
        if (read.kind !== 'reply') onServerMessage(read);
        else if (keyOf(read.message.id) === keyOf(message.id)) {
          discardBody(body);
          return read.message;
        } else terms.refused('MCP_UNSOLICITED');
      }
    } catch (error) {
      body.destroy();
      if (error instanceof RangeError) return cut(terms, message);
      if (signal.aborted) throw error;
      if (error instanceof AegisError || error instanceof TypeError) {
        terms.refused('MCP_FRAME');
        throw gone('its answer is not strict JSON');
      }
    }
    if (last === undefined || resumes >= RESUMES) throw gone('it hung up before it answered');
    await pause(RESUME_MS, undefined, { signal });
    const headers = { accept: 'text/event-stream', ...terms.state(), 'last-event-id': last };
    const again = await exchange(terms.peer, { method: 'GET', headers, signal });
    body = again.body;
    if (again.status === 200) continue;
    discardBody(body);
    throw gone(`it hung up before it answered, and then answered with HTTP ${String(again.status)}`);
  }
}

/** The stream a server of 2025-11-25 and before may keep for what it says of its own accord. Ends when it ends. */
export async function listen(
  terms: HttpUpstreamTerms,
  {
    onServerMessage,
    signal,
    opened,
  }: { readonly onServerMessage: (serverMessage: ServerMessage) => void; readonly signal: AbortSignal; readonly opened: (status: number) => void },
): Promise<void> {
  const answer = await exchange(terms.peer, { method: 'GET', headers: { accept: 'text/event-stream', ...terms.state() }, signal });
  const streams = answer.status === 200 && (answer.headers['content-type'] ?? '').startsWith('text/event-stream');
  if (!streams) discardBody(answer.body);
  const refusal = refusalIn(terms, answer);
  if (refusal !== null && refusal.code !== 'MCP_SERVER_REFUSED') throw refusal;
  // A server without such a stream says 405, and many say something else that means the same.
  opened(streams ? 200 : answer.status < 500 ? 405 : answer.status);
  if (!streams) return;
  for await (const event of eventsOf(answer.body, SERVER_LIMITS.bytes)) {
    if (event.data === '') continue;
    const read = readServerMessage(Buffer.from(event.data), terms.peer.mask);
    if (read.kind === 'reply') terms.refused('MCP_UNSOLICITED');
    else onServerMessage(read);
  }
}
