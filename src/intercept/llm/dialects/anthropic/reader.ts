import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { argsOf, isEmpty, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { callOf, inputOf, kindOf } from './blocks.ts';
import { readAnswer } from './answer.ts';
import { ending, closing, wholeEnding } from './ending.ts';
import type { Block, Reading } from './reading.ts';
import { usageOf } from './usage.ts';
import type { Answer, CallDecision, ToolCall } from '../../dialect/model-answer.ts';
import type { Frame } from '../../dialect/frame.ts';

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
  };
  return {
    take: (frame) => take(reading, frame),
    answer: () => answerOf(reading),
    release: (decisions) => release(reading, decisions),
    abandon: (text) => closing(reading, text),
  };
}

function take(reading: Reading, frame: Frame): readonly Frame[] {
  const { data, event } = frame;
  if (data === null) throw upstreamInvalid('an event carries no JSON');
  const type = textOf(data['type']);
  // Clients dispatch on either name: an event that says two things is read differently by each.
  if (type === null || (event !== undefined && event !== type)) throw upstreamInvalid('an event is not of the type its data says');
  note(reading, type, data);
  if (!reading.holding) return [frame];
  // A keep-alive means nothing, so it is never held.
  if (type === 'ping') return [frame];
  reading.held.push(frame);
  return [];
}

function note(reading: Reading, type: string, data: JsonObject): void {
  switch (type) {
    case 'message_start':
      return start(reading, objectOf(data['message']));
    case 'content_block_start':
      return open(reading, data);
    case 'content_block_delta':
      return add(reading, data);
    case 'content_block_stop':
      blockAt(reading, data).open = false;
      return;
    case 'message_delta':
      return end(reading, data);
    case 'message_stop':
      reading.passedStop ||= !reading.holding;
      return;
    case 'ping':
    case 'error':
      return;
    default:
      throw upstreamInvalid(`an event is of the unknown type ${type.slice(0, 64)}`);
  }
}

function start(reading: Reading, message: JsonObject | null): void {
  if (message === null) throw upstreamInvalid('a message does not start as one');
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
  if (typeof index !== 'number' || block === null || reading.blocks.has(index)) throw upstreamInvalid('a content block does not start as one');
  const kind = kindOf(block);
  if (kind !== 'words') reading.holding = true;
  if (kind === 'call' || kind === 'done') callOf(block, null);
  reading.blocks.set(index, { index, kind, start: block, pieces: [], passed: !reading.holding, open: true });
  if (block['type'] === 'text') reading.text.push(textOf(block['text']) ?? '');
}

function add(reading: Reading, data: JsonObject): void {
  const block = blockAt(reading, data);
  const delta = objectOf(data['delta']);
  if (delta === null || !block.open) throw upstreamInvalid('a content block goes on after its end');
  const json = delta['partial_json'];
  const calls = block.kind === 'call' || block.kind === 'done';
  if ((delta['type'] === 'input_json_delta') !== calls || (json !== undefined && !calls)) {
    throw upstreamInvalid('a content block is of two kinds');
  }
  if (calls) {
    if (typeof json !== 'string') throw upstreamInvalid('the arguments of a tool use are not text');
    if (json !== '') block.pieces.push(json);
  } else if (delta['type'] === 'text_delta') {
    reading.text.push(textOf(delta['text']) ?? '');
  }
}

function blockAt(reading: Reading, data: JsonObject): Block {
  const { index } = data;
  const block = typeof index === 'number' ? reading.blocks.get(index) : undefined;
  if (block === undefined) throw upstreamInvalid('a content block goes on before its start');
  return block;
}

function end(reading: Reading, data: JsonObject): void {
  reading.usage = usageOf(data['usage'], reading.usage);
  reading.stopReason = textOf(objectOf(data['delta'])?.['stop_reason']) ?? reading.stopReason;
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

function answerOf(reading: Reading): Answer {
  if (reading.whole !== null) return { ...readAnswer(reading.whole), usage: reading.usage, complete: reading.stopReason !== null };
  const id = textOf(reading.message?.['id']);
  const model = textOf(reading.message?.['model']);
  return {
    ...(id === null ? {} : { id }),
    ...(model === null ? {} : { model }),
    text: reading.text.join(''),
    calls: callsOf(reading).map(({ call }) => call),
    usage: reading.usage,
    complete: reading.stopReason !== null && [...reading.blocks.values()].every(({ open }) => !open),
  };
}

function release(reading: Reading, decisions: readonly CallDecision[]): readonly Frame[] {
  if (reading.whole !== null) return wholeEnding(reading, reading.whole, decisions);
  const calls = callsOf(reading);
  if (calls.length === decisions.length && decisions.every(({ kind }) => kind === 'pass')) return reading.held;
  return ending(reading, new Map(calls.map(({ block }, at) => [block.index, decisions[at]])));
}
