import type { JsonObject } from '../../../../kernel/json.ts';
import type { AnswerReader } from '../../dialect/dialect.ts';
import { known } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import type { Place } from './reading.ts';
import { answerOf, newReading, readBody, signaturesOf } from './reading.ts';
import { rewriteBody } from './rewrite.ts';
import type { Rewriting } from './rewrite.ts';
import type { Answer } from '../../dialect/model-answer.ts';
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
  let failed: Frame | null = null;
  const given = (): Left => ({ words: reading.words, finished: new Map(reading.finished), blocked: reading.blocked });
  return {
    take(frame) {
      const { data } = frame;
      const before = given();
      const places = data === null ? [] : readBody(reading, data);
      if (reading.failure !== null) return fail(frame);
      if (left === null && places.length > 0) left = before;
      if (left === null) return [frame];
      held.push({ frame, places });
      return [];
    },
    answer: () => answerOf(reading),
    failure: () => reading.failure,
    told: () => reading.failure !== null || isTold(left ?? given()),
    release(decisions) {
      if (decisions.length !== reading.calls.length) throw new Error('there is not one decision for each call');
      if (decisions.every((decision) => decision.kind === 'pass')) return held.map(({ frame }) => frame);
      const rewriting = { decisions, signatures: signaturesOf(reading.calls, decisions), written: new Set<number>(), words: left?.words ?? false };
      return released(held, rewriting);
    },
    abandon(text) {
      if (reading.failure !== null) return failed === null ? [] : [failed];
      return abandoned(left ?? given(), answerOf(reading), { text, model: request.model });
    },
  };

  /** An error of the provider's own goes on without any call, and nothing of what was held (LLM-25). */
  function fail(frame: Frame): readonly Frame[] {
    const { candidates, ...alone } = frame.data ?? {};
    const error = candidates === undefined ? frame : frameOf(alone, frame.event);
    if (left === null) return [error];
    failed ??= error;
    return [];
  }
}

/** Whether the client has the end of every candidate. */
function isTold({ blocked, finished }: Left): boolean {
  return blocked || (finished.size > 0 && [...finished.values()].every((ended) => ended));
}

function released(held: readonly Held[], rewriting: Rewriting): readonly Frame[] {
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
