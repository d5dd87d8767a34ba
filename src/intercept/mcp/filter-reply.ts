import type { OutcomeStatus } from '../../kernel/entry.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { CODES, failure, tooLong } from './message.ts';
import type { Reply, Request } from './message.ts';
import { truncateResult, fileLinks, withoutLinks } from './results.ts';
import { decideServerRequest, SERVER_REQUESTS } from './handle-server-message.ts';
import { audit } from './session.ts';
import type { Session } from './session.ts';

export interface FilteredReply {
  readonly reply: Reply;
  readonly status: OutcomeStatus;
  readonly errorCode?: string;
  /** What entered the session with the reply. */
  readonly value?: Json;
}

const MOST_LINKS = 16;
const MOST_INPUTS = 16;

/** What of a server's reply may go on to the agent, and how the action ended (MCP-8, MCP-9). */
export async function filterReply(
  session: Session,
  { request, reply, most }: { readonly request: Request; readonly reply: Reply; readonly most: number },
): Promise<FilteredReply> {
  if (!('result' in reply)) {
    const fits = truncateResult({ ...reply.error, data: reply.error.data ?? null }, most) !== null;
    const short = fits ? reply : failure(reply.id, reply.error.code, 'The server answered with an error too long to pass on.');
    return { reply: short, status: 'failed', errorCode: `MCP_${String(reply.error.code)}`.slice(0, 64), value: short.error.message };
  }
  const asking = await refusalOfInputs(session, reply.result);
  if (asking !== null) return { reply: failure(request.id, CODES.internal, asking), status: 'blocked', errorCode: 'MCP_SERVER_REQUEST' };
  const linked = await filterLinks(session, reply.result);
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

/** Questions a result carries back to the agent's user are requests of the server like any other (MCP-8). */
async function refusalOfInputs(session: Session, result: JsonObject): Promise<string | null> {
  if (result['resultType'] !== 'input_required') return null;
  const inputs = result['inputRequests'];
  if (inputs === undefined) return null;
  const refused = 'Aegis refused what the server proposed to be told first.';
  if (!isObject(inputs) || Object.keys(inputs).length > MOST_INPUTS) return refused;
  for (const input of Object.values(inputs)) {
    const method = isObject(input) ? input['method'] : undefined;
    const params = isObject(input) && isObject(input['params']) ? input['params'] : {};
    const known = typeof method === 'string' && Object.hasOwn(SERVER_REQUESTS, method);
    const verdict = known ? await decideServerRequest(session, method, params) : null;
    if (verdict === null || !verdict.runs) {
      audit(session, 'MCP_SERVER_REQUEST');
      return refused;
    }
    // Whether it is answered shows in the next round, which is decided as its own action.
    await session.deps.decisionPoint.settle({ action: verdict.action, status: 'unknown' });
  }
  return null;
}

async function filterLinks(session: Session, result: JsonObject): Promise<JsonObject> {
  const links = [...new Set(fileLinks(result))];
  if (links.length === 0) return result;
  const refused = new Set(session.deps.server.remote ? links : links.slice(MOST_LINKS));
  for (const uri of links) {
    if (refused.has(uri)) continue;
    const id = session.deps.mint();
    const { effect } = await session.deps.decisionPoint.decide({ id, kind: 'resource', name: 'resources/read', args: { uri } }, 0);
    if (effect !== 'allow') refused.add(uri);
    else await session.deps.decisionPoint.settle({ action: id, status: 'unknown' });
  }
  if (refused.size === 0) return result;
  audit(session, 'MCP_FILE_LINK');
  return withoutLinks(result, refused);
}
