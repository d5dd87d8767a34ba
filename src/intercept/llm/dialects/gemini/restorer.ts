import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { AnswerRestorer } from '../../dialect/dialect.ts';
import { listOf, objectOf, textOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { createTails } from '../../dialect/restore.ts';
import type { Restore, Tails } from '../../dialect/restore.ts';
import type { Frame } from '../../dialect/frame.ts';

/** A body read whole has the shape of a stream's only frame. */
export function restoreAnswer(body: JsonObject, restore: Restore): JsonObject {
  return inBody({ tails: createTails(restore), open: new Map() }, body, true);
}

interface Restoring {
  readonly tails: Tails;
  /** Candidates with words, and the body they last stood in. */
  readonly open: Map<number, JsonObject>;
}

export function createRestorer(restore: Restore): AnswerRestorer {
  const restoring: Restoring = { tails: createTails(restore), open: new Map() };
  const end = (): readonly Frame[] =>
    [...restoring.open].flatMap(([index, { modelVersion, responseId }]) => {
      const parts = rest(restoring, index);
      if (parts.length === 0) return [];
      const named = { ...(modelVersion === undefined ? {} : { modelVersion }), ...(responseId === undefined ? {} : { responseId }) };
      return [frameOf({ candidates: [{ content: { role: 'model', parts }, index }], ...named })];
    });
  return {
    take(frame) {
      const { data } = frame;
      if (data === null || objectOf(data.error) !== null) return [...end(), frame];
      const body = inBody(restoring, data, false);
      return [body === data ? frame : frameOf(body, frame.event)];
    },
    end,
  };
}

function inBody(restoring: Restoring, body: JsonObject, whole: boolean): JsonObject {
  let same = true;
  const candidates = listOf(body.candidates).map((value) => {
    const candidate = objectOf(value);
    if (candidate === null) return value;
    const index = typeof candidate.index === 'number' ? candidate.index : 0;
    const content = objectOf(candidate.content);
    const before = listOf(content?.parts);
    const parts = before.flatMap((part) => inPart(restoring, part, { index, body }));
    if (whole || textOf(candidate.finishReason) !== null) parts.push(...rest(restoring, index));
    if (parts.length === before.length && parts.every((part, at) => part === before[at])) return value;
    same = false;
    return { ...candidate, content: { role: 'model', ...content, parts } };
  });
  return same ? body : { ...body, candidates };
}

/** Words behind which something else comes are at their end. */
function inPart(restoring: Restoring, value: Json, { index, body }: { readonly index: number; readonly body: JsonObject }): readonly Json[] {
  const part = objectOf(value);
  if (part === null || part.thought === true) return [value];
  const text = textOf(part.text);
  if (text === null) return [...rest(restoring, index), value];
  restoring.open.set(index, body);
  const next = restoring.tails.of(String(index)).take(text);
  return [next === text ? value : { ...part, text: next }];
}

function rest({ tails }: Restoring, index: number): readonly JsonObject[] {
  const text = tails.of(String(index)).end();
  return text === '' ? [] : [{ text }];
}
