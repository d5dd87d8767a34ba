import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { isModern } from './revision.ts';
import type { Request } from './message.ts';
import type { Session, SendToAgent } from './session.ts';
import type { HeldBack, HoldingBack } from './show-tools.ts';

/** In words for whoever uses the client: the model never sees these tools. */
const BECAUSE: Readonly<Record<HoldingBack, string>> = {
  NEW_TOOL: 'new, and the policy asks about what it does not know',
  TOOL_CHANGED: 'its definition changed',
  SERVER_CHANGED: 'the server is started or reached in another way',
  PROGRAM_CHANGED: 'the files of the server changed',
  NAME_COLLISION: 'another server has a tool of this name',
  NAME_LOOKALIKE: 'its name looks like that of another tool',
  NAME_INVALID: 'its name holds characters a tool’s name may not have, or is longer than 128',
  SHADOWING: 'it speaks of another server’s tool',
  POISONED: 'its definition holds instructions or hidden text',
  SCHEMA_REFUSED: 'its schema points outside itself',
  DUPLICATE: 'the server lists this name twice, with two definitions; the first stands',
  NAME_LENGTH: 'its name is empty or longer than 256 characters',
  TOO_MANY: 'the server has more than 512 tools',
  UNREADABLE: 'its definition is too large or too deeply nested to be read',
};
/** What no person can accept: the server has to change. */
const NOT_ACCEPTABLE: ReadonlySet<HoldingBack> = new Set(['DUPLICATE', 'NAME_LENGTH', 'TOO_MANY', 'UNREADABLE']);
const NAME = /^[A-Za-z0-9_./-]{1,128}$/;
const MOST_SAID = 16;

/** A name that could say something else than a name is not repeated. */
const safe = (tool: string): string => (NAME.test(tool) ? tool : '(unprintable)');

function sentenceOf({ deps: { server } }: Session, heldBack: readonly HeldBack[]): string {
  const said = heldBack.slice(0, MOST_SAID).map(({ tool, why }) => `${safe(tool)} (${why.map((one) => BECAUSE[one]).join('; ')})`);
  const more = heldBack.length > MOST_SAID ? `, and ${String(heldBack.length - MOST_SAID)} more` : '';
  const acceptable = heldBack.some(({ why }) => !why.some((one) => NOT_ACCEPTABLE.has(one)));
  const next = acceptable
    ? ` A person looks with \`aegis mcp tools --server ${server.name}\` and trusts one with \`aegis mcp accept ${server.name} <tool> --yes\`.`
    : '';
  return `Aegis holds back ${String(heldBack.length)} of the tools of MCP server ${server.name}: ${said.join(', ')}${more}.${next}`;
}

/** The list says what is not in it, under `_meta`, where a client that knows of it can show it (MCP-25). */
export function withHeldBack(session: Session, result: JsonObject, heldBack: readonly HeldBack[]): JsonObject {
  if (heldBack.length === 0) return result;
  const tools = heldBack.slice(0, MOST_SAID).map(({ tool, why }) => ({ tool: safe(tool), why: [...why] }));
  const said = { text: sentenceOf(session, heldBack), tools };
  return { ...result, _meta: { ...(isObject(result['_meta']) ? result['_meta'] : {}), 'aegis.dev/held-back': said } };
}

interface Telling {
  /** What the agent asked when it came up. */
  readonly request: Request;
  readonly heldBack: readonly HeldBack[];
  readonly tell: SendToAgent;
}

/** A log line for the client, and one for the person who runs the proxy; once for each state of things (MCP-25). */
export function tellHeldBack(session: Session, { request, heldBack, tell }: Telling): void {
  if (heldBack.length === 0) return;
  const text = sentenceOf(session, heldBack);
  if (session.told === text) return;
  session.told = text;
  session.deps.notice?.(text);
  if (wantsWarnings(session, request))
    tell({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'warning', logger: 'aegis', data: text } });
}

const SEVERE: ReadonlySet<unknown> = new Set(['error', 'critical', 'alert', 'emergency']);

/** Since 2026-07-28 a client says with each request whether it takes log messages at all. */
function wantsWarnings({ logLevel }: Session, request: Request): boolean {
  const meta = request.params?.['_meta'];
  const asked = isModern(request) ? (isObject(meta) ? meta['io.modelcontextprotocol/logLevel'] : undefined) : (logLevel ?? 'warning');
  return asked !== undefined && !SEVERE.has(asked);
}
