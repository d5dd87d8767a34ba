import type { JsonObject } from '../../../../kernel/json.ts';
import type { Answer, CallDecision, TokenUsage, ToolCall } from '../../dialect/model-answer.ts';
import { carriesCall, soundsLikeCall, unknownIn } from '../../dialect/carries.ts';
import { laterUsage } from '../../dialect/counts.ts';
import { failureOf } from '../../dialect/failure.ts';
import { isEmpty, known, listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import type { PartialArgs } from './partial-args.ts';
import { addPartial, argsOfPartial, emptyArgs } from './partial-args.ts';
import { usageOf } from './usage.ts';

/** A call, written at once or in pieces. */
export interface Call {
  readonly candidate: number;
  readonly id: string | null;
  readonly name: string;
  args: JsonObject | null;
  /** Set while pieces of its arguments are still to come. */
  pieces: PartialArgs | null;
  readonly done: boolean;
  /** Of the thoughts before it, as the provider wants it back with the step. */
  signature: string | null;
}

/** Where in a body a part of a call stands, so that it can be written anew. */
export interface Place {
  readonly candidate: number;
  readonly part: number;
  /** Position in `Reading.calls`. */
  readonly call: number;
}

export interface Reading {
  readonly calls: Call[];
  readonly text: string[];
  /** Whether any of it is more than nothing. */
  words: boolean;
  /** Candidate → position of the call whose pieces are still to come. */
  readonly open: Map<number, number>;
  /** Calls the provider ran: the last of a candidate, and each that has an id. */
  readonly ran: Map<string, number>;
  id: string | null;
  model: string | null;
  usage: TokenUsage;
  /** Candidate → whether it said why it stopped. */
  readonly finished: Map<number, boolean>;
  blocked: boolean;
  failure: string | null;
  /** Unknown members and parts. */
  unknown: number;
}

export function newReading(): Reading {
  return {
    calls: [],
    text: [],
    words: false,
    open: new Map(),
    ran: new Map(),
    id: null,
    model: null,
    usage: {},
    finished: new Map(),
    blocked: false,
    failure: null,
    unknown: 0,
  };
}

/** Members of a body and of a candidate that are read, or carry nothing. Source: Gemini API reference, GenerateContentResponse. */
const BODY: ReadonlySet<string> = new Set(
  'candidates promptFeedback usageMetadata modelVersion responseId createTime modelStatus error totalTokens promptTokensDetails'.split(' '),
);
const CANDIDATE: ReadonlySet<string> = new Set(
  (
    'content finishReason finishMessage index safetyRatings citationMetadata tokenCount groundingMetadata groundingAttributions avgLogprobs ' +
    'logprobsResult urlContextMetadata urlRetrievalMetadata'
  ).split(' '),
);

/** Members a part may have besides what it holds. */
const BESIDE: ReadonlySet<string> = new Set([
  'thought',
  'thoughtSignature',
  'videoMetadata',
  'partMetadata',
  'mediaResolution',
  'mediaProcessing',
  'speechMetadata',
]);
/** What a part may hold without being a call: words and media. */
const INERT: ReadonlySet<string> = new Set(['text', 'inlineData', 'fileData', 'audioTranscription']);

const KINDS: ReadonlySet<string> = new Set([...INERT, 'executableCode', 'toolCall', 'codeExecutionResult', 'toolResponse', 'functionCall']);

/**
 * Reads one body, whole or one frame of a stream; both have the same shape. The places are those of calls, and of results of those the
 * provider ran.
 * @throws AegisError UPSTREAM_INVALID
 */
export function readBody(reading: Reading, body: JsonObject): readonly Place[] {
  reading.id = textOf(body.responseId) ?? reading.id;
  reading.model = textOf(body.modelVersion) ?? reading.model;
  if (!isEmpty(body.usageMetadata)) reading.usage = laterUsage(reading.usage, usageOf(body.usageMetadata));
  if (textOf(objectOf(body.promptFeedback)?.blockReason) !== null) reading.blocked = true;
  if (!isEmpty(body.candidates) && !Array.isArray(body.candidates)) throw upstreamInvalid('candidates is no array');
  reading.unknown += unknownIn(body, BODY);
  reading.failure ??= failureOf(body.error);
  return listOf(body.candidates).flatMap((value, at) => {
    const candidate = objectOf(value);
    if (candidate === null) return [];
    reading.unknown += unknownIn(candidate, CANDIDATE);
    const index = candidate.index ?? 0;
    if (typeof index !== 'number') throw upstreamInvalid('a candidate has no index');
    const over = reading.finished.get(index) === true;
    const parts = partsOf(candidate);
    if (over && parts.some((part) => !isEmpty(part.functionCall))) throw upstreamInvalid('a call follows the end of its candidate');
    reading.finished.set(index, over || textOf(candidate.finishReason) !== null);
    return parts.flatMap((part, place) => {
      const call = readPart(reading, index, part);
      return call === null ? [] : [{ candidate: at, part: place, call }];
    });
  });
}

export function partsOf(candidate: JsonObject): readonly JsonObject[] {
  const content = objectOf(candidate.content);
  if (content === null && !isEmpty(candidate.content)) throw upstreamInvalid('the content of a candidate is no object');
  if (!isEmpty(content?.parts) && !Array.isArray(content?.parts)) throw upstreamInvalid('parts is no array');
  // The places of calls are counted, so that nothing may be left out.
  return listOf(content?.parts).map((value) => objectOf(value) ?? {});
}

/** The position of the call a part belongs to; null when it belongs to none. */
function readPart(reading: Reading, candidate: number, part: JsonObject): number | null {
  const kinds = Object.keys(part).filter((name) => part[name] !== null && !BESIDE.has(name) && (KINDS.has(name) || isCarrying(reading, part, name)));
  const [kind] = kinds;
  if (kinds.length > 1) throw upstreamInvalid('a part holds two things');
  if (kind === undefined || INERT.has(kind)) {
    if (kind === 'text' && part.thought !== true) say(reading, textOf(part.text) ?? '');
    return null;
  }
  const at = callIn(reading, candidate, { part, kind });
  const call = at === null ? undefined : reading.calls[at];
  if (call !== undefined && RESULTS.has(kind) === false) call.signature ??= textOf(part.thoughtSignature);
  return at;
}

const RESULTS: ReadonlySet<string> = new Set(['codeExecutionResult', 'toolResponse']);

function callIn(reading: Reading, candidate: number, { part, kind }: { readonly part: JsonObject; readonly kind: string }): number | null {
  if (kind === 'executableCode') return recorded(reading, { candidate, id: null, name: 'code_execution', args: objectOf(part.executableCode) });
  if (kind === 'toolCall') return recorded(reading, ranAtProvider(candidate, objectOf(part.toolCall)));
  if (kind === 'codeExecutionResult') return resultOf(reading, candidate, null);
  if (kind === 'toolResponse') return resultOf(reading, candidate, textOf(objectOf(part.toolResponse)?.id));
  if (kind !== 'functionCall') throw upstreamInvalid('a part is of an unknown kind');
  return readCall(reading, candidate, objectOf(part.functionCall));
}

/** An unknown member: nothing to anybody, unless it can carry a call. */
function isCarrying(reading: Reading, part: JsonObject, name: string): boolean {
  const carries = (soundsLikeCall(name) && !isEmpty(part[name])) || textOf(objectOf(part[name])?.name) !== null || carriesCall(part[name]);
  if (!carries) reading.unknown++;
  return carries;
}

function say(reading: Reading, text: string): void {
  reading.text.push(text);
  reading.words ||= text !== '';
}

type Recorded = Pick<Call, 'candidate' | 'id' | 'name' | 'args'>;

function ranAtProvider(candidate: number, call: JsonObject | null): Recorded {
  return { candidate, id: textOf(call?.id), name: (textOf(call?.toolType) ?? 'tool').toLowerCase(), args: objectOf(call?.args) };
}

function recorded(reading: Reading, call: Recorded): number {
  const at = reading.calls.push({ ...call, pieces: null, done: true, signature: null }) - 1;
  reading.ran.set(String(call.candidate), at);
  if (call.id !== null) reading.ran.set(`${String(call.candidate)} ${call.id}`, at);
  return at;
}

/** The call a result belongs to: by its id, else the last one the provider ran. */
function resultOf({ ran }: Reading, candidate: number, id: string | null): number | null {
  return ran.get(id === null ? String(candidate) : `${String(candidate)} ${id}`) ?? null;
}

function readCall(reading: Reading, candidate: number, call: JsonObject | null): number {
  if (call === null) throw upstreamInvalid('a function call is no object');
  const name = textOf(call.name) ?? '';
  const open = reading.open.get(candidate);
  if (open !== undefined && name !== '') throw upstreamInvalid('a call begins within another');
  if (open !== undefined && !isEmpty(call.args)) throw upstreamInvalid('a call comes both whole and in pieces');
  const at = open ?? beginCall(reading, candidate, name, call);
  const begun = reading.calls[at];
  if (begun?.pieces == null) return at;
  addPartial(begun.pieces, call.partialArgs);
  if (call.willContinue === true) {
    reading.open.set(candidate, at);
  } else {
    reading.open.delete(candidate);
    begun.args = argsOfPartial(begun.pieces);
    begun.pieces = null;
  }
  return at;
}

function beginCall(reading: Reading, candidate: number, name: string, call: JsonObject): number {
  if (name === '') throw upstreamInvalid('a function call has no name');
  const inPieces = call.willContinue === true || !isEmpty(call.partialArgs);
  if (inPieces && !isEmpty(call.args)) throw upstreamInvalid('a call comes both whole and in pieces');
  const args = inPieces ? null : call.args === undefined || call.args === null ? {} : objectOf(call.args);
  return reading.calls.push({ candidate, id: textOf(call.id), name, args, pieces: inPieces ? emptyArgs() : null, done: false, signature: null }) - 1;
}

/**
 * Where each signature stands when some calls are refused: with its call, or with the next that stays of the same step, which then is the first of it
 * and must have one; with the words of the refusal when none stays (LLM-27).
 */
export function signaturesOf(calls: readonly Call[], decisions: readonly CallDecision[]): ReadonlyMap<number, string> {
  const signed = new Map<number, string>();
  for (const [at, { signature }] of calls.entries()) if (signature !== null) signed.set(at, signature);
  const stays = (at: number): boolean => decisions[at]?.kind !== 'refuse' && calls[at]?.done === false;
  for (const [at, signature] of [...signed]) {
    if (decisions[at]?.kind !== 'refuse' || calls[at]?.done !== false) continue;
    const heir = calls.findIndex((one, later) => later > at && one.candidate === calls[at]?.candidate && stays(later));
    if (heir === -1 || signed.has(heir)) continue;
    signed.delete(at);
    signed.set(heir, signature);
  }
  return signed;
}

/** A call without an id is known by its name, as its result will be; the second of a name by its number too. */
function toolCalls(calls: readonly Call[]): readonly ToolCall[] {
  const ids = new Set(calls.flatMap(({ id }) => (id === null ? [] : [id])));
  if (ids.size < calls.filter(({ id }) => id !== null).length) throw upstreamInvalid('two calls share an id');
  const counts = new Map<string, number>();
  return calls.map(({ id, name, args, done }) => {
    const call = { id: id ?? unused(name, ids, counts), name, args };
    return done ? { ...call, done } : call;
  });
}

function unused(name: string, ids: Set<string>, counts: Map<string, number>): string {
  for (;;) {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const id = count === 1 ? name : `${name}#${String(count)}`;
    if (ids.has(id)) continue;
    ids.add(id);
    return id;
  }
}

export function answerOf(reading: Reading): Answer {
  const ends = [...reading.finished.values()];
  return {
    ...known<Pick<Answer, 'id' | 'model'>>({ id: reading.id ?? undefined, model: reading.model ?? undefined }),
    text: reading.text.join(''),
    calls: toolCalls(reading.calls),
    usage: reading.usage,
    ...(reading.failure === null ? {} : { failure: reading.failure }),
    ...(reading.unknown === 0 ? {} : { unknown: reading.unknown }),
    complete: reading.blocked || (ends.length > 0 && ends.every((ended) => ended)),
  };
}
