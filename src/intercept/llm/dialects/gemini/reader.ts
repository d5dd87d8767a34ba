import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { known, objectOf, upstreamInvalid } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import type { Place } from './reading.ts';
import { answerOf, newReading, readBody } from './reading.ts';
import { rewriteBody } from './rewrite.ts';
import type { Answer, CallDecision } from '../../dialect/model-answer.ts';
import type { Frame } from '../../dialect/frame.ts';
import type { ModelRequest } from '../../dialect/model-request.ts';

interface Held {
  readonly frame: Frame;
  readonly places: readonly Place[];
}

/** What the client has been given. */
interface Left {
  readonly words: boolean;
  readonly finished: ReadonlyMap<number, boolean>;
  readonly blocked: boolean;
}

/** Reads one streamed answer; a frame with a call in it is held whole, its words too (LLM-44 to LLM-47). */
export function createReader(request: ModelRequest): AnswerReader {
  const reading = newReading();
  const held: Held[] = [];
  let left: Left | null = null;
  const given = (): Left => ({ words: reading.words, finished: new Map(reading.finished), blocked: reading.blocked });
  return {
    take(frame) {
      const { data } = frame;
      const before = given();
      const places = data === null || objectOf(data.error) !== null ? [] : read(data);
      if (left === null && places.length > 0) left = before;
      if (left === null) return [frame];
      held.push({ frame, places });
      return [];
    },
    answer: () => answerOf(reading),
    release(decisions) {
      if (decisions.length !== reading.calls.length) throw new Error('there is not one decision for each call');
      if (decisions.every((decision) => decision.kind === 'pass')) return held.map(({ frame }) => frame);
      return released(held, decisions, left?.words ?? false);
    },
    abandon: (text) => abandoned(left ?? given(), answerOf(reading), { text, model: request.model }),
  };

  function read(data: JsonObject): readonly Place[] {
    if (data.candidates === undefined && data.promptFeedback === undefined && data.usageMetadata === undefined)
      throw upstreamInvalid('a frame holds neither candidates nor an error');
    return readBody(reading, data);
  }
}

function released(held: readonly Held[], decisions: readonly CallDecision[], words: boolean): readonly Frame[] {
  const rewriting = { decisions, written: new Set<number>(), words };
  return held.flatMap(({ frame, places }) => {
    if (frame.data === null || frame.data.candidates === undefined) return [frame];
    const body = rewriteBody(frame.data, places, rewriting);
    return body === null ? [] : [frameOf(body, frame.event)];
  });
}

function abandoned(left: Left, answer: Answer, { text, model }: { readonly text: string; readonly model: string }): readonly Frame[] {
  if (left.blocked) return [];
  const open = left.finished.size === 0 ? [0] : [...left.finished].filter(([, ended]) => !ended).map(([index]) => index);
  if (open.length === 0) return [];
  const said = left.words ? `\n\n${text}` : text;
  return [
    frameOf({
      candidates: open.map((index) => ({ content: { role: 'model', parts: [{ text: said }] }, finishReason: 'STOP', index })),
      modelVersion: answer.model ?? model,
      ...known<JsonObject>({ responseId: answer.id }),
    }),
  ];
}
