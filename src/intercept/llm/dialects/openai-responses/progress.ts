import type { JsonObject } from '../../../../kernel/json.ts';
import { carriesCall as canCarry, holdsWords } from '../../dialect/carries.ts';
import { failureOf } from '../../dialect/failure.ts';
import { unknownOf } from './answer.ts';
import { countOf, listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { sameCall, itemKindOf } from './items.ts';
import type { Slot } from './slot.ts';
import { checkItem, checkPart, endSlot, openSlot, streamInto } from './slot.ts';

/** How far the streamed answer has been read. */
export interface Progress {
  /** The response as its last frame says it is. */
  response: JsonObject | null;
  readonly slots: Map<number, Slot>;
  /** Ids of items and the places they were announced at. Some providers name an item anew in every event; its place is what counts. */
  readonly ids: Map<string, number>;
  /** The provider said this was all. */
  ended: boolean;
  /** Slots of the items in the output of the last frame, by position. */
  readonly last: Map<number, Slot>;
  /** The code of the provider's own error. */
  failure: string | null;
  /** Unknown events, members and items. */
  unknown: number;
}

/** Events that stream text into a call that is decided: the type of item they belong to, and the member of `.done` with the whole. */
const STREAMS: Readonly<Record<string, { readonly type: string; readonly whole: string }>> = {
  'response.function_call_arguments': { type: 'function_call', whole: 'arguments' },
  'response.custom_tool_call_input': { type: 'custom_tool_call', whole: 'input' },
  'response.apply_patch_call_operation_diff': { type: 'apply_patch_call', whole: 'diff' },
  'response.shell_call_command': { type: 'shell_call', whole: 'command' },
};

/** Events of words and thoughts; none can carry a call. */
const WORDS: ReadonlySet<string> = new Set([
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.delta',
  'response.output_text.done',
  'response.output_text.annotation.added',
  'response.refusal.delta',
  'response.refusal.done',
  'response.reasoning_text.delta',
  'response.reasoning_text.done',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_part.done',
  'response.reasoning_summary_text.delta',
  'response.reasoning_summary_text.done',
  'response.audio.delta',
  'response.audio.done',
  'response.audio.transcript.delta',
  'response.audio.transcript.done',
  'response.compaction.compacting',
  'keepalive',
  'error',
]);

const LAST: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed']);
const STATES: ReadonlySet<string> = new Set(['response.created', 'response.queued', 'response.in_progress', ...LAST]);

/** Whether a frame carries any byte of a call, also of one the provider ran. What follows one is held anyway. */
export function carriesCall({ slots }: Progress, data: JsonObject): boolean {
  const item = objectOf(data.item);
  if (item !== null && itemKindOf(item) !== 'inert') return true;
  const place = countOf(data.output_index);
  if (place !== undefined && (slots.get(place)?.kind ?? 'inert') !== 'inert') return true;
  return listOf(objectOf(data.response)?.output).some((one) => itemKindOf(objectOf(one) ?? {}) !== 'inert');
}

/** Reads one event. @throws AegisError UPSTREAM_INVALID for what is unknown and for what contradicts what came before */
export function readEvent(progress: Progress, data: JsonObject): void {
  const type = textOf(data.type) ?? (objectOf(data.error) === null ? '' : 'error');
  if (type === 'error') progress.failure ??= failureOf(data.error) ?? failureOf({ code: data.code ?? null }) ?? 'UPSTREAM_ERROR';
  else if (progress.ended) readBeyond(progress, data);
  else if (STATES.has(type)) readState(progress, type, data);
  else if (type === 'response.output_item.added') openItem(progress, data);
  else if (type === 'response.output_item.done') endItem(progress, data);
  else readPiece(progress, type, data);
}

/** What follows the end of the answer means nothing to a client, unless it is a call. */
function readBeyond(progress: Progress, data: JsonObject): void {
  if (canCarry(data)) throw upstreamInvalid('a call follows the end of the answer');
  if (data.type !== 'keepalive') progress.unknown++;
}

function readState(progress: Progress, type: string, data: JsonObject): void {
  const response = objectOf(data.response);
  progress.ended = LAST.has(type);
  if (type === 'response.failed') progress.failure ??= failureOf(response?.error) ?? 'UPSTREAM_ERROR';
  if (response === null) return;
  progress.response = response;
  if (progress.ended) progress.unknown += unknownOf(response);
  if (progress.failure !== null) return;
  if (progress.ended) readLast(progress, response);
  else if (listOf(response.output).some((one) => itemKindOf(objectOf(one) ?? {}) !== 'inert'))
    throw upstreamInvalid('a call stands in an answer that has only begun');
}

/** The whole output once more: each call in it is one that was streamed, or is new and decided like any other. */
function readLast(progress: Progress, response: JsonObject): void {
  const { last } = progress;
  const byCall = new Map<string, Slot>();
  for (const slot of progress.slots.values()) byCall.set(callKey(slot.item) ?? '', slot);
  for (const [position, value] of listOf(response.output).entries()) {
    const item = objectOf(value);
    if (item === null) continue;
    checkItem(item);
    const slot = slotFor(progress, byCall, position, item) ?? newSlot(progress, position, item);
    if (slot === null) continue;
    if (slot.ended && slot.kind === 'asked' && !sameCall(slot.item, item)) throw upstreamInvalid('a call is another one at the end of the answer');
    if (!slot.ended) endSlot(slot, item);
    last.set(position, slot);
  }
}

function callKey(item: JsonObject): string | null {
  const call = textOf(item.call_id);
  return call === null || call === '' ? null : `${textOf(item.type) ?? ''} ${call}`;
}

/** By its id, by its call, and else by where it stands. */
function slotFor({ slots, ids }: Progress, byCall: ReadonlyMap<string, Slot>, position: number, item: JsonObject): Slot | undefined {
  const known = slots.get(ids.get(textOf(item.id) ?? '') ?? -1) ?? byCall.get(callKey(item) ?? ' ') ?? slots.get(position);
  return known?.item.type === item.type ? known : undefined;
}

/** A slot for an item that was not streamed; null for one without a call whose place is taken. */
function newSlot({ slots }: Progress, position: number, item: JsonObject): Slot | null {
  const slot = openSlot(position, item);
  if (slots.has(position)) {
    if (slot.kind !== 'inert') throw upstreamInvalid('a call stands at the end of the answer where another item was streamed');
    return null;
  }
  slots.set(position, slot);
  return slot;
}

/** The place behind all others. */
export function nextPlace(slots: Progress['slots']): number {
  let next = 0;
  for (const place of slots.keys()) next = Math.max(next, place + 1);
  return next;
}

function placeOf(data: JsonObject): number {
  const place = countOf(data.output_index);
  if (place === undefined) throw upstreamInvalid('an event names no place in the output');
  return place;
}

/** An id that was announced for one place cannot stand for another: clients that go by ids would read another stream. */
function checkId({ ids }: Progress, place: number | undefined, id: string | null): void {
  const known = id === null || id === '' ? undefined : ids.get(id);
  if (known !== undefined && known !== place) throw upstreamInvalid('an event names another item than stands at its place');
}

function openItem({ slots, ids }: Progress, data: JsonObject): void {
  const item = objectOf(data.item);
  if (item === null) return;
  const place = placeOf(data);
  if (slots.has(place)) throw upstreamInvalid('two items stand at one place of the output');
  slots.set(place, openSlot(place, item));
  const id = textOf(item.id);
  if (id !== null && id !== '' && ids.has(id)) throw upstreamInvalid('two items share an id');
  if (id !== null && id !== '') ids.set(id, place);
}

function endItem(progress: Progress, data: JsonObject): void {
  const item = objectOf(data.item);
  if (item === null) return;
  const place = placeOf(data);
  if (!progress.slots.has(place)) openItem(progress, data);
  const slot = progress.slots.get(place);
  if (slot === undefined || slot.ended) throw upstreamInvalid('an item ended twice');
  checkId(progress, place, textOf(item.id));
  endSlot(slot, item);
}

function readPiece(progress: Progress, type: string, data: JsonObject): void {
  const at = countOf(data.output_index);
  const slot = at === undefined ? undefined : progress.slots.get(at);
  checkId(progress, at, textOf(data.item_id));
  const stem = type.slice(0, type.lastIndexOf('.'));
  const stream = Object.hasOwn(STREAMS, stem) ? STREAMS[stem] : undefined;
  if (stream !== undefined) {
    if (slot?.item.type !== stream.type) throw upstreamInvalid('arguments belong to no call');
    const piece = type.endsWith('.delta') ? textOf(data.delta) : null;
    streamInto(slot, countOf(data.command_index) ?? 0, piece === null ? { whole: textOf(data[stream.whole]) ?? '' } : { piece });
  } else if (WORDS.has(type)) {
    if (slot !== undefined && slot.kind !== 'asked') readWords(slot, type, data);
  } else if (slot === undefined || slot.kind === 'asked' || slot.item.type === 'message' || slot.item.type === 'reasoning') {
    // The progress of a tool the provider runs may have any name; an event of anything else must be known, or able to carry nothing.
    const { type: _type, ...rest } = data;
    if (slot?.kind === 'asked' ? holdsWords(rest) : canCarry(data)) throw upstreamInvalid('an event of an unknown kind can carry a tool call');
    progress.unknown++;
  }
}

function readWords(slot: Slot, type: string, data: JsonObject): void {
  const part = countOf(data.content_index);
  if (part === undefined) return;
  const words = slot.words.get(part);
  if (type === 'response.content_part.added') {
    checkPart(objectOf(data.part));
    slot.words.set(part, { type: textOf(objectOf(data.part)?.type) ?? 'output_text', text: textOf(objectOf(data.part)?.text) ?? '', ended: false });
  } else if (words !== undefined && type.endsWith('.delta')) {
    words.text += textOf(data.delta) ?? '';
  } else if (words !== undefined && type === 'response.content_part.done') {
    words.ended = true;
  }
}
