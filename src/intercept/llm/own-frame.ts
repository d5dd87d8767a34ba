import type { JsonObject } from '../../kernel/json.ts';
import type { Frame } from './dialect.ts';

/** A frame of our own making: its data written once, in the order of its keys. */
export function frameOf(data: JsonObject, event?: string): Frame {
  const raw = JSON.stringify(data);
  return event === undefined ? { data, raw } : { event, data, raw };
}
