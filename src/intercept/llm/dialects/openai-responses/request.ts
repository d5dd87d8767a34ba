import type { ToolDeclaration } from '../../../../kernel/finding.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { ModelRoute } from '../../dialect/dialect.ts';
import { countOf, isEmpty, known, listOf, objectOf, requestInvalid, textOf } from '../../dialect/members.ts';
import { carriedOf, wordsIn } from './carried.ts';
import { countSettings, unknownMembers } from '../../dialect/settings.ts';
import { isUnknown } from './items.ts';
import { partiesIn } from '../../dialect/parties.ts';
import { unreadOf } from './unread.ts';
import type { ModelRequest } from '../../dialect/model-request.ts';

type ProviderTool = ModelRequest['providerTools'][number];

/** Members that configure the answer and carry no instructions to run anything. Source: OpenAI API reference, Create a response. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    'model input instructions stream stream_options temperature top_p top_logprobs max_output_tokens max_tool_calls parallel_tool_calls ' +
    'tools tool_choice text reasoning include metadata store truncation user safety_identifier service_tier previous_response_id ' +
    'conversation background prompt_cache_key prompt_cache_retention prompt_cache_options context_management verbosity moderation client_metadata prompt'
  ).split(' '),
);

const ITEM: ReadonlySet<string> = new Set(['type', 'id', 'call_id', 'status', 'role', 'content', 'name', 'output']);

/** Tools the agent runs that have no name of their own, and the name their calls are decided under. */
const BUILT_IN: Readonly<Record<string, string>> = {
  local_shell: 'local_shell',
  shell: 'shell',
  apply_patch: 'apply_patch',
  computer: 'computer',
  computer_use_preview: 'computer',
};

/**
 * Reads a request of the Responses interface. A member or tool nobody here knows counts as a tool of the provider where it can
 * carry or run one.
 * @throws AegisError REQUEST_INVALID
 */
export function readRequest(body: JsonObject, route: ModelRoute): ModelRequest {
  const model = textOf(body.model);
  if (model === null || model === '') throw requestInvalid('model must be a string', '/model');
  if (body.stream !== undefined && body.stream !== null && typeof body.stream !== 'boolean')
    throw requestInvalid('stream must be a boolean', '/stream');
  // Its answer would be fetched on another route, past the decision.
  if (body.background === true) throw requestInvalid('background answers are fetched later and cannot be held; leave background out', '/background');
  const items = itemsOf(body.input);
  const conversation = textOf(body.conversation) ?? textOf(objectOf(body.conversation)?.id) ?? undefined;
  const previous = textOf(body.previous_response_id) ?? conversation;
  return {
    model,
    stream: route.kind === 'generate' && body.stream === true,
    ...toolsOf(body, items),
    carried: carriedOf(textOf(body.instructions), items),
    ...unreadOf(items),
    root: rootOf(body, items),
    ...partiesIn(body, ['safety_identifier', 'user', 'prompt_cache_key']),
    ...known<Pick<ModelRequest, 'maxTokens' | 'previous' | 'conversation'>>({ maxTokens: countOf(body.max_output_tokens), previous, conversation }),
  };
}

function itemsOf(input: Json | undefined): readonly JsonObject[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  if (input === undefined || input === null) return [];
  if (!Array.isArray(input)) throw requestInvalid('input must be a string or an array', '/input');
  return listOf(input).map((value, at) => {
    const item = objectOf(value);
    if (item === null) throw requestInvalid('an input item must be an object', `/input/${String(at)}`);
    return item;
  });
}

function toolsOf(body: JsonObject, items: readonly JsonObject[]): Pick<ModelRequest, 'tools' | 'providerTools' | 'settings'> {
  const found = { tools: [] as ToolDeclaration[], providerTools: [] as ProviderTool[] };
  readTools(body.tools, '/tools', found);
  // Tools may also come along with the conversation.
  for (const [at, item] of items.entries()) {
    if (item.type === 'additional_tools' || item.type === 'tool_search_output') readTools(item.tools, `/input/${String(at)}/tools`, found);
  }
  // A prompt that is kept at the provider may hold tools and another model.
  if (!isEmpty(body.prompt)) found.providerTools.push({ type: 'prompt', pointer: '/prompt' });
  if (!isEmpty(body.tools) && !Array.isArray(body.tools)) found.providerTools.push({ type: 'tools', pointer: '/tools' });
  const beyond = unknownMembers(body, PLAIN);
  const within = items.map((item, at) => (isUnknown(item) ? unknownMembers(item, ITEM, `/input/${String(at)}`) : null));
  return {
    tools: found.tools,
    providerTools: [...found.providerTools, ...[beyond, ...within].flatMap((members) => members?.providerTools ?? [])],
    ...countSettings([beyond]),
  };
}

interface Found {
  readonly tools: ToolDeclaration[];
  readonly providerTools: ProviderTool[];
}

function readTools(value: Json | undefined, pointer: string, found: Found): void {
  for (const [at, one] of listOf(value).entries()) {
    const tool = objectOf(one) ?? {};
    const type = textOf(tool.type) ?? 'unknown';
    const name = textOf(tool.name);
    const here = `${pointer}/${String(at)}`;
    if (type === 'namespace') readTools(tool.tools, `${here}/tools`, found);
    else if ((type === 'function' || type === 'custom') && name !== null) found.tools.push(declaration(name, tool));
    else if (isOurs(type, tool)) found.tools.push(declaration(BUILT_IN[type] ?? type, tool));
    else found.providerTools.push({ type, pointer: here });
  }
}

/** Built-in tools whose calls the agent runs: not a shell in the provider's container, not a search or an MCP server it may use unasked. */
function isOurs(type: string, tool: JsonObject): boolean {
  const environment = textOf(objectOf(tool.environment)?.type);
  if (type === 'shell') return environment === null || environment === 'local';
  if (type === 'tool_search') return tool.execution === 'client';
  if (type === 'mcp') return tool.require_approval === 'always';
  return Object.hasOwn(BUILT_IN, type);
}

function declaration(name: string, tool: JsonObject): ToolDeclaration {
  return {
    name,
    ...known<Omit<ToolDeclaration, 'name'>>({ description: textOf(tool.description) ?? undefined, schema: tool.parameters ?? tool.format }),
  };
}

function rootOf(body: JsonObject, items: readonly JsonObject[]): Json {
  const first = (roles: readonly string[]): Json => {
    const found = items.find((item) => roles.includes(textOf(item.role) ?? ''));
    return found === undefined ? null : (wordsIn(found.content) ?? null);
  };
  return [textOf(body.instructions) ?? first(['system', 'developer']), first(['user'])];
}
