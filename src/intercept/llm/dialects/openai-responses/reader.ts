import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { frameOf } from '../../dialect/frame.ts';
import { known, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { abandoned } from './abandoned.ts';
import { distinct, decisionsByPlace, withoutCalls } from './answer.ts';
import { callOf, wordsOf } from './items.ts';
import type { Progress } from './progress.ts';
import { carriesCall, readEvent } from './progress.ts';
import { rewriteFrames } from './rewrite-frames.ts';
import type { Slot } from './slot.ts';
import { copyOf } from './slot.ts';
import { usageOf } from './usage.ts';
import type { Answer } from '../../dialect/model-answer.ts';
import type { Frame } from '../../dialect/frame.ts';
import type { ModelRequest } from '../../dialect/model-request.ts';

/** Slots in the order of the output. */
function inOrder(slots: Progress['slots']): readonly Slot[] {
  return [...slots.values()].sort((one, other) => one.place - other.place);
}

function answerOf({ response, slots, ended, failure, unknown }: Progress): Answer {
  const calls = inOrder(slots).flatMap((slot) => (slot.kind === 'inert' ? [] : [callOf(slot.item, slot.place, slot.ended)]));
  return {
    ...known<Pick<Answer, 'id' | 'model'>>({ id: textOf(response?.id) ?? undefined, model: textOf(response?.model) ?? undefined }),
    text: inOrder(slots)
      .map((slot) => (slot.ended ? wordsOf(slot.item) : [...slot.words.values()].map((words) => words.text).join('')))
      .join(''),
    calls: distinct(calls),
    usage: usageOf(response?.usage),
    complete: ended,
    ...(failure === null ? {} : { failure }),
    ...(unknown === 0 ? {} : { unknown }),
  };
}

function copied(progress: Progress): Progress {
  return { ...progress, slots: new Map([...progress.slots].map(([place, slot]) => [place, copyOf(slot)])), last: new Map() };
}

/** Reads one streamed answer of the Responses interface (LLM-44 to LLM-47). */
export function createReader(request: ModelRequest): AnswerReader {
  const progress: Progress = { response: null, slots: new Map(), ids: new Map(), ended: false, last: new Map(), failure: null, unknown: 0 };
  const held: Frame[] = [];
  /** What the client has been given when the first frame was held; null while nothing is. */
  let left: Progress | null = null;
  let sequence: number | null = null;
  let named = true;
  let failed: Frame | null = null;
  return {
    take(frame) {
      const { data } = frame;
      if (data !== null) {
        checkName(frame, data);
        if (left === null && carriesCall(progress, data)) left = copied(progress);
        readEvent(progress, data);
        if (progress.failure !== null) return fail(frame, data);
      }
      if (left !== null) {
        held.push(frame);
        return [];
      }
      if (typeof data?.sequence_number === 'number') sequence = data.sequence_number;
      if (data !== null) named = frame.event !== undefined;
      return [frame];
    },
    answer: () => answerOf(progress),
    failure: () => progress.failure,
    told: () => progress.failure !== null || (left ?? progress).ended,
    release(decisions) {
      const slots = inOrder(progress.slots);
      const decided = decisionsByPlace(
        slots.map((slot) => slot.item),
        decisions,
      );
      if (decisions.every((decision) => decision.kind === 'pass')) return held;
      const byPlace = new Map([...decided].flatMap(([at, decision]) => (slots[at] === undefined ? [] : [[slots[at].place, decision]])));
      return rewriteFrames({ held, progress, decisions: byPlace, sequence });
    },
    abandon(text) {
      if (progress.failure !== null) return failed === null ? [] : [failed];
      return abandoned({ left: left ?? progress, whole: progress, text, sequence, named, model: request.model });
    },
  };

  /** An error of the provider's own goes on without any call, and nothing of what was held (LLM-25). */
  function fail(frame: Frame, data: JsonObject): readonly Frame[] {
    const response = objectOf(data.response);
    const bare = response === null ? null : withoutCalls(response);
    const error = bare === response ? frame : frameOf({ ...data, response: bare }, frame.event);
    if (left === null) return [error];
    failed ??= error;
    return [];
  }
}

function checkName(frame: Frame, data: JsonObject): void {
  const type = textOf(data.type);
  // `message` is what an event without a name is called.
  if (frame.event !== undefined && frame.event !== 'message' && type !== null && frame.event !== type)
    throw upstreamInvalid('an event is named otherwise than its data');
}
