import { AegisError } from '../../errors.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { failure } from './message.ts';
import type { Reply, Request } from './message.ts';
import type { Session, SendToAgent } from './session.ts';
import { showTools } from './show-tools.ts';
import type { HeldBack } from './show-tools.ts';
import { tellHeldBack, withHeldBack } from './held-back.ts';

/** As the gate names them: no tool may be called this. */
export const INSTRUCTIONS = '(instructions)';
const MOST_PAGES = 256;

function toolsOf(result: JsonObject): readonly JsonObject[] {
  const { tools } = result;
  if (!Array.isArray(tools) || !tools.every((tool) => isObject(tool) && typeof tool['name'] === 'string'))
    throw new AegisError('MCP_TOOL_LIST', { detail: 'it is not a list of tools' });
  // The name that stands for the instructions is nobody's tool.
  return (tools as unknown as readonly JsonObject[]).filter((tool) => tool['name'] !== INSTRUCTIONS);
}

interface Listed {
  readonly request: Request;
  readonly reply: Reply;
  readonly tell: SendToAgent;
}

/** A page of the list as the agent may see it: only what is pinned and could be allowed; shared with nobody. What is held back is said (MCP-25). */
export async function filterToolList(session: Session, { request, reply, tell }: Listed): Promise<Reply> {
  if (!('result' in reply)) return reply;
  const { result } = reply;
  if (request.params?.['cursor'] === undefined) session.listing.clear();
  const { offered, heldBack } = await showTools(session, toolsOf(result));
  if (result['nextCursor'] === undefined) session.listed = true;
  tellHeldBack(session, { request, heldBack, tell });
  const shown = { ...result, tools: offered, ...(result['cacheScope'] === undefined ? {} : { cacheScope: 'private' }) };
  return { ...reply, result: withHeldBack(session, shown, heldBack) };
}

/**
 * MCP-1: nothing is called that was not shown before, also when the agent never asked for the list, or the server said that it changed.
 * @throws AegisError MCP_TOOL_LIST where the list has no end
 */
export async function ensureToolsShown(session: Session, call: Request, signal: AbortSignal): Promise<void> {
  if (session.listed) return;
  const meta = isObject(call.params?.['_meta']) ? call.params['_meta'] : {};
  const { progressToken: _token, ...envelope } = meta;
  const seen = new Set<string>();
  const heldBack: HeldBack[] = [];
  session.listing.clear();
  for (let cursor: Json | undefined; ;) {
    const params = { ...(Object.keys(envelope).length === 0 ? {} : { _meta: envelope }), ...(cursor === undefined ? {} : { cursor }) };
    const request: Request = { jsonrpc: '2.0', id: `aegis-${session.deps.mint()}`, method: 'tools/list', params };
    const reply = await session.deps.upstream.request(request, { signal, onServerMessage: () => undefined });
    if (!('result' in reply)) throw new AegisError('MCP_TOOL_LIST', { detail: `the server answered with error ${String(reply.error.code)}` });
    heldBack.push(...(await showTools(session, toolsOf(reply.result))).heldBack);
    cursor = reply.result['nextCursor'];
    if (cursor === undefined) break;
    // A server that names a page it gave before would be asked for ever.
    const page = JSON.stringify(cursor);
    if (seen.has(page)) throw new AegisError('MCP_TOOL_LIST', { detail: 'its pages lead back to an earlier page' });
    if (seen.size >= MOST_PAGES) throw new AegisError('MCP_TOOL_LIST', { detail: `it has more than ${String(MOST_PAGES)} pages` });
    seen.add(page);
  }
  session.listed = true;
  tellHeldBack(session, { request: call, heldBack, tell: () => undefined });
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
