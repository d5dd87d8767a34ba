import type { ToolDeclaration } from '../../../../kernel/finding.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { ModelRoute } from '../../dialect/dialect.ts';
import { countOf, isEmpty, listOf, objectOf, requestInvalid, textOf } from '../../dialect/members.ts';
import { countSettings, unknownMembers, withinMessages } from '../../dialect/settings.ts';
import { partiesIn } from '../../dialect/parties.ts';
import { unreadOf } from './unread.ts';
import type { CarriedContent, ModelRequest } from '../../dialect/model-request.ts';

/** Members that configure the answer and carry nothing that runs. Source: Anthropic API reference, Create a message. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    'model messages max_tokens system stream temperature top_p top_k stop_sequences metadata thinking tools tool_choice service_tier ' +
    'output_config output_format betas context_management inference_geo cache_control'
  ).split(' '),
);

const MESSAGE: ReadonlySet<string> = new Set(['role', 'content', 'id', 'cache_control']);

/** Versioned tools the client runs itself; all other named versions run at the provider. */
const CLIENT_SIDE = ['bash_', 'text_editor_', 'computer_', 'memory_'];

/**
 * Reads a Messages request, also of count_tokens. A member nobody here knows counts as a tool of the provider
 * where it can carry or run one.
 * @throws AegisError REQUEST_INVALID
 */
export function readRequest(body: JsonObject, route: ModelRoute): ModelRequest {
  const model = textOf(body['model']);
  if (model === null) throw requestInvalid('model must be a string', '/model');
  if (!Array.isArray(body['messages'])) throw requestInvalid('messages must be an array', '/messages');
  if (body['stream'] !== undefined && typeof body['stream'] !== 'boolean') throw requestInvalid('stream must be a boolean', '/stream');
  const messages = listOf(body['messages']).map((value, at) => {
    const message = objectOf(value);
    if (message === null || textOf(message['role']) === null)
      throw requestInvalid('a message must be an object with a role', `/messages/${String(at)}`);
    return message;
  });
  const maxTokens = route.kind === 'generate' ? countOf(body['max_tokens']) : 0;
  const system = wordsOf(body['system']);
  const first = messages.find((message) => message['role'] === 'user');
  return {
    model,
    stream: body['stream'] === true,
    ...toolsOf(body, messages),
    carried: [...(system === null ? [] : [own(system)]), ...messages.flatMap(carriedOf)],
    ...unreadOf(messages),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...partiesIn(objectOf(body['metadata']) ?? {}, ['user_id']),
    root: [system, first === undefined ? null : wordsOf(first['content'])],
  };
}

const own = (value: Json): CarriedContent => ({ source: 'user_input', trusted: true, value });

function toolsOf(body: JsonObject, messages: readonly JsonObject[]): Pick<ModelRequest, 'tools' | 'providerTools' | 'settings'> {
  const tools: ToolDeclaration[] = [];
  const providerTools: { type: string; pointer: string }[] = [];
  if (!isEmpty(body['tools']) && !Array.isArray(body['tools'])) providerTools.push({ type: 'tools', pointer: '/tools' });
  for (const [at, value] of listOf(body['tools']).entries()) {
    const tool = objectOf(value);
    const name = textOf(tool?.['name']);
    const type = textOf(tool?.['type']) ?? 'custom';
    const mine = type === 'custom' || CLIENT_SIDE.some((prefix) => type.startsWith(prefix));
    if (tool === null || name === null || !mine) providerTools.push({ type: type.slice(0, 64), pointer: `/tools/${String(at)}` });
    else tools.push(declaration(name, tool));
  }
  const beyond = unknownMembers(body, PLAIN);
  const within = withinMessages(messages, { known: MESSAGE, pointer: '/messages', own: 'assistant' });
  return {
    tools,
    providerTools: [...providerTools, ...[beyond, ...within].flatMap((members) => members.providerTools)],
    ...countSettings([beyond, ...within]),
  };
}

function declaration(name: string, tool: JsonObject): ToolDeclaration {
  const description = textOf(tool['description']);
  const schema = tool['input_schema'];
  return { name, ...(description === null ? {} : { description }), ...(schema === undefined ? {} : { schema }) };
}

function carriedOf(message: JsonObject): readonly CarriedContent[] {
  if (message['role'] === 'assistant') return [];
  const content = message['content'];
  if (typeof content === 'string') return content === '' ? [] : [own(content)];
  return listOf(content).flatMap((value) => {
    const block = objectOf(value);
    switch (block?.['type']) {
      case 'tool_result':
        return resultOf(block);
      case 'document':
      case 'search_result':
        return documentOf(block);
      default: {
        const text = textOf(block?.['text']);
        return text === null || text === '' ? [] : [own(text)];
      }
    }
  });
}

function resultOf(block: JsonObject): readonly CarriedContent[] {
  const callId = textOf(block['tool_use_id']);
  return [
    {
      source: 'tool_output',
      trusted: false,
      value: onlyOf(textsIn(block['content'])) ?? '',
      ...(callId === null ? {} : { callId }),
      failed: block['is_error'] === true,
    },
  ];
}

function documentOf(block: JsonObject): readonly CarriedContent[] {
  const value = onlyOf(textsIn([block]));
  return value === null ? [] : [{ source: 'retrieved_doc', trusted: false, value }];
}

/** Every text the model reads of a content: also of the documents and search results in it, with what they are called. */
function textsIn(content: Json | undefined): readonly string[] {
  if (typeof content === 'string') return content === '' ? [] : [content];
  return listOf(content).flatMap((part) => {
    const block = objectOf(part);
    const named = [block?.['text'], block?.['title'], block?.['context']].flatMap((value) => textOf(value) ?? []);
    const source = objectOf(block?.['source']);
    const plain = (source?.['type'] === 'text' ? textOf(source['data']) : textOf(block?.['source'])) ?? '';
    const within = [...textsIn(source?.['content']), ...(block?.['type'] === 'search_result' ? textsIn(block['content']) : [])];
    return [...named, plain, ...within].filter((text) => text !== '');
  });
}

/**
 * The words of text and blocks of text; null when there are none.
 * HOLE: pictures and PDF files in a prompt are counted (LLM-21), not read; their bytes go upstream unlabelled.
 */
function wordsOf(content: Json | undefined): Json | null {
  if (typeof content === 'string') return content === '' ? null : content;
  return onlyOf(
    listOf(content).flatMap((part) => {
      const text = textOf(objectOf(part)?.['text']);
      return text === null || text === '' ? [] : [text];
    }),
  );
}

function onlyOf(texts: readonly string[]): Json | null {
  const [only] = texts;
  return only === undefined ? null : texts.length === 1 ? only : texts;
}
