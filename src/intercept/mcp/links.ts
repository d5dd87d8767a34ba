import { fileURLToPath } from 'node:url';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { waitingText } from './decide-and-wait.ts';
import type { ProposedAction } from './decision-point.ts';
import { audit } from './session.ts';
import type { Session } from './session.ts';

const MOST_LINKS = 16;
const MOST_HELD = 256;
const FILE = /^\s*file:/i;

/**
 * Everything in a result that names a file a client may then read by itself (MCP-21): links and embedded resources, in the content of a tool's
 * result and in the messages of a prompt, however deep they lie in it.
 */
export function fileLinks(result: JsonObject): readonly string[] {
  const found = new Set<string>();
  for (const part of partsOf(result)) {
    const uri = uriOf(part);
    if (uri !== null && FILE.test(uri)) found.add(uri);
  }
  return [...found];
}

function* partsOf(value: Json | undefined): Generator<JsonObject> {
  const open: (Json | undefined)[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (isObject(next)) yield next;
    for (const child of Object.values(next) as Json[]) if (typeof child === 'object' && child !== null) open.push(child);
  }
}

function uriOf(part: JsonObject): string | null {
  const { type, uri, resource } = part;
  const named = type === 'resource_link' ? uri : type === 'resource' && isObject(resource) ? resource['uri'] : undefined;
  return typeof named === 'string' ? named : null;
}

/** The result with a sentence in the place of each part that names one of these files. */
function withoutLinks(value: Json, instead: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => withoutLinks(one, instead));
  if (!isObject(value)) return value;
  const uri = uriOf(value);
  const text = uri === null ? undefined : instead.get(uri);
  // What a remote server wrote stays readable; only where it points to goes.
  const own = text === REMOTE && isObject(value['resource']) ? value['resource']['text'] : undefined;
  if (text !== undefined) return { type: 'text', text: typeof own === 'string' ? `${text}\n${own}` : text };
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutLinks(child, instead)]));
}

/** A file of this machine is decided as the reading of that file, whatever scheme names it. */
function readingOf(uri: string): JsonObject {
  try {
    return { path: fileURLToPath(uri.trim()) };
  } catch {
    return { uri };
  }
}

const REMOTE = '[Aegis removed a link to a file: a remote server may not point to files of this machine.]';
const MANY = `[Aegis removed a link to a file: a result may hold ${String(MOST_LINKS)} of them. Ask for fewer at a time.]`;

/** The result without links to files the agent may not read; what waits for a person says under which approval (MCP-21). */
export async function filterLinks(session: Session, result: JsonObject): Promise<JsonObject> {
  const links = fileLinks(result);
  if (links.length === 0) return result;
  const instead = new Map<string, string>();
  for (const [at, uri] of links.entries()) {
    const text = session.deps.server.remote ? REMOTE : at >= MOST_LINKS ? MANY : await refusalOfLink(session, uri);
    if (text !== null) instead.set(uri, text);
  }
  if (instead.size === 0) return result;
  audit(session, 'MCP_FILE_LINK');
  return withoutLinks(result, instead) as JsonObject;
}

async function refusalOfLink(session: Session, uri: string): Promise<string | null> {
  const { decisionPoint, mint } = session.deps;
  const id = session.heldLinks.get(uri) ?? mint();
  const proposed: ProposedAction = { id, kind: 'resource', name: 'resources/read', args: readingOf(uri) };
  const decision = await decisionPoint.decide(proposed, 0);
  if (decision.effect === 'ask') {
    if (session.heldLinks.size < MOST_HELD) session.heldLinks.set(uri, id);
    return `[Aegis holds a link to ${uri.trim()}. ${waitingText(decision)} Then call this again.]`;
  }
  session.heldLinks.delete(uri);
  // What the link leads to is read later, by whoever follows it.
  if (decision.effect === 'allow') await decisionPoint.settle({ action: id, status: 'unknown' });
  return decision.effect === 'allow'
    ? null
    : `[Aegis removed a link to ${uri.trim()}. ${decision.effect === 'modify' ? 'The policy changes how it is read, and a link cannot be changed.' : waitingText(decision)}]`;
}

/**
 * A list of resources names what can be read through the server, and each reading is decided when it is asked for. Files of this machine that a
 * remote server lists are none of its own, and are left out.
 */
export function withoutRefusedFiles(session: Session, result: JsonObject): JsonObject {
  if (!session.deps.server.remote) return result;
  let left = 0;
  const own = (key: string, field: string): JsonObject => {
    const listed = result[key];
    if (!Array.isArray(listed)) return {};
    const kept = (listed as readonly Json[]).filter((one) => !(isObject(one) && typeof one[field] === 'string' && FILE.test(one[field])));
    left += listed.length - kept.length;
    return { [key]: kept };
  };
  const shown = { ...result, ...own('resources', 'uri'), ...own('resourceTemplates', 'uriTemplate') };
  if (left === 0) return result;
  audit(session, 'MCP_FILE_LINK');
  const text = `Aegis left out ${String(left)} entries: a remote server may not point to files of this machine.`;
  return { ...shown, _meta: { ...(isObject(result['_meta']) ? result['_meta'] : {}), 'aegis.dev/left-out': text } };
}
