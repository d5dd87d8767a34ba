import { AegisError } from '../../errors.ts';
import { handleCall } from './handle-call.ts';
import { CODES, failure, keyOf, tooLong } from './message.ts';
import type { Message, Notification, Reply, Request } from './message.ts';
import { truncateResult } from './results.ts';
import { handleAgentReply, handleServerMessage } from './handle-server-message.ts';
import { audit } from './session.ts';
import type { RunningRequest, Session, SendToAgent } from './session.ts';
import { filterInstructions, filterToolList } from './tool-list.ts';
import { isObject } from '../../kernel/json.ts';

/** Requests that change nothing and say nothing but how to talk; their answers pass as they are. */
const PLAIN: ReadonlySet<string> = new Set(['ping', 'logging/setLevel', 'completion/complete', 'resources/subscribe', 'resources/unsubscribe']);
/** Answered by what the server has; the text of the answer is labelled as something that was read. */
const READ: ReadonlySet<string> = new Set(['resources/list', 'resources/templates/list', 'prompts/list']);
const NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/cancelled',
]);
const MOST_RUNNING = 256;

export interface AgentEnd {
  readonly tell: SendToAgent;
  /** Keeps the ids of clients apart that share a session; '' where there is one. */
  readonly scope: string;
  readonly signal?: AbortSignal;
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
    return message.kind === 'request' ? failed(message.message, error) : null;
  }
}

/** MCP-7: an error of ours is a refusal with its code and nothing else. */
function failed({ id }: Request, error: unknown): Reply {
  if (!(error instanceof AegisError)) return failure(id, CODES.internal, 'Something inside Aegis failed; the action was not allowed.');
  return failure(id, CODES.internal, `${error.message}. ${error.hint}`, { code: error.code });
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
  const gone = (): void => running.abort.abort();
  from.signal?.addEventListener('abort', gone, { once: true });
  try {
    return await answer(session, request, running);
  } finally {
    session.running.delete(key);
    from.signal?.removeEventListener('abort', gone);
  }
}

async function answer(session: Session, request: Request, running: RunningRequest): Promise<Reply> {
  const { method } = request;
  if (method === 'initialize') session.capabilities = isObject(request.params?.['capabilities']) ? request.params['capabilities'] : {};
  const plain = PLAIN.has(method) || READ.has(method) || method === 'subscriptions/listen';
  if (method !== 'initialize' && method !== 'server/discover' && method !== 'tools/list' && !plain) return handleCall(session, request, running);
  const raw = await forward(session, request, running);
  if (method === 'tools/list') return filterToolList(session, raw);
  const reply = refuseTooLong(session, raw);
  if (method === 'initialize' || method === 'server/discover') return filterInstructions(session, reply);
  if (READ.has(method) && 'result' in reply) {
    await session.deps.decisionPoint.label('retrieved_doc', reply.result);
    return reply.result['cacheScope'] === undefined ? reply : { ...reply, result: { ...reply.result, cacheScope: 'private' } };
  }
  return reply;
}

function refuseTooLong(session: Session, reply: Reply): Reply {
  if (!('result' in reply) || truncateResult(reply.result, session.deps.decisionPoint.most) === reply.result) return reply;
  audit(session, 'MCP_RESULT_CUT');
  return tooLong(reply.id);
}

function forward(session: Session, request: Request, running: RunningRequest): Promise<Reply> {
  return session.deps.upstream.request(request, {
    signal: running.abort.signal,
    onServerMessage: (serverMessage) => void handleServerMessage(session, serverMessage, { tell: running.tell, call: running }),
  });
}

async function handleNotification(session: Session, message: Notification, { scope }: AgentEnd): Promise<void> {
  const { method, params } = message;
  // MCP-10: a call without an id is no call.
  if (!NOTIFICATIONS.has(method)) return audit(session, 'MCP_MESSAGE');
  if (method !== 'notifications/cancelled') return session.deps.upstream.send(message);
  const id = params?.['requestId'];
  // The call itself tells the server, once it has been forwarded; before that there is nothing to take back.
  if (typeof id === 'string' || typeof id === 'number') session.running.get(`${scope}/${keyOf(id)}`)?.abort.abort();
}
