import type { OutcomeStatus } from '../../kernel/entry.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { CODES, failure, isCut, tooLong } from './message.ts';
import type { Reply, Request } from './message.ts';
import { filterLinks } from './links.ts';
import { truncateResult } from './results.ts';
import { decideServerRequest, SERVER_REQUESTS } from './handle-server-message.ts';
import { audit } from './session.ts';
import type { RunningRequest, Session } from './session.ts';

export interface FilteredReply {
  readonly reply: Reply;
  readonly status: OutcomeStatus;
  readonly errorCode?: string;
  /** What entered the session with the reply. */
  readonly value?: Json;
}

interface Replied {
  readonly request: Request;
  readonly reply: Reply;
  /** Bytes that may pass. */
  readonly most: number;
  readonly running: RunningRequest;
}

const MOST_INPUTS = 16;

/** What of a server's reply may go on to the agent, and how the action ended (MCP-8, MCP-9). */
export async function filterReply(session: Session, { request, reply, most, running }: Replied): Promise<FilteredReply> {
  // What was too long to read may have been an error as well as a result.
  if (isCut(reply)) return { reply, status: 'unknown', errorCode: 'MCP_RESULT_CUT' };
  if (!('result' in reply)) {
    const fits = truncateResult({ ...reply.error, data: reply.error.data ?? null }, most) !== null;
    const short = fits ? reply : failure(reply.id, reply.error.code, 'The server answered with an error too long to pass on.');
    return { reply: short, status: 'failed', errorCode: `MCP_${String(reply.error.code)}`.slice(0, 64), value: short.error.message };
  }
  const asking = await filterInputs(session, reply.result, running);
  if (typeof asking === 'string') return { reply: failure(request.id, CODES.internal, asking), status: 'blocked', errorCode: 'MCP_SERVER_REQUEST' };
  const linked = await filterLinks(session, asking);
  const result = truncateResult(linked, most);
  if (result !== linked) audit(session, 'MCP_RESULT_CUT');
  if (result === null)
    return {
      reply: tooLong(request.id),
      status: 'succeeded',
      errorCode: 'MCP_RESULT_CUT',
    };
  return { reply: { ...reply, result }, status: result['isError'] === true ? 'failed' : 'succeeded', value: valueOf(result) };
}

/** The part of a result that a model reads. */
function valueOf(result: JsonObject): Json {
  const { _meta: _meta, resultType: _type, ttlMs: _ttl, cacheScope: _scope, ...value } = result;
  return value;
}

/** Questions a result carries back to the agent's user are requests of the server like any other (MCP-8). A text: why they may not pass. */
async function filterInputs(session: Session, result: JsonObject, running: RunningRequest): Promise<JsonObject | string> {
  if (result['resultType'] !== 'input_required') return result;
  const inputs = result['inputRequests'];
  if (inputs === undefined) return result;
  const refused = 'Aegis refused what the server asked for before it answers.';
  if (!isObject(inputs) || Object.keys(inputs).length > MOST_INPUTS) return refused;
  const kept: Record<string, Json> = {};
  for (const [key, input] of Object.entries(inputs)) {
    const method = isObject(input) ? input['method'] : undefined;
    const params = isObject(input) && isObject(input['params']) ? input['params'] : {};
    const known = typeof method === 'string' && Object.hasOwn(SERVER_REQUESTS, method);
    const verdict = known ? await decideServerRequest(session, { method, params, call: running }) : null;
    if (verdict === null || !verdict.runs) {
      audit(session, 'MCP_SERVER_REQUEST');
      return verdict === null ? refused : `${refused} ${verdict.why}`;
    }
    const asked = input as JsonObject;
    Object.defineProperty(kept, key, { value: asked['params'] === undefined ? asked : { ...asked, params: verdict.args }, enumerable: true });
    // Whether it is answered shows in the next round, which is decided as its own action.
    await session.deps.decisionPoint.settle({ action: verdict.action, status: 'unknown' });
  }
  return { ...result, inputRequests: kept };
}
