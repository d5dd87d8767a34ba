import type { Frame } from '../dialect/frame.ts';

/**
 * Frames as the elements of one JSON array: how Gemini streams to a client that did not ask for `alt=sse`. Upstream is always asked for
 * events, so that one reader suffices. White space between elements keeps such a stream alive.
 */
export interface ArrayWriter {
  write(frame: Frame): string;
  /** What closes the array; an array nothing was written to is empty. */
  end(): string;
}

export function createArrayWriter(): ArrayWriter {
  let opened = false;
  return {
    write(frame) {
      // No JSON, so no element; nothing but a mark of the event stream.
      if (frame.data === null) return '';
      const before = opened ? ',\r\n' : '[';
      opened = true;
      return before + frame.raw;
    },
    end: () => (opened ? ']' : '[]'),
  };
}
