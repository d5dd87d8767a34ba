import type { JsonObject } from '../../kernel/json.ts';
import type { Frame } from './dialect.ts';

/** A frame of our own making: its data written once, in the order of its keys. */
export function frameOf(data: JsonObject, event?: string): Frame {
  const raw = JSON.stringify(data);
  return event === undefined ? { data, raw } : { event, data, raw };
}

/** One frame as a server-sent event: the data is `raw`, line by line, never written anew. */
export function eventBytes(frame: Frame): Uint8Array {
  const name = frame.event === undefined ? '' : `event: ${frame.event}\n`;
  const data = frame.raw
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('');
  return Buffer.from(`${name}${data}\n`);
}

/** Frames as the elements of one JSON array: how Gemini streams to a client that did not ask for `alt=sse`. */
export interface ArrayWriter {
  write(frame: Frame): Uint8Array;
  /** What closes the array; an array nothing was written to is empty. */
  end(): Uint8Array;
}

export function createArrayWriter(): ArrayWriter {
  let opened = false;
  const before = (): string => {
    const text = opened ? ',\r\n' : '[';
    opened = true;
    return text;
  };
  return {
    write: (frame) => Buffer.from(before() + frame.raw),
    end: () => Buffer.from(opened ? ']' : '[]'),
  };
}
