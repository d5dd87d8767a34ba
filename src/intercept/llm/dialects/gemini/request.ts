import type { ToolDeclaration } from '../../../../kernel/finding.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { ModelRoute } from '../../dialect/dialect.ts';
import { countOf, isEmpty, known, listOf, objectOf, requestInvalid, textOf } from '../../dialect/members.ts';
import { camel } from './camel.ts';
import { unreadOf } from './unread.ts';
import { countSettings, unknownMembers, withinMessages } from '../../dialect/settings.ts';
import type { CarriedContent, ModelRequest } from '../../dialect/model-request.ts';

/** Members that configure the answer and carry no instructions to run anything. Source: Gemini API reference, GenerateContentRequest. */
const PLAIN: ReadonlySet<string> = new Set(
  'model contents tools toolConfig safetySettings systemInstruction generationConfig labels serviceTier store cachedContent'.split(' '),
);

const CONTENT: ReadonlySet<string> = new Set(['role', 'parts']);

/**
 * Reads a request of Gemini. A member or tool nobody here knows counts as a tool of the provider, where it can carry or run one; so
 * does cached content, which may hold tools nobody sees.
 * @throws AegisError REQUEST_INVALID
 */
export function readRequest(body: JsonObject, route: ModelRoute, params: { readonly model?: string }): ModelRequest {
  const outer = camel(body, '');
  const inner = objectOf(outer.generateContentRequest);
  const request = route.kind === 'count' && inner !== null ? camel(inner, '/generateContentRequest') : outer;
  const model = params.model ?? textOf(request.model)?.replace(/^models\//, '') ?? '';
  if (model === '') throw requestInvalid('the path must name a model', '/model');
  const contents = contentsOf(request.contents);
  const config = camel(objectOf(request.generationConfig) ?? {}, '/generationConfig');
  const choices = countOf(config.candidateCount);
  const system = wordsIn(objectOf(request.systemInstruction)?.parts ?? request.systemInstruction);
  return {
    model,
    stream: route.streams === 'always',
    ...toolsOf(request, contents),
    carried: [...(system === null ? [] : [said(system)]), ...contents.flatMap(carriedOf)],
    ...unreadOf(contents),
    root: [system, rootOf(contents)],
    ...known<Pick<ModelRequest, 'maxTokens' | 'choices'>>({
      maxTokens: countOf(config.maxOutputTokens),
      choices: choices === undefined || choices < 2 ? undefined : choices,
    }),
  };
}

function contentsOf(value: Json | undefined): readonly JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw requestInvalid('contents must be an array', '/contents');
  return listOf(value).map((one, at) => {
    const content = objectOf(one);
    if (content === null) throw requestInvalid('a content must be an object', `/contents/${String(at)}`);
    return content;
  });
}

function toolsOf(request: JsonObject, contents: readonly JsonObject[]): Pick<ModelRequest, 'tools' | 'providerTools' | 'settings'> {
  const tools: ToolDeclaration[] = [];
  const providerTools: { type: string; pointer: string }[] = [];
  for (const [at, value] of listOf(request.tools).entries()) {
    const pointer = `/tools/${String(at)}`;
    const tool = camel(objectOf(value) ?? {}, pointer);
    for (const [type, held] of Object.entries(tool)) {
      if (type === 'functionDeclarations') tools.push(...listOf(held).flatMap(declarationOf));
      // Its calls come back as function calls.
      else if (type === 'computerUse') tools.push({ name: 'computer_use' });
      else if (held !== null) providerTools.push({ type: type.slice(0, 64), pointer: `${pointer}/${type.slice(0, 64)}` });
    }
  }
  if (!isEmpty(request.tools) && !Array.isArray(request.tools)) providerTools.push({ type: 'tools', pointer: '/tools' });
  // Cached content may hold tools nobody sees.
  if (request.cachedContent !== undefined && request.cachedContent !== null) providerTools.push({ type: 'cachedContent', pointer: '/cachedContent' });
  const beyond = unknownMembers(request, PLAIN);
  const within = withinMessages(contents, { known: CONTENT, pointer: '/contents', own: 'model' });
  return {
    tools,
    providerTools: [...providerTools, ...[beyond, ...within].flatMap((members) => members.providerTools)],
    ...countSettings([beyond, ...within]),
  };
}

function declarationOf(value: Json): readonly ToolDeclaration[] {
  const declared = camel(objectOf(value) ?? {}, '/tools');
  const name = textOf(declared.name);
  if (name === null) return [];
  const schema = declared.parametersJsonSchema ?? declared.parameters;
  return [{ name, ...known<Omit<ToolDeclaration, 'name'>>({ description: textOf(declared.description) ?? undefined, schema }) }];
}

function said(value: Json): CarriedContent {
  return { source: 'user_input', trusted: true, value };
}

/** What the model said itself is recorded when it says it; its answers are not carried in again. */
function carriedOf(content: JsonObject): readonly CarriedContent[] {
  const counts = new Map<string, number>();
  const results = listOf(content.parts).flatMap((part) => resultOf(part, counts));
  const words = content.role === 'model' ? null : wordsIn(content.parts);
  return [...results, ...(words === null ? [] : [said(words)])];
}

/** A result is known by the id of its call, or by the tool's name and its number among those of the name, as `ToolCall.id` is. */
function resultOf(value: Json, counts: Map<string, number>): readonly CarriedContent[] {
  const part = camel(objectOf(value) ?? {}, '/contents');
  const result = objectOf(part.functionResponse);
  if (result === null) return [];
  const callId = textOf(result.id) ?? numbered(textOf(result.name), counts);
  const response = objectOf(result.response);
  const value_ = isEmpty(result.parts) ? (result.response ?? null) : [result.response ?? null, result.parts ?? null];
  return [
    {
      source: 'tool_output',
      trusted: false,
      value: value_,
      ...(callId === null ? {} : { callId }),
      ...(response !== null && response.error !== undefined && response.error !== null ? { failed: true } : {}),
    },
  ];
}

function numbered(name: string | null, counts: Map<string, number>): string | null {
  if (name === null) return null;
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count === 1 ? name : `${name}#${String(count)}`;
}

/**
 * The words of a content.
 * HOLE: pictures, sound and files in a prompt are counted (LLM-21), not read; their bytes go upstream unlabelled.
 */
function wordsIn(value: Json | undefined): Json | null {
  if (typeof value === 'string') return value === '' ? null : value;
  const texts = listOf(value).flatMap((part) => {
    const text = typeof part === 'string' ? part : textOf(objectOf(part)?.text);
    return text === null || text === '' ? [] : [text];
  });
  const [only] = texts;
  return only === undefined ? null : texts.length === 1 ? only : texts;
}

function rootOf(contents: readonly JsonObject[]): Json {
  const first = contents.find((content) => content.role !== 'model' && wordsIn(content.parts) !== null);
  return first === undefined ? null : wordsIn(first.parts);
}
