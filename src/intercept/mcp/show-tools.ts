import { AegisError } from '../../errors.ts';
import type { ToolDoubt } from '../../kernel/entry.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ToolStatus } from './decision-point.ts';
import { sizeOf } from './results.ts';
import type { Session } from './session.ts';
import { audit } from './session.ts';

/** Tools one server may show an agent; the gate holds every server to the same (MCP-26). */
const MOST_TOOLS = 512;
const MOST_NAME = 256;
const MOST_BATCH = 16;
const BATCH_BYTES = 131_072;

/** Why a tool is not in the list: what the gate doubts, or why it never came to the gate. */
export type HoldingBack = ToolDoubt | 'DUPLICATE' | 'NAME_LENGTH' | 'TOO_MANY' | 'UNREADABLE';

export interface HeldBack {
  readonly tool: string;
  readonly why: readonly HoldingBack[];
}

interface Shown {
  /** As the server defined them, in its order. */
  readonly offered: readonly JsonObject[];
  readonly heldBack: readonly HeldBack[];
}

/** Shows the gate what the server says and remembers it; what it then may offer is the gate's to say (MCP-1, MCP-5). */
export async function showTools(session: Session, tools: readonly JsonObject[]): Promise<Shown> {
  const heldBack: HeldBack[] = [];
  const page = new Set<string>();
  const fresh = tools.filter((tool) => isFirst(session, tool, { page, heldBack }));
  if (heldBack.length > 0) audit(session, 'MCP_TOOL_LIST');
  const offered: JsonObject[] = [];
  for (const batch of batches(fresh)) {
    for (const [tool, status] of await shownOf(session, batch)) {
      if (status === null) heldBack.push({ tool: String(tool['name']), why: ['UNREADABLE'] });
      else {
        session.tools.set(status.tool, { digest: status.digest, definition: tool });
        if (status.status === 'pinned') offered.push(tool);
        else if (status.doubts.length > 0) heldBack.push({ tool: status.tool, why: status.doubts });
      }
    }
  }
  return { offered, heldBack };
}

/**
 * One name is one tool: of two with one name the first stands, on this page and on those before it, and a second that is defined otherwise is
 * said to be held back. What no gate could remember does not fail the tools beside it.
 */
function isFirst({ listing, deps }: Session, tool: JsonObject, seen: { readonly page: Set<string>; readonly heldBack: HeldBack[] }): boolean {
  const name = String(tool['name']);
  const refused = (why: HoldingBack): boolean => {
    seen.heldBack.push({ tool: name, why: [why] });
    return false;
  };
  if (name === '' || name.length > MOST_NAME) return refused('NAME_LENGTH');
  const before = listing.get(name);
  if (before === undefined && listing.size >= MOST_TOOLS) return refused('TOO_MANY');
  const digest = digestIn(deps, tool);
  if (digest === null) return refused('UNREADABLE');
  if (before !== undefined && before !== digest) return refused('DUPLICATE');
  listing.set(name, digest);
  // The same on another page may be a page that is read again.
  const again = seen.page.has(name);
  seen.page.add(name);
  return !again;
}

function digestIn({ digestOf }: Session['deps'], tool: JsonObject): string | null {
  try {
    return digestOf(tool);
  } catch {
    return null;
  }
}

/** A batch that is refused for what stands in one of its tools is shown tool by tool. */
async function shownOf(session: Session, batch: readonly JsonObject[]): Promise<readonly (readonly [JsonObject, ToolStatus | null])[]> {
  const { decisionPoint, server } = session.deps;
  try {
    const statuses = await decisionPoint.show(server, batch);
    return batch.map((tool, at) => [tool, statuses[at] ?? null]);
  } catch (error) {
    if (!isAboutOne(error)) throw error;
  }
  const shown: (readonly [JsonObject, ToolStatus | null])[] = [];
  for (const tool of batch) {
    const [status = null] = await decisionPoint.show(server, [tool]).catch((error: unknown) => {
      if (isAboutOne(error)) return [];
      throw error;
    });
    shown.push([tool, status]);
  }
  return shown;
}

/** Too deep, too long, too many keys: over the API the code stands in the details. */
function isAboutOne(error: unknown): boolean {
  return error instanceof AegisError && /^BODY_/.test(error.code === 'AEGIS_REFUSED' ? String(error.details['code']) : error.code);
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
