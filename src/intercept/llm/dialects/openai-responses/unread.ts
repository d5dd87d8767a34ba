import type { JsonObject } from '../../../../kernel/json.ts';
import { listOf, objectOf } from '../../dialect/members.ts';
import { byType, countUnread, unreadParts } from '../../dialect/unread.ts';
import type { Unread, UnreadKind } from '../../dialect/unread.ts';

/** Source: OpenAI API reference, Create a response, input items. */
const kindOf = byType({
  text: null,
  input_text: null,
  output_text: null,
  refusal: null,
  input_image: 'image',
  computer_screenshot: 'image',
  input_audio: 'audio',
  input_file: 'file',
});

/** Results in forms of their own, read whole as what they are; only those a client may put parts into are lists of parts. */
const WITH_PARTS: ReadonlySet<unknown> = new Set(['function_call_output', 'custom_tool_call_output']);

/** What the items of a request carry that is not read (LLM-21). */
export function unreadOf(items: readonly JsonObject[]): { readonly unread?: Unread } {
  return countUnread(items.flatMap(unreadIn));
}

function unreadIn(item: JsonObject): readonly UnreadKind[] {
  if (item['type'] === undefined || item['type'] === 'message') return unreadParts(item['content'], kindOf);
  if (WITH_PARTS.has(item['type'])) return unreadParts(item['output'], kindOf);
  // A picture of the screen, and one the provider made.
  if (item['type'] === 'computer_call_output') return objectOf(item['output']) === null ? [] : ['image'];
  if (item['type'] === 'image_generation_call') return typeof item['result'] === 'string' ? ['image'] : [];
  if (item['type'] !== 'code_interpreter_call') return [];
  return listOf(item['outputs']).flatMap((output) => (objectOf(output)?.['type'] === 'image' ? ['image' as const] : []));
}
