import { AegisError } from '../../errors.ts';
import { within } from './deadline.ts';
import { handleCall } from './handle-call.ts';
import { CODES, failure, keyOf, tooLong } from './message.ts';
import type { Message, Notification, Reply, Request } from './message.ts';
import { truncateResult } from './results.ts';
import { handleAgentReply, handleServerMessage } from './handle-server-message.ts';
import { forwardable, isHarmless, LISTS, remember } from './methods.ts';
import { failedReply } from './refused-reply.ts';
import { audit } from './session.ts';
import type { RunningRequest, Session, SendToAgent } from './session.ts';
import { withoutRefusedFiles } from './links.ts';
import { filterInstructions, filterToolList } from './tool-list.ts';
import { isObject } from '../../kernel/json.ts';

const MOST_RUNNING = 256;

export interface AgentEnd {
  readonly tell: SendToAgent;
  /** Keeps the ids of clients apart that share a session; '' where there is one. */
  readonly scope: string;
  readonly signal?: AbortSignal;
  /** Told of a notification or an answer that did not reach the server. */
  readonly undelivered?: (error: unknown) => void;
}

/** Everything an agent sends comes through here; what is not answered with a reply has none. Never rejects. */
export async function handleAgentMessage(session: Session, message: Message, from: AgentEnd): Promise<Reply | null> {
  try {
    switch (message.kind) {
      case 'request':
        return await handleRequest(session, message.message, from);
      case 'notification':
        await handleNotification(session, message.message, from);
        return null;
      case 'reply':
        await handleAgentReply(session, message.message);
        return null;
    }
  } catch (error) {
    if (message.kind === 'request') return failedReply(message.message, error);
    from.undelivered?.(error);
    return null;
  }
}

async function handleRequest(session: Session, request: Request, from: AgentEnd): Promise<Reply> {
  const key = `${from.scope}/${keyOf(request.id)}`;
  if (session.running.has(key) || session.running.size >= MOST_RUNNING) {
    audit(session, 'MCP_MESSAGE');
    return failure(request.id, CODES.invalidRequest, 'This id is in use, or too many requests are.');
  }
  const meta = request.params?.['_meta'];
  const running: RunningRequest = {
    abort: new AbortController(),
    progressToken: isObject(meta) ? meta['progressToken'] : undefined,
    tell: from.tell,
    asking: 0,
  };
  session.running.set(key, running);
  const gone = (): void => running.abort.abort(from.signal?.reason);
  from.signal?.addEventListener('abort', gone, { once: true });
  if (from.signal?.aborted === true) gone();
  try {
    return await answer(session, request, running);
  } catch (error) {
    throw takenBack(running.abort.signal, error);
  } finally {
    session.running.delete(key);
    from.signal?.removeEventListener('abort', gone);
  }
}

/** Who takes a question to Aegis back is not told that Aegis did not answer it. */
function takenBack({ aborted, reason }: AbortSignal, error: unknown): unknown {
  if (!aborted || !(error instanceof AegisError) || error.code !== 'AEGIS_UNREACHABLE') return error;
  return reason instanceof AegisError ? reason : new AegisError('MCP_TAKEN_BACK');
}

async function answer(session: Session, request: Request, running: RunningRequest): Promise<Reply> {
  const { method } = request;
  if (!isHarmless(session, request)) return handleCall(session, request, running);
  remember(session, request);
  const raw = await forward(session, request, running);
  if (method === 'tools/list') return filterToolList(session, { request, reply: raw, tell: running.tell });
  const reply = refuseTooLong(session, raw);
  if (method === 'initialize' || method === 'server/discover') return filterInstructions(session, reply);
  if (LISTS.has(method) && 'result' in reply) {
    const result = withoutRefusedFiles(session, reply.result);
    await session.deps.decisionPoint.label('retrieved_doc', result);
    return { ...reply, result: result['cacheScope'] === undefined ? result : { ...result, cacheScope: 'private' } };
  }
  return reply;
}

function refuseTooLong(session: Session, reply: Reply): Reply {
  if (!('result' in reply) || truncateResult(reply.result, session.deps.decisionPoint.most) === reply.result) return reply;
  audit(session, 'MCP_RESULT_CUT');
  return tooLong(reply.id);
}

/** What is no call has a time of its own; a stream of what changes lasts until either side ends it. */
function forward(session: Session, request: Request, running: RunningRequest): Promise<Reply> {
  const asked = (signal: AbortSignal): Promise<Reply> =>
    session.deps.upstream.request(request, {
      signal,
      onServerMessage: (serverMessage) => void handleServerMessage(session, serverMessage, { tell: running.tell, call: running }),
    });
  return request.method === 'subscriptions/listen' ? asked(running.abort.signal) : within(session.deps, running.abort.signal, asked);
}

async function handleNotification(session: Session, message: Notification, { scope }: AgentEnd): Promise<void> {
  const { method, params } = message;
  if (method === 'notifications/cancelled') {
    const id = params?.['requestId'];
    // The call itself tells the server, once it has been forwarded; before that there is nothing to take back.
    if (typeof id === 'string' || typeof id === 'number') session.running.get(`${scope}/${keyOf(id)}`)?.abort.abort();
    return;
  }
  // MCP-10: a call without an id is no call.
  const kept = forwardable(session, message);
  if (kept === null) return audit(session, 'MCP_MESSAGE');
  return session.deps.upstream.send(kept);
}
