import { AegisError } from '../../errors.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { ToolStatus } from './decision-point.ts';
import { failure } from './message.ts';
import type { Reply, Request } from './message.ts';
import { sizeOf } from './results.ts';
import type { Session } from './session.ts';

/** As the gate names them: no tool may be called this. */
const INSTRUCTIONS = '(instructions)';
const MOST_PAGES = 32;
const MOST_BATCH = 16;
const BATCH_BYTES = 131_072;

function toolsOf(result: JsonObject): readonly JsonObject[] {
  const { tools } = result;
  if (!Array.isArray(tools) || !tools.every((tool) => isObject(tool) && typeof tool['name'] === 'string'))
    throw new AegisError('MCP_MESSAGE', { detail: 'the server’s list of tools has not the shape of one' });
  // The name that stands for the instructions is nobody's tool.
  return (tools as unknown as readonly JsonObject[]).filter((tool) => tool['name'] !== INSTRUCTIONS);
}

/** Shows the gate what the server says and remembers it; what it then may offer is the gate's to say (MCP-1, MCP-5). */
async function showTools(session: Session, tools: readonly JsonObject[]): Promise<readonly ToolStatus[]> {
  const { decisionPoint, server } = session.deps;
  const statuses: ToolStatus[] = [];
  for (const batch of batches(tools)) statuses.push(...(await decisionPoint.show(server, batch)));
  for (const [at, { tool, digest }] of statuses.entries()) session.tools.set(tool, { digest, definition: tools[at] ?? {} });
  return statuses;
}

/** No single request to the gate may be too large because a server has many tools. */
function* batches(tools: readonly JsonObject[]): Generator<readonly JsonObject[]> {
  let batch: JsonObject[] = [];
  let size = 0;
  for (const tool of tools) {
    const more = sizeOf(tool);
    if (batch.length > 0 && (batch.length >= MOST_BATCH || size + more > BATCH_BYTES)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(tool);
    size += more;
  }
  if (batch.length > 0) yield batch;
}

/** A page of the list as the agent may see it: only what is pinned and could be allowed; shared with nobody. */
export async function filterToolList(session: Session, reply: Reply): Promise<Reply> {
  if (!('result' in reply)) return reply;
  const { result } = reply;
  const tools = toolsOf(result);
  const statuses = await showTools(session, tools);
  const offered = tools.filter((_tool, at) => statuses[at]?.status === 'pinned');
  if (result['nextCursor'] === undefined) session.listed = true;
  return { ...reply, result: { ...result, tools: offered, ...(result['cacheScope'] === undefined ? {} : { cacheScope: 'private' }) } };
}

/** MCP-1: nothing is called that was not shown before, also when the agent never asked for the list, or the server said that it changed. */
export async function ensureToolsShown(session: Session, call: Request, signal: AbortSignal): Promise<void> {
  if (session.listed) return;
  const meta = isObject(call.params?.['_meta']) ? call.params['_meta'] : {};
  const { progressToken: _token, ...envelope } = meta;
  let cursor: Json | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const params = { ...(Object.keys(envelope).length === 0 ? {} : { _meta: envelope }), ...(cursor === undefined ? {} : { cursor }) };
    const request: Request = { jsonrpc: '2.0', id: `aegis-${session.deps.mint()}`, method: 'tools/list', params };
    const reply = await session.deps.upstream.request(request, { signal, onServerMessage: () => undefined });
    if (!('result' in reply)) throw new AegisError('MCP_SERVER_GONE', { detail: 'it does not say what its tools are' });
    await showTools(session, toolsOf(reply.result));
    cursor = reply.result['nextCursor'];
    if (cursor === undefined) break;
  }
  session.listed = true;
}

/** MCP-4: the server's instructions go to the model like a description does; in quarantine they are left out. */
export async function filterInstructions(session: Session, reply: Reply): Promise<Reply> {
  if (!('result' in reply)) return reply;
  const { instructions, ...rest } = reply.result;
  const result = reply.result['cacheScope'] === undefined ? rest : { ...rest, cacheScope: 'private' };
  if (typeof instructions !== 'string') return { ...reply, result: { ...result, ...(instructions === undefined ? {} : { instructions }) } };
  const [status] = await session.deps.decisionPoint.show(session.deps.server, [{ name: INSTRUCTIONS, description: instructions }]);
  return { ...reply, result: status?.status === 'pinned' ? { ...result, instructions } : result };
}

/** The answer where Aegis itself stands in the way of anything that is no tool. */
export function refusedReply(request: Request, text: string): Reply {
  return failure(request.id, -32003, text);
}
