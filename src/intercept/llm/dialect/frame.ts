import type { JsonObject } from '../../../kernel/json.ts';

/** What ends a stream of OpenAI's and of those that follow it; not JSON, and no answer. */
export const DONE = '[DONE]';

/** One server-sent event of an answer: its name, its strictly parsed data, and the text of that data as the provider wrote it. */
export interface Frame {
  readonly event?: string;
  /** null for data that is not JSON by convention, such as `[DONE]`. */
  readonly data: JsonObject | null;
  /** The `data` lines joined by LF; for a frame we made, the text of `data`. */
  readonly raw: string;
}

/** A frame of our own making: its data written once, in the order of its keys. */
export function frameOf(data: JsonObject, event?: string): Frame {
  const raw = JSON.stringify(data);
  return event === undefined ? { data, raw } : { event, data, raw };
}
