import type { ToolDeclaration } from '../../../../kernel/finding.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { ModelRoute } from '../../dialect/dialect.ts';
import { countOf, isEmpty, listOf, objectOf, requestInvalid, textOf } from '../../dialect/members.ts';
import { countSettings, unknownMembers, withinMessages } from '../../dialect/settings.ts';
import { partiesIn } from '../../dialect/parties.ts';
import { unreadOf } from './unread.ts';
import type { CarriedContent, ModelRequest } from '../../dialect/model-request.ts';

/** Members that configure the answer and carry no instructions to run anything. Source: OpenAI API reference, Create chat completion. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    'model messages stream stream_options temperature top_p n stop max_tokens max_completion_tokens presence_penalty frequency_penalty ' +
    'logit_bias logprobs top_logprobs user seed response_format tools tool_choice parallel_tool_calls functions function_call modalities ' +
    'audio prediction reasoning_effort verbosity service_tier metadata store safety_identifier prompt_cache_key prompt_cache_retention'
  ).split(' '),
);

const MESSAGE: ReadonlySet<string> = new Set(
  (
    'role content name tool_calls tool_call_id function_call refusal audio annotations reasoning reasoning_content reasoning_details reasoning_text ' +
    'thinking_blocks cache_control'
  ).split(' '),
);

/**
 * Reads a Chat Completions request. A member nobody here knows counts as a tool of the provider where it can carry or run one.
 * @throws AegisError REQUEST_INVALID
 */
export function readRequest(body: JsonObject, _route: ModelRoute): ModelRequest {
  const model = textOf(body['model']);
  if (model === null) throw requestInvalid('model must be a string', '/model');
  if (!Array.isArray(body['messages'])) throw requestInvalid('messages must be an array', '/messages');
  const stream = body['stream'] === true;
  if (body['stream'] !== undefined && body['stream'] !== null && typeof body['stream'] !== 'boolean')
    throw requestInvalid('stream must be a boolean', '/stream');
  const messages = listOf(body['messages']).map((message, at) => messageOf(message, at));
  const maxTokens = countOf(body['max_completion_tokens']) ?? countOf(body['max_tokens']);
  const choices = countOf(body['n']);
  const options = objectOf(body['stream_options']);
  const counted = stream && options?.['include_usage'] !== true;
  return {
    model,
    stream,
    ...toolsOf(body, messages),
    carried: messages.flatMap(carriedOf),
    ...unreadOf(messages),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    root: rootOf(messages),
    ...partiesIn(body, ['safety_identifier', 'user', 'prompt_cache_key']),
    ...(choices === undefined || choices < 2 ? {} : { choices }),
    // Without this a stream does not say what it cost (SPEND-3).
    ...(counted ? { forward: { ...body, stream_options: { ...options, include_usage: true } } } : {}),
  };
}

function messageOf(value: Json, at: number): JsonObject {
  const message = objectOf(value);
  if (message === null || textOf(message['role']) === null)
    throw requestInvalid('a message must be an object with a role', `/messages/${String(at)}`);
  return message;
}

function toolsOf(body: JsonObject, messages: readonly JsonObject[]): Pick<ModelRequest, 'tools' | 'providerTools' | 'settings'> {
  const tools: ToolDeclaration[] = [];
  const providerTools: { type: string; pointer: string }[] = [];
  for (const key of ['tools', 'functions']) {
    if (!isEmpty(body[key]) && !Array.isArray(body[key])) providerTools.push({ type: key, pointer: `/${key}` });
  }
  for (const [at, value] of listOf(body['tools']).entries()) {
    const tool = objectOf(value);
    const type = textOf(tool?.['type']) ?? 'unknown';
    const declared = objectOf(tool?.[type]);
    const name = textOf(declared?.['name']);
    if ((type === 'function' || type === 'custom') && declared !== null && name !== null) tools.push(declaration(name, declared));
    else providerTools.push({ type, pointer: `/tools/${String(at)}` });
  }
  for (const value of listOf(body['functions'])) {
    const declared = objectOf(value);
    const name = textOf(declared?.['name']);
    if (declared !== null && name !== null) tools.push(declaration(name, declared));
  }
  const beyond = unknownMembers(body, PLAIN);
  const within = withinMessages(messages, { known: MESSAGE, pointer: '/messages', own: 'assistant' });
  return {
    tools,
    providerTools: [...providerTools, ...[beyond, ...within].flatMap((members) => members.providerTools)],
    ...countSettings([beyond, ...within]),
  };
}

function declaration(name: string, declared: JsonObject): ToolDeclaration {
  const description = textOf(declared['description']);
  const schema = declared['parameters'];
  return { name, ...(description === null ? {} : { description }), ...(schema === undefined ? {} : { schema }) };
}

/** What the model said itself is recorded when it says it; its answers are not carried in again. */
function carriedOf(message: JsonObject): readonly CarriedContent[] {
  const value = contentOf(message['content']);
  if (value === null) return [];
  switch (message['role']) {
    case 'user':
    case 'system':
    case 'developer':
      return [{ source: 'user_input', trusted: true, value }];
    case 'assistant':
      return [];
    default: {
      const callId = textOf(message['tool_call_id']) ?? textOf(message['name']);
      return [{ source: 'tool_output', trusted: false, value, ...(callId === null ? {} : { callId }) }];
    }
  }
}

/**
 * The words of a message.
 * HOLE: pictures, sound and files in a prompt are counted (LLM-21), not read; their bytes go upstream unlabelled.
 */
function contentOf(content: Json | undefined): Json | null {
  if (typeof content === 'string') return content === '' ? null : content;
  const texts = listOf(content).flatMap((part) => {
    const piece = objectOf(part);
    const text = textOf(piece?.['text']) ?? textOf(piece?.['refusal']);
    return text === null || text === '' ? [] : [text];
  });
  const [only] = texts;
  return only === undefined ? null : texts.length === 1 ? only : texts;
}

function rootOf(messages: readonly JsonObject[]): Json {
  const first = (roles: readonly string[]): Json => {
    const found = messages.find((message) => roles.includes(String(message['role'])));
    return found === undefined ? null : (contentOf(found['content']) ?? null);
  };
  return [first(['system', 'developer']), first(['user'])];
}
