import type { JsonObject } from '../../../../kernel/json.ts';
import { objectOf, textOf } from '../../dialect/members.ts';
import { countUnread, kindOfMedia, unreadParts } from '../../dialect/unread.ts';
import type { Unread, UnreadKind } from '../../dialect/unread.ts';
import { camel } from './camel.ts';

/** Members of a part that say how it is meant. Source: Gemini API reference, Part. */
const AROUND: ReadonlySet<string> = new Set(['text', 'thought', 'thoughtSignature', 'partMetadata', 'videoMetadata', 'mediaResolution']);
/** Calls and what came of them: read elsewhere. */
const READ: ReadonlySet<string> = new Set(['functionCall', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse']);

/** What the contents of a request carry that is not read (LLM-21). */
export function unreadOf(contents: readonly JsonObject[]): { readonly unread?: Unread } {
  return countUnread(contents.flatMap((content) => unreadParts(content['parts'], kindOf)));
}

function kindOf(value: JsonObject): readonly UnreadKind[] {
  const part = camel(value, '/contents');
  return Object.keys(part).flatMap((name): readonly UnreadKind[] => {
    const held = part[name];
    if (held === null || AROUND.has(name) || READ.has(name)) return [];
    if (name === 'inlineData' || name === 'fileData') return [mediaOf(held === undefined ? null : objectOf(held))];
    return name === 'functionResponse' ? unreadParts(objectOf(held)?.['parts'], kindOf) : ['other'];
  });
}

function mediaOf(data: JsonObject | null): UnreadKind {
  return data === null ? 'other' : kindOfMedia(textOf(camel(data, '/contents')['mimeType']));
}
