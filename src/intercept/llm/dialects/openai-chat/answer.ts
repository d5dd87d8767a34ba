import type { Json, JsonObject } from '../../../../kernel/json.ts';
import { UNDECIDED } from '../../dialect/model-answer.ts';
import type { Answer, CallDecision, ToolCall } from '../../dialect/model-answer.ts';
import { carriesCall, unknownIn } from '../../dialect/carries.ts';
import { failureOf } from '../../dialect/failure.ts';
import { argsOf, isEmpty, listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { usageOf } from './usage.ts';

/** A call as Chat Completions writes it, whole. `legacy`: the `function_call` of before tools. */
export interface ChatCall {
  readonly choice: number;
  readonly id: string;
  readonly kind: 'function' | 'custom' | 'legacy';
  readonly name: string;
  readonly text: string;
  /** What else its provider wrote to it, such as the signature of thoughts that Gemini wants back. */
  readonly extra?: JsonObject;
}

/** Members of a message or a delta that carry words, never a call. */
const WORDS: ReadonlySet<string> = new Set(
  'role content refusal annotations audio reasoning reasoning_content reasoning_details reasoning_text thinking_blocks provider_specific_fields name'.split(
    ' ',
  ),
);

export const CALLS = ['tool_calls', 'function_call'] as const;

/** Members of a delta that are no part of a call: words, and unknown members that can carry none. */
export function besideCalls(delta: JsonObject): readonly (readonly [string, Json])[] {
  return Object.entries(delta).filter(([key, held]) => key !== 'role' && key !== CALLS[0] && key !== CALLS[1] && held !== null && held !== '');
}

/** Members of an answer, a choice and a message that are read, or are words and counts. Source: OpenAI API reference, Chat. */
const BODY: ReadonlySet<string> = new Set(
  'id object created model choices usage system_fingerprint service_tier error obfuscation prompt_filter_results citations'.split(' '),
);
const CHOICE: ReadonlySet<string> = new Set('index delta message finish_reason logprobs error content_filter_results'.split(' '));
const MESSAGE: ReadonlySet<string> = new Set([...WORDS, ...CALLS]);

/**
 * How many members of an answer or a chunk are unknown; they pass, unless one can carry a call (LLM-23).
 * @throws AegisError UPSTREAM_INVALID
 */
export function checkUnknown(body: JsonObject): number {
  let unknown = unknownIn(body, BODY);
  for (const value of listOf(body['choices'])) {
    const choice = objectOf(value);
    if (choice === null) continue;
    unknown += unknownIn(choice, CHOICE);
    for (const part of ['delta', 'message'] as const) {
      const message = objectOf(choice[part]);
      if (message !== null) unknown += unknownIn(message, MESSAGE);
      else if (carriesCall(choice[part])) throw upstreamInvalid(`the ${part} of a choice is no object`);
    }
  }
  return unknown;
}

/** The code of an error of the provider's own, in any of the places servers put it. */
export function failureIn(body: JsonObject): string | null {
  // vLLM's errors within a stream.
  if (body['object'] === 'error') return failureOf(body);
  for (const value of listOf(body['choices'])) {
    const choice = objectOf(value);
    const code = failureOf(choice?.['error']) ?? (choice?.['finish_reason'] === 'error' ? (failureOf(body['error']) ?? 'UPSTREAM_ERROR') : null);
    if (code !== null) return code;
  }
  return failureOf(body['error']);
}

export function toolCall(call: ChatCall): ToolCall {
  return { id: call.id, name: call.name, args: call.kind === 'custom' ? { input: call.text } : argsOf(call.text) };
}

export function readAnswer(body: JsonObject): Answer {
  const unknown = checkUnknown(body);
  const failure = failureIn(body);
  const choices = choicesOf(body);
  const id = textOf(body['id']);
  const model = textOf(body['model']);
  return {
    ...(id === null ? {} : { id }),
    ...(model === null ? {} : { model }),
    text: choices.map(({ message }) => textOf(message['content']) ?? '').join(''),
    calls: choices.flatMap(({ calls }) => calls.map(toolCall)),
    usage: usageOf(body['usage']),
    complete: choices.length > 0 && choices.every(({ choice }) => textOf(choice['finish_reason']) !== null),
    ...(failure === null ? {} : { failure }),
    ...(unknown === 0 ? {} : { unknown }),
  };
}

/** Refused calls are taken out and said instead; the reason for stopping fits what is left (LLM-5). */
export function rewriteAnswer(body: JsonObject, decisions: readonly CallDecision[]): JsonObject {
  let at = 0;
  const choices = choicesOf(body).map(({ value, choice, message, calls }) => {
    const mine = calls.map((call) => ({ call, decision: decisions[at++] ?? UNDECIDED }));
    if (calls.length === 0) return value;
    return mine.every(({ decision }) => decision.kind === 'pass') ? choice : { ...choice, ...rewritten(choice, message, mine) };
  });
  return { ...body, choices };
}

interface DecidedCall {
  readonly call: ChatCall;
  readonly decision: CallDecision;
}

/** Sorts decided calls into those that stay, as the wire has them, and the words that stand for the others. */
export function sorted(decided: readonly DecidedCall[]): { readonly kept: readonly ChatCall[]; readonly words: string; readonly extra: JsonObject } {
  const kept: ChatCall[] = [];
  const words: string[] = [];
  // The signature of a step stays with what is left of it: the next call, else the words (LLM-27).
  let left: JsonObject = {};
  for (const { call, decision } of decided) {
    if (decision.kind === 'refuse') {
      words.push(decision.text);
      left = signedExtra(call) ?? left;
      continue;
    }
    const text = decision.kind === 'pass' ? call.text : writtenArgs(call, decision.args);
    kept.push({ ...call, text, extra: { ...left, ...call.extra } });
    left = {};
  }
  return { kept, words: words.join('\n\n'), extra: kept.length === 0 ? left : {} };
}

/** Where Gemini's servers put what belongs to a step. Source: Gemini API, thought signatures, OpenAI compatibility. */
function signedExtra({ extra }: ChatCall): JsonObject | null {
  const content = extra?.['extra_content'];
  return content === undefined ? null : { extra_content: content };
}

function writtenArgs(call: ChatCall, args: JsonObject): string {
  const input = args['input'];
  return call.kind === 'custom' && typeof input === 'string' ? input : JSON.stringify(args);
}

/** @returns the members of a choice that change */
function rewritten(choice: JsonObject, message: JsonObject, decided: readonly DecidedCall[]): JsonObject {
  const { kept, words, extra } = sorted(decided);
  const { tool_calls: _calls, function_call: _legacy, ...rest } = message;
  const said = textOf(message['content']) ?? '';
  const tools = kept.filter(({ kind }) => kind !== 'legacy');
  const legacy = kept.find(({ kind }) => kind === 'legacy');
  return {
    message: {
      ...rest,
      ...extra,
      content: words === '' ? (message['content'] ?? null) : said === '' ? words : `${said}\n\n${words}`,
      ...(tools.length === 0 ? {} : { tool_calls: tools.map(writtenCall) }),
      ...(legacy === undefined ? {} : { function_call: { name: legacy.name, arguments: legacy.text } }),
    },
    finish_reason: finishOf(choice['finish_reason'], kept.length),
  };
}

export function finishOf(reason: Json | undefined, kept: number): Json {
  const calling = reason === 'tool_calls' || reason === 'function_call';
  return calling && kept === 0 ? 'stop' : (reason ?? null);
}

export function writtenCall({ id, kind, name, text, extra }: ChatCall): JsonObject {
  const call = kind === 'custom' ? { type: 'custom', custom: { name, input: text } } : { type: 'function', function: { name, arguments: text } };
  return { id, ...call, ...extra };
}

const CALL: ReadonlySet<string> = new Set(['id', 'type', 'index', 'function', 'custom']);

/** Members of a call besides what it calls. @throws AegisError UPSTREAM_INVALID when one of them can carry another call */
export function extraOf(call: JsonObject): JsonObject | null {
  unknownIn(call, CALL);
  const extra = Object.entries(call).filter(([key, value]) => !CALL.has(key) && value !== null);
  return extra.length === 0 ? null : Object.fromEntries(extra);
}

function choicesOf(body: JsonObject): readonly { value: Json; choice: JsonObject; message: JsonObject; calls: readonly ChatCall[] }[] {
  if (!isEmpty(body['choices']) && !Array.isArray(body['choices'])) throw upstreamInvalid('choices is no array');
  return listOf(body['choices']).map((value, at) => {
    const choice = objectOf(value) ?? {};
    const message = objectOf(choice['message']) ?? {};
    return { value, choice, message, calls: callsOf(message, at) };
  });
}

function callsOf(message: JsonObject, choice: number): readonly ChatCall[] {
  const value = message['tool_calls'];
  if (value !== undefined && value !== null && !Array.isArray(value)) throw upstreamInvalid('tool_calls is no array');
  const calls = listOf(value).map((one, at): ChatCall => {
    const call = objectOf(one);
    const kind = textOf(call?.['type']) ?? 'function';
    if (call === null || (kind !== 'function' && kind !== 'custom')) throw upstreamInvalid('a tool call is of an unknown kind');
    checkOneKind(call, kind);
    const body = objectOf(call[kind]);
    const name = textOf(body?.['name']);
    if (body === null || name === null) throw upstreamInvalid('a tool call has no name');
    const text = written(body, kind === 'custom' ? 'input' : 'arguments');
    const extra = extraOf(call);
    return { choice, id: textOf(call['id']) ?? `call-${String(choice)}-${String(at)}`, kind, name, text, ...(extra === null ? {} : { extra }) };
  });
  const legacy = message['function_call'];
  if (legacy === undefined || legacy === null) return calls;
  const body = objectOf(legacy);
  const name = textOf(body?.['name']);
  if (body === null || name === null) throw upstreamInvalid('a function call has no name');
  return [...calls, { choice, id: `function-${String(choice)}`, kind: 'legacy', name, text: written(body, 'arguments') }];
}

/** Arguments are text: an object in their place is read by some clients and not by others. */
export function written(body: JsonObject, member: string): string {
  const value = body[member];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw upstreamInvalid('the arguments of a tool call are not text');
  return value;
}

/** A call that says it is one thing and carries another too is read differently by different clients. */
export function checkOneKind(call: JsonObject, kind: 'function' | 'custom'): void {
  if (!isEmpty(call[kind === 'function' ? 'custom' : 'function'])) throw upstreamInvalid('a tool call is of two kinds');
}
