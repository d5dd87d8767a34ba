import type { ToolCall } from '../calls.ts';
import type { Json, JsonObject } from '../wire.ts';

/** What a request brings back from the world. */
export interface Incoming {
  readonly users: readonly string[];
  readonly results: readonly { readonly callId: string; readonly value: Json; readonly failed: boolean }[];
}

/** One model API as data for the one guard over it. All functions are pure but `replace`, which edits the answer in place. */
export interface Dialect {
  /** What the request says the user said and the tools answered. */
  incoming(params: JsonObject): Incoming;
  /** Tool calls of a whole answer. */
  calls(answer: JsonObject): readonly ToolCall[];
  /** Puts decided arguments into a whole answer. */
  replace(answer: JsonObject, args: ReadonlyMap<string, JsonObject>): void;
  /** From the first such chunk on, a stream is held until its tool calls are decided. */
  holds(chunk: JsonObject): boolean;
  /** Tool calls of the held chunks. */
  assemble(held: readonly JsonObject[]): readonly ToolCall[];
  /** The held chunks with decided arguments in place of the model's. */
  rewrite(held: readonly JsonObject[], args: ReadonlyMap<string, JsonObject>): readonly JsonObject[];
}

/** Text of a message's content, whichever of the usual shapes it has. */
export function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: Json) => (typeof part === 'object' && part !== null && 'text' in part && typeof part['text'] === 'string' ? part['text'] : ''))
    .filter((text) => text !== '')
    .join('\n');
}

export function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value)
    ? value.filter((item: Json): item is JsonObject => typeof item === 'object' && item !== null && !Array.isArray(item))
    : [];
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
