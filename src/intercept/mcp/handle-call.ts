import { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { textOf } from '../../gate/refusal.ts';
import { decideAndWait } from './decide-and-wait.ts';
import { recordOutcome } from './outcome-queue.ts';
import { holdFor, restoreHeldCall } from './held-call.ts';
import type { EndedAction, ProposedAction } from './decision-point.ts';
import { CODES, failure } from './message.ts';
import type { Reply, Request } from './message.ts';
import { filterReply } from './filter-reply.ts';
import { sizeOf } from './results.ts';
import { handleServerMessage } from './handle-server-message.ts';
import type { RunningRequest, Session } from './session.ts';
import { ensureToolsShown, refusedReply } from './tool-list.ts';

/** Answers to questions the server put into an earlier result (MCP 2026-07-28) are arguments too; this name stands for them. */
export const RESPONSES = 'mcp:inputResponses';

/** A digest nothing has: the gate then says that the server never showed such a tool. */
const NOTHING = '0'.repeat(64);

/** A longer result is recorded before it leaves, so that what waits to be recorded stays small (MCP-16). */
const SMALL_BYTES = 65_536;

/** A request that does something: decided, forwarded as it was decided, its end handed to the decision point before its answer leaves (MCP-7). */
export async function handleCall(session: Session, request: Request, running: RunningRequest): Promise<Reply> {
  const back = restoreHeldCall(session, request);
  if ('error' in back) return back.error;
  const { asked } = back;
  if (asked.method === 'tools/call') await ensureToolsShown(session, asked, running.abort.signal);
  const proposed = proposedActionOf(session, asked, back.action);
  if (proposed === null) return failure(request.id, CODES.invalidParams, 'This call has not the shape of one.');
  const holds = holdFor(session, asked, proposed);
  const { decision } = await decideAndWait(session, proposed, {
    signal: running.abort.signal,
    waited: (current) => {
      tellWaiting(running, current);
      return holds !== null && current.effect === 'ask';
    },
  });
  if (decision.effect === 'ask' && holds !== null && !running.abort.signal.aborted) return { ...holds(decision), id: request.id };
  // MCP-17: what stands in quarantine is read again before the next call; a person may have made room for it.
  if (decision.reasons.some(({ code }) => code === 'TOOL_QUARANTINED')) session.listed = false;
  const text = textOf(decision);
  if (decision.effect !== 'allow' && decision.effect !== 'modify') return refusal(asked, text ?? 'Aegis refused this action.');
  const forward = withDecidedArguments(asked, decision.effect === 'modify' ? decision.modify.args : proposed.args);
  return await forwardAndSettle(session, { request: forward, proposed, decision, running });
}

/** What the agent wants, as an action: the tool with its arguments, or the method with its parameters. */
function proposedActionOf(session: Session, { method, params = {} }: Request, action: string | null): ProposedAction | null {
  const id = action ?? session.deps.mint();
  const { _meta: _meta, requestState: _state, inputResponses, ...rest } = params;
  if (inputResponses !== undefined && !isObject(inputResponses)) return null;
  const answers = inputResponses === undefined ? {} : { [RESPONSES]: inputResponses };
  if (method !== 'tools/call') return { id, kind: 'resource', name: method, args: { ...rest, ...answers } };
  const { name, arguments: args = {} } = rest;
  if (typeof name !== 'string' || name === '' || name.length > 256 || !isObject(args) || Object.hasOwn(args, RESPONSES)) return null;
  const defined = session.tools.get(name);
  const tool = { server: session.deps.server.name, digest: (defined?.digest ?? NOTHING) as NonNullable<ProposedAction['tool']>['digest'] };
  return { id, kind: 'tool', name, args: { ...args, ...answers }, tool };
}

/** The request with exactly the arguments that were decided on. */
function withDecidedArguments(request: Request, args: JsonObject): Request {
  const { params = {}, ...rest } = request;
  const { [RESPONSES]: inputResponses, ...plain } = args;
  const answers = inputResponses === undefined ? {} : { inputResponses };
  const { inputResponses: _old, ...kept } = params;
  if (request.method === 'tools/call') {
    const bare = params['arguments'] === undefined && Object.keys(plain).length === 0;
    return { ...rest, params: { ...kept, ...answers, ...(bare ? {} : { arguments: plain }) } };
  }
  const { _meta, requestState } = params;
  return {
    ...rest,
    params: {
      ...plain,
      ...answers,
      ...(requestState === undefined ? {} : { requestState }),
      ...(_meta === undefined ? {} : { _meta }),
    },
  };
}

/** A refused tool call is a result the model reads; a refused request of another kind is an error. */
function refusal(request: Request, text: string): Reply {
  if (request.method !== 'tools/call') return refusedReply(request, text);
  return { jsonrpc: '2.0', id: request.id, result: { ...completed(request), content: [{ type: 'text', text }], isError: true } };
}

/** What MCP 2026-07-28 wants every result to say. */
export function completed(request: Request): JsonObject {
  return isModern(request) ? { resultType: 'complete' } : {};
}

export function isModern({ params }: Request): boolean {
  const meta = params?.['_meta'];
  const version: Json | undefined = isObject(meta) ? meta['io.modelcontextprotocol/protocolVersion'] : undefined;
  return typeof version === 'string' && version >= '2026-07-28';
}

function tellWaiting(running: RunningRequest, decision: Decision): void {
  if (typeof running.progressToken !== 'string' && typeof running.progressToken !== 'number') return;
  running.waits = (running.waits ?? 0) + 1;
  running.tell({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    // Far below anything the server will say: progress must only grow.
    params: { progressToken: running.progressToken, progress: running.waits / 1_000_000, message: textOf(decision) ?? 'Aegis is deciding.' },
  });
}

interface Performance {
  readonly request: Request;
  readonly proposed: ProposedAction;
  readonly decision: Decision;
  readonly running: RunningRequest;
}

async function forwardAndSettle(session: Session, { request, proposed, decision, running }: Performance): Promise<Reply> {
  const { decisionPoint, upstream } = session.deps;
  const { timeoutMs, maxOutputBytes } = decision.obligations;
  const deadline = deadlineFor(session, running, timeoutMs);
  let reply: Reply;
  try {
    reply = await upstream.request(request, {
      signal: AbortSignal.any([running.abort.signal, deadline.signal]),
      onServerMessage: (serverMessage) => void handleServerMessage(session, serverMessage, { tell: running.tell, call: running }),
    });
  } catch (error) {
    const late = deadline.signal.aborted;
    const errorCode = late ? 'TIMEOUT' : error instanceof AegisError ? error.code : 'INTERNAL';
    // It may have happened and it may not: the log says so.
    await decisionPoint.settle({ action: proposed.id, status: 'unknown', errorCode });
    const why = late ? `It took longer than ${String(timeoutMs)} ms.` : 'The server gave no answer.';
    return refusal(request, `${why} Whether the action was done is not known.`);
  } finally {
    deadline.stop();
  }
  const filtered = await filterReply(session, { request, reply, most: Math.min(maxOutputBytes, decisionPoint.most) });
  await recordEnd(session, proposed, filtered);
  return filtered.reply;
}

async function recordEnd(session: Session, { id, kind }: ProposedAction, ended: Awaited<ReturnType<typeof filterReply>>): Promise<void> {
  const source = kind === 'tool' ? 'tool_output' : 'retrieved_doc';
  const { status, errorCode, value } = ended;
  const end: EndedAction = {
    action: id,
    status,
    source,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(value === undefined ? {} : { result: value }),
  };
  const { decisionPoint } = session.deps;
  if (value !== undefined && sizeOf(value) > SMALL_BYTES) await recordOutcome((one) => decisionPoint.settle(one), end);
  else await decisionPoint.end(end);
}

/** The time a call may take; it stands still while the server waits for an answer of the agent's user. */
function deadlineFor(session: Session, running: RunningRequest, ms: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let cancel = (): void => undefined;
  const arm = (): void => {
    cancel = session.deps.after(ms, () => {
      if (running.asking > 0) arm();
      else controller.abort();
    });
  };
  arm();
  return { signal: controller.signal, stop: () => cancel() };
}
