import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { known, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { abandoned } from './abandoned.ts';
import { distinct, decisionsByPlace } from './answer.ts';
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

function answerOf({ response, slots, ended }: Progress): Answer {
  const calls = inOrder(slots).flatMap((slot) => (slot.kind === 'inert' ? [] : [callOf(slot.item, slot.place, slot.ended)]));
  return {
    ...known<Pick<Answer, 'id' | 'model'>>({ id: textOf(response?.id) ?? undefined, model: textOf(response?.model) ?? undefined }),
    text: inOrder(slots)
      .map((slot) => (slot.ended ? wordsOf(slot.item) : [...slot.words.values()].map((words) => words.text).join('')))
      .join(''),
    calls: distinct(calls),
    usage: usageOf(response?.usage),
    complete: ended,
  };
}

function copied(progress: Progress): Progress {
  return { ...progress, slots: new Map([...progress.slots].map(([place, slot]) => [place, copyOf(slot)])), last: new Map() };
}

/** Reads one streamed answer of the Responses interface (LLM-44 to LLM-47). */
export function createReader(request: ModelRequest): AnswerReader {
  const progress: Progress = { response: null, slots: new Map(), ids: new Map(), ended: false, last: new Map() };
  const held: Frame[] = [];
  /** What the client has been given when the first frame was held; null while nothing is. */
  let left: Progress | null = null;
  let sequence: number | null = null;
  let named = true;
  return {
    take(frame) {
      const { data } = frame;
      if (data !== null) {
        checkName(frame, data);
        if (left === null && carriesCall(progress, data)) left = copied(progress);
        readEvent(progress, data);
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
    abandon: (text) => abandoned({ left: left ?? progress, whole: progress, text, sequence, named, model: request.model }),
  };
}

function checkName(frame: Frame, data: JsonObject): void {
  const type = textOf(data.type);
  if (frame.event !== undefined && type !== null && frame.event !== type) throw upstreamInvalid('an event is named otherwise than its data');
}
