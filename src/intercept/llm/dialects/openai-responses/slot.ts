import type { JsonObject } from '../../../../kernel/json.ts';
import { carriesCall, soundsLikeCall } from '../../dialect/carries.ts';
import { listOf, objectOf, textOf, upstreamInvalid } from '../../dialect/members.ts';
import { sameArguments } from '../../dialect/same-json.ts';
import type { ItemKind } from './items.ts';
import { itemKindOf } from './items.ts';

/** One part of an item, as far as it was streamed. */
export interface Words {
  /** `output_text`, `refusal`, `reasoning_text`. */
  readonly type: string;
  text: string;
  ended: boolean;
}

/** One place in the output of an answer, as far as it was streamed. */
export interface Slot {
  /** `output_index`. */
  readonly place: number;
  readonly kind: ItemKind;
  /** As announced, then as ended. */
  item: JsonObject;
  ended: boolean;
  /** Words by their part (`content_index`). */
  readonly words: Map<number, Words>;
  /** Text streamed into a call, by command for a shell and under 0 otherwise. */
  readonly streamed: Map<number, string>;
}

const PARTS: ReadonlySet<string> = new Set(['output_text', 'refusal', 'reasoning_text', 'summary_text', 'text']);

/** A part of an unknown kind passes, unless it can carry a call. @throws AegisError UPSTREAM_INVALID */
export function checkPart(part: JsonObject | null): void {
  const type = textOf(part?.type) ?? '';
  if (part === null || PARTS.has(type)) return;
  if (soundsLikeCall(type) || textOf(part.name) !== null || carriesCall(part)) throw upstreamInvalid('a message has a part of an unknown kind');
}

export function checkItem(item: JsonObject): void {
  if (textOf(item.type) === null && itemKindOf(item) !== 'inert') throw upstreamInvalid('an item has no type');
  if (textOf(item.type) === 'message') for (const part of listOf(item.content)) checkPart(objectOf(part));
}

export function openSlot(place: number, item: JsonObject): Slot {
  checkItem(item);
  return { place, kind: itemKindOf(item), item, ended: false, words: new Map(), streamed: new Map() };
}

/** A copy that later frames do not change. */
export function copyOf(slot: Slot): Slot {
  return { ...slot, words: new Map([...slot.words].map(([part, words]) => [part, { ...words }])), streamed: new Map(slot.streamed) };
}

/** Gives a slot its last word. What was announced or streamed before must be what it says (LLM-44). */
export function endSlot(slot: Slot, item: JsonObject): void {
  checkItem(item);
  const { type, name } = slot.item;
  if (item.type !== type || itemKindOf(item) !== slot.kind) throw upstreamInvalid('an item ended as another kind than it began');
  if (item.name !== name && textOf(name) !== null && name !== '') throw upstreamInvalid('a call changed its tool');
  if (slot.kind === 'asked') for (const [part, text] of slot.streamed) agree(text, textIn(item, part));
  slot.item = item;
  slot.ended = true;
}

/** What an ended call says where text was streamed. */
function textIn(item: JsonObject, part: number): string {
  switch (item.type) {
    case 'function_call':
      return textOf(item.arguments) ?? '';
    case 'custom_tool_call':
      return textOf(item.input) ?? '';
    case 'apply_patch_call':
      return textOf(objectOf(item.operation)?.diff) ?? '';
    default:
      return textOf(listOf(objectOf(item.action)?.commands)[part]) ?? '';
  }
}

function agree(streamed: string, said: string): void {
  if (!sameArguments(streamed, said)) throw upstreamInvalid('the arguments that were streamed are not those the call ended with');
}

/** Text streamed into a call: a piece more, or all of it once again. */
export function streamInto(slot: Slot, part: number, text: { readonly piece: string } | { readonly whole: string }): void {
  if (slot.ended) throw upstreamInvalid('arguments follow the end of their call');
  const before = slot.streamed.get(part) ?? '';
  if ('piece' in text) {
    slot.streamed.set(part, before + text.piece);
  } else {
    if (before !== '') agree(before, text.whole);
    slot.streamed.set(part, text.whole);
  }
}
