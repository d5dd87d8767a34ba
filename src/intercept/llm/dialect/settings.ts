import type { Json, JsonObject } from '../../../kernel/json.ts';
import { isObject } from '../../../kernel/json.ts';
import { soundsLikeCall, wordsIn } from './carries.ts';
import { objectOf } from './members.ts';
import type { ModelRequest } from './model-request.ts';

/**
 * Members of a request that nobody here knows (LLM-26). Most are settings of a server: they go on, and their names are counted. Refused is what can carry
 * or run a tool: by how it is called, or because a tool, a server, an address or a command stands in it.
 */
export interface UnknownMembers {
  readonly settings: readonly string[];
  readonly providerTools: ModelRequest['providerTools'];
}

/** Words of members that hold tools, or what tools are reached by. */
const CARRIERS: ReadonlySet<string> = new Set(
  (
    'tool tools toolset toolsets toolkit function functions plugin plugins connector connectors mcp server servers agent agents assistant skill skills ' +
    'container shell bash command commands cmd script program webhook webhooks callback callbacks workflow url urls uri endpoint endpoints qualname'
  ).split(' '),
);
/** Words of members that make the provider run something by being switched on. */
const RUNNERS: ReadonlySet<string> = new Set(
  'web search retrieval browser browse browsing computer interpreter sandbox exec execute execution crawl fetch grounding online'.split(' '),
);
/** Words that make a setting of what would be a tool: `tool_call_parser`. */
const MANNERS: ReadonlySet<string> = new Set(
  'parser parse parallel choice prompt format template style mode strict max min limit timeout'.split(' '),
);
/** Members whose value is a schema or a grammar, in which any word may name a field. */
const SCHEMAS: ReadonlySet<string> = new Set(
  'guided_json guided_grammar guided_regex guided_choice json_schema response_schema structured_outputs structural_tag grammar format schema'.split(
    ' ',
  ),
);
/** Members that hold other models than the one decided on, data the provider fetches itself, or what some servers take for members of the request. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  'models fallbacks model_list data_sources vector_store_ids knowledge_base __proto__ prototype constructor'.split(' '),
);
const NAMES_OF_ARGUMENTS: ReadonlySet<string> = new Set('parameters input_schema inputSchema arguments args kwargs input'.split(' '));
const DEEPEST = 64;
const LONGEST = 64;

export function unknownMembers(owner: JsonObject, known: ReadonlySet<string>, pointer = ''): UnknownMembers {
  const settings: string[] = [];
  const providerTools: { type: string; pointer: string }[] = [];
  for (const key in owner) {
    const value = owner[key];
    if (known.has(key) || value === undefined) continue;
    const name = key.slice(0, LONGEST);
    if (canRun(key, value)) providerTools.push({ type: name, pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` });
    else settings.push(name);
  }
  return { settings, providerTools };
}

/**
 * The unknown members of each message. What the model said itself comes back with members of its provider: it asks for nothing any more, and is only
 * counted.
 */
export function withinMessages(
  messages: readonly JsonObject[],
  terms: { readonly known: ReadonlySet<string>; readonly pointer: string; readonly own: string },
): readonly UnknownMembers[] {
  return messages.map((message, at) => {
    const members = unknownMembers(message, terms.known, `${terms.pointer}/${String(at)}`);
    if (message['role'] !== terms.own || members.providerTools.length === 0) return members;
    return { settings: [...members.settings, ...members.providerTools.map(({ type }) => type)], providerTools: [] };
  });
}

/** Names that are kept of one request. */
const MOST = 32;

/** How many unknown members went on, and what they are called; nothing when there are none. */
export function countSettings(lists: readonly UnknownMembers[]): Pick<ModelRequest, 'settings'> {
  const all = lists.flatMap(({ settings }) => settings);
  if (all.length === 0) return {};
  return { settings: { count: all.length, names: [...new Set(all)].toSorted().slice(0, MOST) } };
}

/** Whether an unknown member can carry or run a tool. */
export function canRun(key: string, value: Json, depth = 0): boolean {
  if (depth > DEEPEST) return true;
  if (value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)) return false;
  const words = wordsIn(key);
  const runs = words.some((word) => RUNNERS.has(word)) && !words.includes('beam');
  if (runs && typeof value !== 'number') return true;
  if (isObject(value) && Object.keys(value).length === 0) return false;
  if (ELSEWHERE.has(key)) return true;
  if (SCHEMAS.has(key)) return false;
  const carries = words.some((word) => CARRIERS.has(word)) && !words.some((word) => MANNERS.has(word));
  if (carries && (typeof value === 'object' || typeof value === 'string')) return true;
  return holdsTool(value, depth);
}

function holdsTool(value: Json, depth: number): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some((one) => holdsTool(one, depth + 1));
  const owner = objectOf(value);
  if (owner === null) return typeof value === 'string' && holdsWritten(value, depth);
  // A schema says what an answer must look like, in words of any kind.
  if (isObject(owner['properties']) || '$schema' in owner || '$defs' in owner) return typeof owner['name'] === 'string';
  const kind = owner['type'] ?? owner['kind'];
  if (typeof kind === 'string' && (soundsLikeCall(kind) || wordsIn(kind).some((word) => CARRIERS.has(word) || RUNNERS.has(word)))) return true;
  if (typeof owner['name'] === 'string' && Object.keys(owner).some((key) => NAMES_OF_ARGUMENTS.has(key))) return true;
  return Object.keys(owner).some((key) => canRun(key, owner[key] ?? null, depth + 1));
}

/** JSON written as text is read by some servers. */
function holdsWritten(text: string, depth: number): boolean {
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return false;
  try {
    return depth > DEEPEST || holdsTool(JSON.parse(text) as Json, depth + 1);
  } catch {
    return false;
  }
}
