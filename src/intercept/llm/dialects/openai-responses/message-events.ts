import type { JsonObject } from '../../../../kernel/json.ts';
import { textOf } from '../../dialect/members.ts';
import { partOf, wordsOf } from './items.ts';

/** The events by which a message of one part is streamed from beginning to end, without their numbers. */
export function messageEvents(place: number, message: JsonObject): readonly JsonObject[] {
  const text = wordsOf(message);
  const at = { output_index: place, item_id: textOf(message.id) ?? '', content_index: 0 };
  return [
    { type: 'response.output_item.added', output_index: place, item: { ...message, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: partOf('') },
    { type: 'response.output_text.delta', ...at, delta: text, logprobs: [] },
    ...partEnd(at, text),
    { type: 'response.output_item.done', output_index: place, item: message },
  ];
}

/** The end of one part of a message. */
export function partEnd(at: JsonObject, text: string): readonly JsonObject[] {
  return [
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: partOf(text) },
  ];
}

/** The same for words by which the model itself refused. */
export function refusalEnd(at: JsonObject, refusal: string): readonly JsonObject[] {
  return [
    { type: 'response.refusal.done', ...at, refusal },
    { type: 'response.content_part.done', ...at, part: { type: 'refusal', refusal } },
  ];
}
