import type { ActionKind } from '../../kernel/action.ts';
import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { decideAndWait, tellWaiting, waitingText } from './decide-and-wait.ts';
import { filterLinks } from './links.ts';
import { CODES, failure, keyOf } from './message.ts';
import type { Notification, Reply, Request } from './message.ts';
import { audit, withinRate } from './session.ts';
import type { RunningRequest, Session, SendToAgent } from './session.ts';
import type { ServerMessage } from './upstream.ts';

/** What a server may ask of an agent at all, which capability the agent must have offered, and what it is as an action (MCP-8). */
export const SERVER_REQUESTS: Readonly<Record<string, { readonly capability: string; readonly kind: ActionKind }>> = {
  // The client calls the model, and that call has its price where it is made; here it is a question like the others.
  'sampling/createMessage': { capability: 'sampling', kind: 'tool' },
  'elicitation/create': { capability: 'elicitation', kind: 'tool' },
  'roots/list': { capability: 'roots', kind: 'resource' },
};

const MOST_ASKED = 16;

/** Something the server says of its own accord. `call` is the agent's request it came with, where the wire tells. */
export async function handleServerMessage(
  session: Session,
  serverMessage: ServerMessage,
  terms: { readonly tell: SendToAgent; readonly call: RunningRequest | null },
): Promise<void> {
  if (!withinRate(session)) {
    audit(session, 'MCP_FLOOD');
    if (serverMessage.kind === 'request')
      await answer(session, failure(serverMessage.message.id, CODES.internal, 'Too many messages; this one was dropped.'));
    return;
  }
  if (serverMessage.kind === 'notification') return handleNotification(session, serverMessage.message, terms.tell);
  const refusal = await handleRequest(session, serverMessage.message, terms);
  if (refusal !== null) await answer(session, refusal);
}

async function answer(session: Session, reply: Reply): Promise<void> {
  await session.deps.upstream.send(reply).catch(() => undefined);
}

function handleNotification(session: Session, message: Notification, tell: SendToAgent): void {
  const { method, params } = message;
  if (method === 'notifications/tools/list_changed') session.listed = false;
  if (!method.startsWith('notifications/') || !expected(session, method, params)) return audit(session, 'MCP_UNSOLICITED');
  tell(message);
}

/** Progress belongs to a call that runs and asked for it; only a request that was passed on can be taken back. */
function expected(session: Session, method: string, params: JsonObject | undefined): boolean {
  if (method === 'notifications/progress') {
    const token = params?.['progressToken'];
    if (token === undefined) return false;
    for (const call of session.running.values()) if (call.progressToken === token) return true;
    return false;
  }
  if (method === 'notifications/cancelled') {
    const id = params?.['requestId'];
    return (typeof id === 'string' || typeof id === 'number') && session.asked.has(keyOf(id));
  }
  return true;
}

/** Decides a request of the server and passes it on; a reply is its refusal. */
async function handleRequest(
  session: Session,
  message: Request,
  terms: { readonly tell: SendToAgent; readonly call: RunningRequest | null },
): Promise<Reply | null> {
  const { id, method } = message;
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  const known = Object.hasOwn(SERVER_REQUESTS, method) ? SERVER_REQUESTS[method] : undefined;
  if (known === undefined || !isObject(session.capabilities[known.capability])) {
    audit(session, 'MCP_SERVER_REQUEST');
    return failure(id, CODES.methodNotFound, 'This client does not offer that.');
  }
  const key = keyOf(id);
  if (session.asked.has(key) || session.asked.size >= MOST_ASKED) {
    audit(session, 'MCP_SERVER_REQUEST');
    return failure(id, CODES.invalidRequest, 'This id is already waiting for its answer, or too many do.');
  }
  const call = terms.call ?? onlyOne(session);
  const meta = message.params?.['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : undefined;
  session.asked.set(key, { action: null, call, token });
  if (call !== null) call.asking += 1;
  const verdict = await decideServerRequest(session, { method, params: message.params ?? {}, call }).catch(() => null);
  if (verdict === null || !verdict.runs) {
    forget(session, key);
    return failure(id, CODES.invalidRequest, 'Aegis refused this request of the server.');
  }
  session.asked.set(key, { action: verdict.action, call, token });
  terms.tell({ ...message, ...(Object.keys(verdict.args).length === 0 && message.params === undefined ? {} : { params: verdict.args }) });
  return null;
}

export interface ServerQuestion {
  readonly method: string;
  readonly params: JsonObject;
  /** The agent's request it belongs to, where that is known: who made it is told what waits. */
  readonly call: RunningRequest | null;
}

export interface Verdict {
  readonly runs: boolean;
  readonly action: string;
  readonly args: JsonObject;
  /** Where it does not run. */
  readonly why: string;
}

/** A request of the server as an action of its agent; files it points to are decided like those of a result (MCP-21). */
export async function decideServerRequest(session: Session, { method, params, call }: ServerQuestion): Promise<Verdict> {
  const kind = SERVER_REQUESTS[method]?.kind ?? 'tool';
  const args = await filterLinks(session, params);
  const proposed = { id: session.deps.mint(), kind, name: method, args };
  const { decision } = await decideAndWait(session, proposed, {
    signal: call?.abort.signal ?? new AbortController().signal,
    waited: (current) => void (call !== null && tellWaiting(call, current)),
  });
  const action = proposed.id;
  if (decision.effect === 'allow') return { runs: true, action, args, why: '' };
  if (decision.effect === 'modify') return { runs: true, action, args: decision.modify.args, why: '' };
  return { runs: false, action, args, why: waitingText(decision) };
}

/** Over stdio nothing ties a question to a call; where only one runs, it is that one's. */
function onlyOne({ running }: Session): RunningRequest | null {
  const [first, second] = running.values();
  return second === undefined ? (first ?? null) : null;
}

function forget(session: Session, key: string): void {
  const known = session.asked.get(key);
  if (known?.call != null) known.call.asking -= 1;
  session.asked.delete(key);
}

/** The agent's answer to a request of the server: once, and only to one that was passed on. */
export async function handleAgentReply(session: Session, reply: Reply): Promise<void> {
  const key = keyOf(reply.id);
  const known = session.asked.get(key);
  if (known === undefined || known.action === null) return audit(session, 'MCP_UNSOLICITED');
  forget(session, key);
  const status = 'result' in reply ? 'succeeded' : 'failed';
  await session.deps.decisionPoint.settle({ action: known.action, status });
  await session.deps.upstream.send(reply);
}
