import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';

const SLACK = 1_024;

/** UTF-8 bytes of a value as JSON. */
export function sizeOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * A result within `most` bytes: texts are kept from the start as far as they fit, everything else that does not fit is left out, and the
 * result says so (MCP-9). null when nothing of it can be shortened.
 */
export function truncateResult(result: JsonObject, most: number): JsonObject | null {
  const size = sizeOf(result);
  if (size <= most) return result;
  const room = { left: Math.max(0, most - SLACK) };
  const note = `[Aegis cut this result: it was ${String(size)} bytes long and at most ${String(most)} may pass.]`;
  const keep: JsonObject = {
    ...(typeof result['isError'] === 'boolean' ? { isError: result['isError'] } : {}),
    ...(typeof result['resultType'] === 'string' ? { resultType: result['resultType'] } : {}),
  };
  if (Array.isArray(result['content']))
    return { ...keep, content: [...(result['content'] as readonly Json[]).flatMap((part) => fitted(part, room)), { type: 'text', text: note }] };
  if (Array.isArray(result['contents'])) return { ...keep, contents: (result['contents'] as readonly Json[]).flatMap((part) => fitted(part, room)) };
  return null;
}

function fitted(part: Json, room: { left: number }): readonly Json[] {
  if (!isObject(part) || room.left <= 0) return [];
  const size = sizeOf(part);
  if (size <= room.left) {
    room.left -= size;
    return [part];
  }
  const { text } = part;
  if (typeof text !== 'string') return [];
  const around = size - Buffer.byteLength(JSON.stringify(text));
  const cut = cutTo(text, room.left - around);
  room.left = 0;
  return cut === '' ? [] : [{ ...part, text: cut }];
}

/** The longest beginning whose JSON is within `most` bytes, to a quarter: escapes make a character up to six bytes long. */
function cutTo(text: string, most: number): string {
  let end = Math.min(text.length, Math.max(0, most));
  while (end > 0 && Buffer.byteLength(JSON.stringify(text.slice(0, end))) > most) end = Math.floor(end * 0.75);
  return text.slice(0, end).toWellFormed();
}
