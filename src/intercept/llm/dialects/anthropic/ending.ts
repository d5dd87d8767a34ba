import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { Frame } from '../../dialect/frame.ts';
import { UNDECIDED } from '../../dialect/model-answer.ts';
import type { CallDecision } from '../../dialect/model-answer.ts';
import { objectOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { readAnswer, rewriteAnswer } from './answer.ts';
import { stopOf } from './blocks.ts';
import type { Reading } from './reading.ts';

const event = (type: string, rest: JsonObject): Frame => frameOf({ type, ...rest }, type);

/** One block of text, whole. */
function said(index: number, text: string): readonly Frame[] {
  return [
    event('content_block_start', { index, content_block: { type: 'text', text: '' } }),
    event('content_block_delta', { index, delta: { type: 'text_delta', text } }),
    event('content_block_stop', { index }),
  ];
}

/** The held events written anew: each refused call is a block of text under the same index, the rest is as it came. */
export function ending(reading: Reading, decisions: ReadonlyMap<number, CallDecision | undefined>): readonly Frame[] {
  const refused = new Set<Json | undefined>();
  for (const [index, decision = UNDECIDED] of decisions) if (decision.kind === 'refuse') refused.add(reading.blocks.get(index)?.start['id']);
  const kept = [...decisions].filter(
    ([index, decision]) => decision !== undefined && decision.kind !== 'refuse' && reading.blocks.get(index)?.kind === 'call',
  ).length;
  return reading.held.flatMap((frame) => {
    const { data } = frame;
    if (data?.['type'] === 'message_delta') return [withStop(data, kept)];
    const index = Number(data?.['index'] ?? -1);
    const block = reading.blocks.get(index);
    if (block === undefined) return [frame];
    const starts = data?.['type'] === 'content_block_start';
    if (block.kind === 'result' && refused.has(block.start['tool_use_id'])) return starts ? said(index, 'What came of it is left out.') : [];
    if (!decisions.has(index)) return [frame];
    const decision = decisions.get(index) ?? UNDECIDED;
    if (decision.kind === 'pass') return [frame];
    if (!starts) return [];
    return decision.kind === 'refuse' ? said(index, decision.text) : replaced(index, block.start, decision.args);
  });
}

/** The same for a message that came whole in its first event. */
export function wholeEnding({ held }: Reading, message: JsonObject, decisions: readonly CallDecision[]): readonly Frame[] {
  const calls = readAnswer(message).calls;
  if (calls.length === decisions.length && decisions.every(({ kind }) => kind === 'pass')) return held;
  const kept = calls.filter((call, at) => call.done !== true && decisions[at] !== undefined && decisions[at].kind !== 'refuse').length;
  return held.map((frame) => {
    const { data } = frame;
    if (data?.['type'] === 'message_start') return frameOf({ ...data, message: rewriteAnswer(message, decisions) }, frame.event);
    return data?.['type'] === 'message_delta' ? withStop(data, kept) : frame;
  });
}

function replaced(index: number, start: JsonObject, args: JsonObject): readonly Frame[] {
  return [
    event('content_block_start', { index, content_block: { ...start, input: {} } }),
    event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(args) } }),
    event('content_block_stop', { index }),
  ];
}

function withStop(data: JsonObject, kept: number): Frame {
  const delta = objectOf(data['delta']) ?? {};
  return frameOf({ ...data, delta: { ...delta, stop_reason: stopOf(delta['stop_reason'], kept) } }, 'message_delta');
}

/** The rest of a stream that says `text` for whatever is missing. */
export function closing(reading: Reading, text: string): readonly Frame[] {
  if (reading.failed !== null) return [reading.failed];
  if (reading.failure !== null || reading.passedStop) return [];
  if (reading.passedDelta) return [event('message_stop', {})];
  const frames: Frame[] = [];
  if (reading.message === null) frames.push(event('message_start', { message: EMPTY }));
  const unstopped = stopsHeld(reading);
  let next = 0;
  for (const block of reading.blocks.values()) {
    if (!block.passed) continue;
    next = Math.max(next, block.index + 1);
    if (block.open || unstopped.has(block.index)) frames.push(event('content_block_stop', { index: block.index }));
  }
  return [
    ...frames,
    ...said(next, text),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: reading.usage.output ?? 0 } }),
    event('message_stop', {}),
  ];
}

/** Blocks whose end is held: the client has not got it. */
function stopsHeld({ held }: Reading): ReadonlySet<unknown> {
  return new Set(held.flatMap(({ data }) => (data?.['type'] === 'content_block_stop' ? [data['index']] : [])));
}

const EMPTY: JsonObject = {
  id: 'msg_aegis',
  type: 'message',
  role: 'assistant',
  model: '',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 0, output_tokens: 0 },
};
