import { AegisError } from '../../errors.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { FoundIn } from '../../gate/nouns.ts';
import { withholdResult } from '../../gate/withhold-result.ts';
import type { Withheld } from '../../gate/withhold-result.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { deadline, within } from './deadline.ts';
import { decideAndWait, tellWaiting, waitingText } from './decide-and-wait.ts';
import { subscribed } from './methods.ts';
import { NOT_DONE } from './upstream.ts';
import { recordOutcome } from './outcome-queue.ts';
import { holdFor, restoreHeldCall } from './held-call.ts';
import type { EndedAction, ProposedAction } from './decision-point.ts';
import { CODES, failure } from './message.ts';
import type { Reply, Request } from './message.ts';
import { filterReply } from './filter-reply.ts';
import type { FilteredReply } from './filter-reply.ts';
import { sizeOf } from './results.ts';
import { handleServerMessage } from './handle-server-message.ts';
import type { RunningRequest, Session } from './session.ts';
import { completed } from './revision.ts';
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
  if (asked.method === 'tools/call') await within(session.deps, running.abort.signal, (signal) => ensureToolsShown(session, asked, signal));
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
  if (decision.effect !== 'allow' && decision.effect !== 'modify') return refusal(asked, waitingText(decision));
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

interface Performance {
  readonly request: Request;
  readonly proposed: ProposedAction;
  readonly decision: Decision;
  readonly running: RunningRequest;
}

async function forwardAndSettle(session: Session, performance: Performance): Promise<Reply> {
  const { request, proposed, decision, running } = performance;
  let reply: Reply;
  try {
    reply = await ask(session, performance);
  } catch (error) {
    return await noAnswer(session, performance, error);
  }
  const most = Math.min(decision.obligations.maxOutputBytes, session.deps.decisionPoint.most);
  try {
    const filtered = await filterReply(session, { request, reply, most, running });
    const word = decision.obligations.injectedResults;
    const found = await recordEnd(session, proposed, { ended: filtered, first: word !== undefined });
    if (filtered.status === 'succeeded') subscribed(session, request);
    return withoutInstructions(request, filtered, withholdResult(filtered.value ?? null, found, word));
  } catch (error) {
    await session.deps.decisionPoint.end({ action: proposed.id, status: 'unknown', errorCode: 'MCP_UNRECORDED' }).catch(() => undefined);
    // The server was asked, so what Aegis then failed at is no refusal (MCP-20).
    throw new AegisError('MCP_UNRECORDED', { detail: error instanceof AegisError ? error.message : 'something inside Aegis failed' });
  }
}

async function ask(session: Session, { request, decision, running }: Performance): Promise<Reply> {
  const asked = (signal: AbortSignal): Promise<Reply> =>
    session.deps.upstream.request(request, {
      signal,
      onServerMessage: (serverMessage) => void handleServerMessage(session, serverMessage, { tell: running.tell, call: running }),
    });
  // A stream of what changes lasts until either side ends it.
  if (request.method === 'subscriptions/listen') return asked(running.abort.signal);
  const { timeoutMs } = decision.obligations;
  const late = deadline(session.deps.after, timeoutMs, { pauses: () => running.asking > 0 });
  try {
    return await asked(AbortSignal.any([running.abort.signal, late.signal]));
  } catch (error) {
    throw late.over() ? new AegisError('MCP_TIMEOUT', { ms: timeoutMs }) : error;
  } finally {
    late.stop();
  }
}

/** MCP-20: what the server said it did not take was not done; of everything else it is unknown, and the log says so. */
async function noAnswer(session: Session, { request, proposed }: Performance, error: unknown): Promise<Reply> {
  const known = error instanceof AegisError ? error : new AegisError('MCP_SERVER_GONE', { detail: 'something inside Aegis failed' });
  const refused = NOT_DONE.has(known.code);
  const ended: EndedAction = {
    action: proposed.id,
    status: refused ? 'failed' : 'unknown',
    errorCode: known.code === 'MCP_TIMEOUT' ? 'TIMEOUT' : known.code,
  };
  // What cannot be recorded now is recorded with the next decision; the agent is told what happened all the same.
  const { decisionPoint } = session.deps;
  await decisionPoint.settle(ended).catch(() => decisionPoint.end(ended).catch(() => undefined));
  if (refused) throw known;
  return refusal(request, `The server gave no answer; whether it was done is not known. ${sentenceOf(known)} Check before you do it again.`);
}

function sentenceOf({ code, details, message }: AegisError): string {
  if (code === 'MCP_TIMEOUT') return `It took longer than ${String(details['ms'])} ms.`;
  return code === 'MCP_SERVER_GONE' ? `Why: ${String(details['detail'])}.` : `${message}.`;
}

/** TAINT-14: what the model would read is what was recorded, without what the policy keeps from it. */
function withoutInstructions(request: Request, { reply }: FilteredReply, withheld: Withheld<Json>): Reply {
  if (withheld.kind === 'nothing' || !('result' in reply)) return reply;
  if (withheld.kind === 'all' || !isObject(withheld.value)) {
    return refusal(request, withheld.kind === 'all' ? withheld.text : 'Aegis withheld this result: it holds instructions to the model.');
  }
  return { ...reply, result: { ...reply.result, ...withheld.value } };
}

/** `first`: what was found decides what the model may read, so it is recorded before the answer leaves. */
async function recordEnd(
  session: Session,
  { id, kind }: ProposedAction,
  { ended, first }: { readonly ended: FilteredReply; readonly first: boolean },
): Promise<readonly FoundIn[]> {
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
  if (value !== undefined && (first || sizeOf(value) > SMALL_BYTES)) return recordOutcome((one) => decisionPoint.settle(one), end);
  await decisionPoint.end(end);
  return [];
}
