import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { AnswerRestorer } from '../../dialect/dialect.ts';
import { listOf, objectOf, textOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { createTails } from '../../dialect/restore.ts';
import type { Restore, Tails } from '../../dialect/restore.ts';
import type { Frame } from '../../dialect/frame.ts';

/** Parts of a message that are its words. */
const SPOKEN: ReadonlySet<unknown> = new Set(['output_text', 'text', 'refusal']);

export function restoreAnswer(body: JsonObject, restore: Restore): JsonObject {
  const output = eachOf(body.output, (item) => inItem(item, restore));
  const text = textOf(body.output_text);
  const words = text === null ? null : restore.text(text);
  if (output === body.output && words === text) return body;
  return { ...body, output: output ?? [], ...(words === null ? {} : { output_text: words }) };
}

function inItem(item: JsonObject, restore: Restore): JsonObject {
  if (item.type !== 'message') return item;
  const content = eachOf(item.content, (part) => inPart(part, restore));
  return content === item.content ? item : { ...item, content: content ?? [] };
}

function inPart(part: JsonObject, restore: Restore): JsonObject {
  if (!SPOKEN.has(part.type)) return part;
  const member = part.type === 'refusal' ? 'refusal' : 'text';
  const text = textOf(part[member]);
  const words = text === null ? null : restore.text(text);
  return words === text ? part : { ...part, [member]: words };
}

/** The list with each object in it as `map` returns it; the very same list when nothing changed. */
function eachOf(list: Json | undefined, map: (one: JsonObject) => JsonObject): Json | undefined {
  const items = listOf(list);
  const next = items.map((value) => {
    const one = objectOf(value);
    return one === null ? value : map(one);
  });
  return next.every((one, at) => one === items[at]) ? list : next;
}

interface Restoring {
  readonly restore: Restore;
  readonly tails: Tails;
  /** Parts whose words are coming, by place, and the frame that brought the last of them. */
  readonly open: Map<string, Frame>;
  /** Frames that were put between: all numbers behind them are higher by that many. */
  added: number;
  /** Of the last numbered frame that left. */
  last: number;
}

export function createRestorer(restore: Restore): AnswerRestorer {
  const restoring: Restoring = { restore, tails: createTails(restore), open: new Map(), added: 0, last: -1 };
  return {
    take(frame) {
      const { data } = frame;
      if (data === null) return [...ended(restoring, ''), frame];
      const next = inEvent(restoring, frame, data);
      const before = ended(restoring, endsAt(data));
      const number = data.sequence_number;
      // An error of our own in the middle has no number in this stream.
      if (typeof number !== 'number' || data.type === 'error') return [...before, next === data ? frame : frameOf(next, frame.event)];
      restoring.last = number + restoring.added;
      const same = next === data && restoring.added === 0;
      return [...before, same ? frame : frameOf({ ...next, sequence_number: restoring.last }, frame.event)];
    },
    end: () => ended(restoring, ''),
  };
}

const DELTAS: ReadonlySet<unknown> = new Set(['response.output_text.delta', 'response.refusal.delta']);
/** Events that end one part, and those that end every part of their item; any with a whole response ends all. */
const PART_ENDS: ReadonlySet<unknown> = new Set(['response.output_text.done', 'response.refusal.done', 'response.content_part.done']);

function placeOf(data: JsonObject): string {
  return `${String(data.output_index ?? 0)} ${String(data.content_index ?? 0)} `;
}

/** What the places that end with this event begin with; null when none does. */
function endsAt(data: JsonObject): string | null {
  if (PART_ENDS.has(data.type)) return placeOf(data);
  if (data.type === 'response.output_item.done') return `${String(data.output_index ?? 0)} `;
  return objectOf(data.response) !== null || data.type === 'error' ? '' : null;
}

function inEvent(restoring: Restoring, frame: Frame, data: JsonObject): JsonObject {
  const { restore, tails, open } = restoring;
  if (DELTAS.has(data.type)) {
    const text = textOf(data.delta);
    if (text === null) return data;
    open.set(placeOf(data), frame);
    const words = tails.of(placeOf(data)).take(text);
    return words === text ? data : { ...data, delta: words };
  }
  if (PART_ENDS.has(data.type)) return inWhole(data, restore);
  const item = objectOf(data.item);
  const response = objectOf(data.response);
  const nextItem = item === null ? null : inItem(item, restore);
  const nextResponse = response === null ? null : restoreAnswer(response, restore);
  if (nextItem === item && nextResponse === response) return data;
  return { ...data, ...(nextItem === null ? {} : { item: nextItem }), ...(nextResponse === null ? {} : { response: nextResponse }) };
}

function inWhole(data: JsonObject, restore: Restore): JsonObject {
  const part = objectOf(data.part);
  if (part !== null) {
    const next = inPart(part, restore);
    return next === part ? data : { ...data, part: next };
  }
  const member = data.type === 'response.refusal.done' ? 'refusal' : 'text';
  const text = textOf(data[member]);
  const words = text === null ? null : restore.text(text);
  return words === text ? data : { ...data, [member]: words };
}

/** What waited at the places that end, each as a piece more. */
function ended(restoring: Restoring, prefix: string | null): readonly Frame[] {
  if (prefix === null) return [];
  return [...restoring.open].flatMap(([place, frame]) => {
    if (!place.startsWith(prefix)) return [];
    restoring.open.delete(place);
    const delta = restoring.tails.of(place).end();
    if (delta === '' || frame.data === null) return [];
    const { data } = frame;
    restoring.added++;
    const number = typeof data.sequence_number === 'number' ? { sequence_number: ++restoring.last } : {};
    return [frameOf({ ...data, delta, ...(data.logprobs === undefined ? {} : { logprobs: [] }), ...number }, frame.event)];
  });
}
