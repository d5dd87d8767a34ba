import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { argsOf, isEmpty, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { carriesCall, soundsLikeCall, unknownIn } from '../../dialect/carries.ts';
import { failureOf } from '../../dialect/failure.ts';
import { callOf, inputOf, isUnknown, kindOf } from './blocks.ts';
import { BODY, readAnswer } from './answer.ts';
import { ending, closing, wholeEnding } from './ending.ts';
import type { Block, Reading } from './reading.ts';
import { usageOf } from './usage.ts';
import type { Answer, CallDecision, ToolCall } from '../../dialect/model-answer.ts';
import type { Frame } from '../../dialect/frame.ts';

const EVENTS: ReadonlySet<string> = new Set(
  'message_start content_block_start content_block_delta content_block_stop message_delta message_stop error'.split(' '),
);
/** Pieces of words, thoughts and arguments. Source: Anthropic API reference, Streaming. */
const DELTAS: ReadonlySet<string> = new Set('text_delta input_json_delta thinking_delta signature_delta citations_delta compaction_delta'.split(' '));

const EVENT: ReadonlySet<string> = new Set('type index message content_block delta usage context_management'.split(' '));
const END: ReadonlySet<string> = new Set('stop_reason stop_sequence stop_details container'.split(' '));

/** Reads the events of a streamed message; from the first byte of a tool use everything is held. */
export function createReader(): AnswerReader {
  const reading: Reading = {
    message: null,
    whole: null,
    blocks: new Map(),
    held: [],
    holding: false,
    text: [],
    usage: {},
    stopReason: null,
    passedDelta: false,
    passedStop: false,
    failed: null,
    failure: null,
    unknown: 0,
  };
  return {
    take: (frame) => take(reading, frame),
    answer: () => answerOf(reading),
    failure: () => reading.failure,
    told: () => reading.failure !== null || reading.passedStop || reading.passedDelta,
    release: (decisions) => release(reading, decisions),
    abandon: (text) => closing(reading, text),
  };
}

function take(reading: Reading, frame: Frame): readonly Frame[] {
  const { data, event } = frame;
  // What some gateways end every stream with, and text in which no call can stand.
  if (data === null) return pass(reading, frame);
  const type = typeOf(data, event);
  if (type === 'error') return fail(reading, frame, data);
  note(reading, type, data);
  return pass(reading, frame, type);
}

/** Clients dispatch on either name: an event that says two things is read differently by each. */
function typeOf(data: JsonObject, event: string | undefined): string {
  const named = event === undefined || event === 'message' ? null : event;
  const typed = textOf(data['type']);
  if (typed === null && named === null && objectOf(data['error']) !== null) return 'error';
  if (typed === null || named === null || typed === named) return typed ?? named ?? '';
  if (EVENTS.has(typed) || EVENTS.has(named)) throw upstreamInvalid('an event is not of the type its data says');
  return typed;
}

/** An error of the provider's own goes on as it came, and nothing of what was held (LLM-25). */
function fail(reading: Reading, frame: Frame, data: JsonObject): readonly Frame[] {
  reading.failure ??= failureOf(data['error']) ?? 'UPSTREAM_ERROR';
  if (!reading.holding) return [frame];
  reading.failed ??= frame;
  return [];
}

function pass(reading: Reading, frame: Frame, type = ''): readonly Frame[] {
  if (!reading.holding) return [frame];
  // A keep-alive means nothing, so it is never held.
  if (type === 'ping') return [frame];
  reading.held.push(frame);
  return [];
}

function note(reading: Reading, type: string, data: JsonObject): void {
  if (EVENTS.has(type)) reading.unknown += unknownIn(data, EVENT);
  switch (type) {
    case 'message_start':
      return start(reading, objectOf(data['message']));
    case 'content_block_start':
      return open(reading, data);
    case 'content_block_delta':
      return add(reading, data);
    case 'content_block_stop': {
      const block = reading.blocks.get(Number(data['index']));
      if (block !== undefined) block.open = false;
      return;
    }
    case 'message_delta':
      return end(reading, data);
    case 'message_stop':
      reading.passedStop ||= !reading.holding;
      return;
    case 'ping':
      return;
    default:
      if (carriesCall({ ...data, type })) throw upstreamInvalid(`an event of the unknown type ${type.slice(0, 64)} can carry a tool call`);
      reading.unknown++;
  }
}

function start(reading: Reading, message: JsonObject | null): void {
  if (message === null) throw upstreamInvalid('a message does not start as one');
  reading.unknown += unknownIn(message, BODY);
  if (reading.holding) throw upstreamInvalid('a message starts within a tool use');
  if (isEmpty(message['content'])) {
    reading.message = message;
  } else {
    // Its own calls are decided like any other; what it was before, nobody can tell.
    if (reading.message !== null || !Array.isArray(message['content'])) throw upstreamInvalid('a message does not start empty');
    reading.whole = message;
    reading.holding = true;
    reading.stopReason = readAnswer(message).complete ? textOf(message['stop_reason']) : null;
  }
  reading.usage = usageOf(message['usage'], reading.usage);
}

function open(reading: Reading, data: JsonObject): void {
  if (reading.whole !== null) throw upstreamInvalid('a content block follows a whole message');
  const { index } = data;
  const block = objectOf(data['content_block']);
  if (typeof index !== 'number' || block === null) throw upstreamInvalid('a content block does not start as one');
  const kind = kindOf(block);
  const before = reading.blocks.get(index);
  // Some gateways number every block alike; words may follow words.
  if (before !== undefined && (before.open || before.kind !== 'words' || kind !== 'words'))
    throw upstreamInvalid('two content blocks share an index');
  if (kind !== 'words' && (reading.passedDelta || reading.passedStop)) throw upstreamInvalid('a call follows the end of its message');
  if (kind !== 'words') reading.holding = true;
  if (isUnknown(block)) reading.unknown++;
  if (kind === 'call' || kind === 'done') callOf(block, null);
  reading.blocks.set(index, { index, kind, start: block, pieces: [], passed: !reading.holding, open: true });
  if (block['type'] === 'text') reading.text.push(textOf(block['text']) ?? '');
}

function add(reading: Reading, data: JsonObject): void {
  const delta = objectOf(data['delta']) ?? {};
  const typed = textOf(delta['type']) ?? '';
  const json = delta['partial_json'];
  const isCall = typed === 'input_json_delta' || json !== undefined;
  if (!DELTAS.has(typed)) checkDelta(reading, delta, typed);
  const block = blockOf(reading, data, isCall);
  if (block?.kind === 'call' || block?.kind === 'done') addArguments(block, delta);
  else if (isCall) throw upstreamInvalid('a content block is of two kinds');
  else if (typed === 'text_delta') reading.text.push(textOf(delta['text']) ?? '');
}

/** A piece of an unknown kind. @throws AegisError UPSTREAM_INVALID when it can carry a call */
function checkDelta(reading: Reading, delta: JsonObject, typed: string): void {
  if (soundsLikeCall(typed) || carriesCall(delta) || delta['partial_json'] !== undefined) {
    throw upstreamInvalid('a delta of an unknown type can carry a tool call');
  }
  if (Object.keys(delta).length > 0) reading.unknown++;
}

/** An unknown piece of a call may be a piece of its arguments to a client of tomorrow. */
function addArguments(block: Block, delta: JsonObject): void {
  if (!block.open) throw upstreamInvalid('a content block goes on after its end');
  if (Object.keys(delta).length === 0) return;
  if (delta['type'] !== 'input_json_delta') throw upstreamInvalid('a content block is of two kinds');
  const json = delta['partial_json'];
  if (typeof json !== 'string') throw upstreamInvalid('the arguments of a tool use are not text');
  if (json !== '') block.pieces.push(json);
}

/** Words may go on where nothing began, as clients let them; arguments may not. */
function blockOf(reading: Reading, data: JsonObject, isCall: boolean): Block | undefined {
  const { index } = data;
  const block = typeof index === 'number' ? reading.blocks.get(index) : undefined;
  if (block === undefined && isCall) throw upstreamInvalid('a content block goes on before its start');
  return block;
}

function end(reading: Reading, data: JsonObject): void {
  reading.usage = usageOf(data['usage'], reading.usage);
  const delta = objectOf(data['delta']) ?? {};
  reading.unknown += unknownIn(delta, END);
  reading.stopReason = textOf(delta['stop_reason']) ?? reading.stopReason;
  reading.passedDelta ||= !reading.holding;
}

/** Calls in the order of their blocks' beginnings. */
export function callsOf(reading: Reading): readonly { readonly block: Block; readonly call: ToolCall }[] {
  return [...reading.blocks.values()]
    .filter(({ kind }) => kind === 'call' || kind === 'done')
    .map((block) => ({ block, call: callOf(block.start, argumentsOf(block)) }));
}

function argumentsOf({ start, pieces, open }: Block): JsonObject | null {
  if (open) return null;
  if (pieces.length === 0) return inputOf(start);
  // Both at once: some clients add, others replace.
  return isEmpty(start['input']) ? argsOf(pieces.join('')) : null;
}

function seenIn({ failure, unknown }: Reading): Pick<Answer, 'failure' | 'unknown'> {
  return { ...(failure === null ? {} : { failure }), ...(unknown === 0 ? {} : { unknown }) };
}

function answerOf(reading: Reading): Answer {
  if (reading.whole !== null)
    return { ...readAnswer(reading.whole), usage: reading.usage, complete: reading.stopReason !== null, ...seenIn(reading) };
  const id = textOf(reading.message?.['id']);
  const model = textOf(reading.message?.['model']);
  return {
    ...(id === null ? {} : { id }),
    ...(model === null ? {} : { model }),
    text: reading.text.join(''),
    calls: callsOf(reading).map(({ call }) => call),
    usage: reading.usage,
    ...seenIn(reading),
    complete: reading.stopReason !== null && [...reading.blocks.values()].every(({ open }) => !open),
  };
}

function release(reading: Reading, decisions: readonly CallDecision[]): readonly Frame[] {
  if (reading.whole !== null) return wholeEnding(reading, reading.whole, decisions);
  const calls = callsOf(reading);
  if (calls.length === decisions.length && decisions.every(({ kind }) => kind === 'pass')) return reading.held;
  return ending(reading, new Map(calls.map(({ block }, at) => [block.index, decisions[at]])));
}
