import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { laterUsage } from '../../dialect/counts.ts';
import { DONE } from '../../dialect/frame.ts';
import { isEmpty, listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { besideCalls, CALLS, checkOneKind, checkUnknown, extraOf, failureIn, toolCall, written } from './answer.ts';
import type { ChatCall } from './answer.ts';
import { ending, closing, isTold } from './ending.ts';
import type { Building, Reading } from './reading.ts';
import { usageOf } from './usage.ts';
import type { Answer, CallDecision } from '../../dialect/model-answer.ts';
import type { Frame } from '../../dialect/frame.ts';
import type { ModelRequest } from '../../dialect/model-request.ts';

/** Reads streamed chunks; from the first byte of a call everything is held. */
export function createReader(request: ModelRequest): AnswerReader {
  const reading: Reading = {
    wantsUsage: request.forward === undefined,
    head: {},
    calls: [],
    held: [],
    holding: false,
    finished: new Map(),
    text: [],
    usage: {},
    done: false,
    failed: null,
    failure: null,
    unknown: 0,
  };
  return {
    take: (frame) => take(reading, frame),
    answer: () => answerOf(reading),
    failure: () => reading.failure,
    told: () => isTold(reading),
    release: (decisions) => release(reading, decisions),
    abandon: (text) => closing(reading, text),
  };
}

function take(reading: Reading, frame: Frame): readonly Frame[] {
  const { data } = frame;
  if (data === null) {
    reading.done ||= frame.raw === DONE;
    return pass(reading, frame);
  }
  reading.unknown += checkUnknown(data);
  if (!isEmpty(data['usage'])) reading.usage = laterUsage(reading.usage, usageOf(data['usage']));
  const choices = data['choices'];
  if (!isEmpty(choices) && !Array.isArray(choices)) throw upstreamInvalid('choices is no array');
  const failure = failureIn(data);
  if (failure !== null) return fail(reading, frame, failure);
  if (listOf(choices).length === 0) return surplus(reading, data) ? [] : pass(reading, frame);
  head(reading, data);
  let calling = false;
  let words = false;
  for (const value of listOf(choices)) {
    const read = readChoice(reading, value);
    calling ||= read.calling;
    words ||= read.words;
  }
  if (!calling) return pass(reading, frame);
  if (reading.holding || !words) {
    reading.holding = true;
    reading.held.push(frame);
    return [];
  }
  reading.holding = true;
  const [first, rest] = split(data);
  reading.held.push(rest);
  return [first];
}

/** An error of the provider's own goes on as it came, and nothing of what was held (LLM-25). */
function fail(reading: Reading, frame: Frame, failure: string): readonly Frame[] {
  reading.failure = failure;
  const calls = listOf(frame.data?.['choices']).some((value) => CALLS.some((key) => !isEmpty(objectOf(objectOf(value)?.['delta'])?.[key])));
  const { choices: _choices, ...alone } = frame.data ?? {};
  const left = calls ? frameOf(alone, frame.event) : frame;
  if (!reading.holding) return [left];
  reading.failed = left;
  return [];
}

function pass(reading: Reading, frame: Frame): readonly Frame[] {
  if (!reading.holding) return [frame];
  reading.held.push(frame);
  return [];
}

/** The count we asked for and the client did not. */
function surplus(reading: Reading, data: JsonObject): boolean {
  return !reading.wantsUsage && !isEmpty(data['usage']);
}

function head(reading: Reading, data: JsonObject): void {
  if (reading.head === data) return;
  const { choices: _choices, usage: _usage, ...rest } = data;
  reading.head = rest;
}

function readChoice(reading: Reading, value: Json): { readonly calling: boolean; readonly words: boolean } {
  const choice = objectOf(value) ?? {};
  const index = choice['index'] ?? 0;
  if (typeof index !== 'number') throw upstreamInvalid('a choice has no number for an index');
  if (reading.finished.size > MOST) throw upstreamInvalid(`an answer has more than ${String(MOST)} choices`);
  const message = objectOf(choice['message']);
  if (message !== null && CALLS.some((key) => !isEmpty(message[key]))) throw upstreamInvalid('a streamed choice holds a whole call');
  const delta = objectOf(choice['delta']) ?? {};
  const over = isText(reading.finished.get(index)) && !reading.holding;
  const content = textOf(delta['content']);
  if (content !== null && content !== '') reading.text.push(content);
  const finish = choice['finish_reason'];
  if (!reading.finished.has(index) || isText(finish)) reading.finished.set(index, isText(finish) ? finish : null);
  const calling = readCalls(reading, delta, index);
  if (calling && over) throw upstreamInvalid('a call follows the end of its choice');
  return { calling, words: besideCalls(delta).length > 0 };
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function readCalls(reading: Reading, delta: JsonObject, choice: number): boolean {
  const value = delta['tool_calls'];
  if (!isEmpty(value) && !Array.isArray(value)) throw upstreamInvalid('tool_calls is no array');
  const parts = listOf(value).filter((part) => part !== null);
  for (const part of parts) readPart(reading, objectOf(part), choice);
  const legacy = delta['function_call'];
  const calls = legacy !== undefined && legacy !== null && !(isEmpty(legacy) && typeof legacy === 'object');
  if (calls) readLegacy(reading, objectOf(legacy), choice);
  return parts.length > 0 || calls;
}

function readPart(reading: Reading, part: JsonObject | null, choice: number): void {
  if (part === null) throw upstreamInvalid('a tool call is no object');
  const id = textOf(part['id']);
  const index = part['index'] ?? positionOf(reading, choice, id);
  if (typeof index !== 'number') throw upstreamInvalid('a tool call has no index');
  let call = reading.calls.find((one) => one.choice === choice && one.key === index);
  if (call === undefined) {
    const kind = textOf(part['type']) ?? (isEmpty(part['custom']) ? 'function' : 'custom');
    if (kind !== 'function' && kind !== 'custom') throw upstreamInvalid('a tool call is of an unknown kind');
    call = { choice, key: index, kind, id: id ?? `call-${String(choice)}-${String(index)}`, name: '', pieces: [], extra: {} };
    begin(reading, call);
  } else if (id !== null && id !== '' && id !== call.id) {
    throw upstreamInvalid('two tool calls share an index');
  }
  if (call.kind === 'legacy') throw upstreamInvalid('a tool call is of two kinds');
  checkOneKind(part, call.kind);
  call.extra = { ...call.extra, ...extraOf(part) };
  add(call, objectOf(part[call.kind]), call.kind === 'custom' ? 'input' : 'arguments');
}

/** More than any answer has, and few enough to be looked through for every piece. */
const MOST = 1024;

function begin(reading: Reading, call: Building): void {
  if (reading.calls.push(call) > MOST) throw upstreamInvalid(`an answer asks for more than ${String(MOST)} calls`);
}

/** Some providers send calls whole and without an index: each id is one. */
function positionOf(reading: Reading, choice: number, id: string | null): number {
  const mine = reading.calls.filter((one) => one.choice === choice && one.key !== 'legacy');
  const known = mine.findIndex((one) => id === null || one.id === id);
  return known === -1 ? mine.length : Number(mine[known]?.key ?? 0);
}

function readLegacy(reading: Reading, part: JsonObject | null, choice: number): void {
  if (part === null) throw upstreamInvalid('a function call is no object');
  let call = reading.calls.find((one) => one.choice === choice && one.key === 'legacy');
  if (call === undefined) {
    call = { choice, key: 'legacy', kind: 'legacy', id: `function-${String(choice)}`, name: '', pieces: [], extra: {} };
    begin(reading, call);
  }
  add(call, part, 'arguments');
}

function add(call: Building, body: JsonObject | null, member: string): void {
  if (body === null) return;
  const name = textOf(body['name']);
  if (name !== null && name !== '') {
    // Some clients join a second name to the first, others put it in its place.
    if (call.name !== '') throw upstreamInvalid('a tool call is named twice');
    call.name = name;
  }
  const text = written(body, member);
  if (text !== '') call.pieces.push(text);
}

/** The words of a chunk that holds both go on; the calls, and how it ends, stay. */
function split(data: JsonObject): readonly [Frame, Frame] {
  const halves = listOf(data['choices']).map((value) => {
    const choice = objectOf(value) ?? {};
    const delta = objectOf(choice['delta']) ?? {};
    const { tool_calls: _calls, function_call: _legacy, ...words } = delta;
    const calls = Object.fromEntries(CALLS.filter((key) => delta[key] !== undefined).map((key) => [key, delta[key] ?? null]));
    return { words: { ...choice, delta: words, finish_reason: null }, calls: { ...choice, delta: calls } };
  });
  const { usage: _usage, ...rest } = data;
  return [frameOf({ ...rest, choices: halves.map(({ words }) => words) }), frameOf({ ...data, choices: halves.map(({ calls }) => calls) })];
}

export function callsOf(reading: Reading): readonly ChatCall[] {
  return reading.calls
    .map(({ choice, kind, id, name, pieces, extra }) => ({ choice, kind, id, name, text: pieces.join(''), extra }))
    .toSorted((a, b) => a.choice - b.choice);
}

function answerOf(reading: Reading): Answer {
  const id = textOf(reading.head['id']);
  const model = textOf(reading.head['model']);
  return {
    ...(id === null ? {} : { id }),
    ...(model === null ? {} : { model }),
    text: reading.text.join(''),
    calls: callsOf(reading).map(toolCall),
    usage: reading.usage,
    complete: reading.finished.size > 0 && [...reading.finished.values()].every((reason) => typeof reason === 'string'),
    ...(reading.failure === null ? {} : { failure: reading.failure }),
    ...(reading.unknown === 0 ? {} : { unknown: reading.unknown }),
  };
}

function release(reading: Reading, decisions: readonly CallDecision[]): readonly Frame[] {
  const calls = callsOf(reading);
  if (calls.length === decisions.length && decisions.every(({ kind }) => kind === 'pass')) return reading.held;
  return ending(reading, calls, decisions);
}
