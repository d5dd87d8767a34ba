import type { JsonObject } from '../../../../kernel/json.ts';
import { objectOf, textOf } from '../../dialect/members.ts';
import { countUnread, unreadParts } from '../../dialect/unread.ts';
import type { Unread, UnreadKind } from '../../dialect/unread.ts';

/** Blocks that are words, or are read as results. Source: Anthropic API reference, Create a message, content blocks. */
const READ: ReadonlySet<string> = new Set(['text', 'search_result', 'tool_reference']);

/** What the messages of a request carry that is not read (LLM-21). Of the model's own blocks none is a picture, sound or file. */
export function unreadOf(messages: readonly JsonObject[]): { readonly unread?: Unread } {
  return countUnread(messages.flatMap((message) => (message['role'] === 'assistant' ? [] : unreadParts(message['content'], kindOf))));
}

function kindOf(block: JsonObject): UnreadKind | readonly UnreadKind[] | null {
  const type = textOf(block['type']) ?? '';
  if (READ.has(type) || (type === '' && textOf(block['text']) !== null)) return null;
  if (type === 'image') return 'image';
  if (type === 'container_upload') return 'file';
  if (type === 'tool_result') return unreadParts(block['content'], kindOf);
  if (type !== 'document') return 'other';
  const source = objectOf(block['source']);
  if (source?.['type'] === 'text') return null;
  return source?.['type'] === 'content' ? unreadParts(source['content'], kindOf) : 'file';
}
