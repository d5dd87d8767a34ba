import type { JsonObject } from '../../../../kernel/json.ts';
import { byType, countUnread, unreadParts } from '../../dialect/unread.ts';
import type { Unread } from '../../dialect/unread.ts';

/** Source: OpenAI API reference, Create chat completion, content parts; `video_url` is of servers that speak it too. */
const kindOf = byType({ text: null, refusal: null, image_url: 'image', input_audio: 'audio', file: 'file', video_url: 'video' });

/** What the messages of a request carry that is not read (LLM-21). */
export function unreadOf(messages: readonly JsonObject[]): { readonly unread?: Unread } {
  return countUnread(messages.flatMap((message) => unreadParts(message['content'], kindOf)));
}
