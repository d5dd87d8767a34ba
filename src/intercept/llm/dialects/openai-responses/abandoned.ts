import type { JsonObject } from '../../../../kernel/json.ts';
import type { Frame } from '../../dialect/frame.ts';
import { textOf } from '../../dialect/members.ts';
import { frameOf } from '../../dialect/frame.ts';
import { withOutput } from './answer.ts';
import { messageOf, partOf } from './items.ts';
import { messageEvents, partEnd, refusalEnd } from './message-events.ts';
import type { Progress } from './progress.ts';
import { nextPlace } from './progress.ts';
import type { Slot, Words } from './slot.ts';

interface Terms {
  /** What the client was given. */
  readonly left: Progress;
  /** What was read, for its usage. */
  readonly whole: Progress;
  readonly text: string;
  /** Of the last frame that left; null when none was numbered. */
  readonly sequence: number | null;
  /** Whether events have names besides their types. */
  readonly named: boolean;
  readonly model: string;
}

/** A response of our own, for a stream that broke before the provider's began. Its time is not known here. */
function unnamed(model: string): JsonObject {
  return {
    id: 'resp_aegis',
    object: 'response',
    created_at: 0,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
  };
}

/** The rest of a stream that ends with `text` as its last message; nothing, when the client was told already that it ended. */
export function abandoned({ left, whole, text, sequence, named, model }: Terms): readonly Frame[] {
  if (left.ended) return [];
  const response = left.response ?? unnamed(model);
  const slots = [...left.slots.values()].sort((one, other) => one.place - other.place);
  const place = nextPlace(left.slots);
  const message = messageOf(`msg_aegis_${String(place)}`, text);
  const output = [...slots.map(endedItem), message];
  const usage = whole.ended ? { usage: whole.response?.usage ?? null } : {};
  const events = [
    ...(left.response === null ? [{ type: 'response.created', response }] : []),
    ...slots.flatMap((slot) => (slot.ended ? [] : closing(slot))),
    ...messageEvents(place, message),
    { type: 'response.completed', response: withOutput({ ...response, status: 'completed', ...usage }, output) },
  ];
  const numbered = sequence !== null || left.response === null;
  return events.map((event, at) =>
    frameOf(numbered ? { ...event, sequence_number: (sequence ?? -1) + 1 + at } : event, named ? (textOf(event.type) ?? undefined) : undefined),
  );
}

/** An item as the client has it: of an open message the words that left. */
function endedItem(slot: Slot): JsonObject {
  if (slot.ended) return slot.item;
  const status = slot.item.status === undefined ? {} : { status: 'incomplete' };
  if (slot.item.type !== 'message') return { ...slot.item, ...status };
  const content = wordsOfSlot(slot).map(([, { type, text }]) => (type === 'refusal' ? { type, refusal: text } : partOf(text)));
  return { ...slot.item, ...status, content };
}

function wordsOfSlot(slot: Slot): readonly (readonly [number, Words])[] {
  return [...slot.words].sort(([one], [other]) => one - other);
}

function closing(slot: Slot): readonly JsonObject[] {
  const item = endedItem(slot);
  const parts = wordsOfSlot(slot).flatMap(([part, { type, text, ended }]) => {
    const at = { output_index: slot.place, item_id: textOf(item.id) ?? '', content_index: part };
    if (ended || slot.item.type !== 'message') return [];
    return type === 'refusal' ? refusalEnd(at, text) : partEnd(at, text);
  });
  return [...parts, { type: 'response.output_item.done', output_index: slot.place, item }];
}
