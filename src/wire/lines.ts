import { growingBytes } from './growing-bytes.ts';
import { idScanner } from './id-scanner.ts';
import type { LineId } from './id-scanner.ts';

export type Line =
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** Longer than may be kept. `id` is that of the message, as far as it could be seen while it was thrown away. */
  | { readonly kind: 'oversize'; readonly id: LineId | null }
  /** What stood before the end of the stream without a newline behind it. */
  | { readonly kind: 'partial' };

export interface LineReader {
  push(chunk: Uint8Array): void;
  /** Whether a line has begun and not ended. */
  partial(): boolean;
  end(): void;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Cuts a byte stream into lines, one message each (MCP over stdio, the local socket). What is longer than `most` bytes is never kept: it is looked
 * through for its id while it passes, and dropped. Memory stays below twice `most` plus one chunk, however small the chunks are.
 */
export function lineReader(most: number, take: (line: Line) => void): LineReader {
  const held = growingBytes();
  let dropping: ReturnType<typeof idScanner> | null = null;
  const keep = (piece: Uint8Array): void => {
    if (dropping !== null) return void dropping.push(piece);
    if (held.length + piece.length <= most) return held.append(piece);
    dropping = idScanner();
    dropping.push(held.take());
    dropping.push(piece);
  };
  const finish = (last: Uint8Array): void => {
    // A line within one chunk is not copied.
    if (dropping === null && held.length === 0 && last.length <= most) return emit(last, take);
    keep(last);
    if (dropping !== null) take({ kind: 'oversize', id: dropping.id() });
    else emit(held.take(), take);
    dropping = null;
  };
  return {
    push: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        finish(chunk.subarray(from, at));
        from = at + 1;
      }
      if (from < chunk.length) keep(from === 0 ? chunk : chunk.subarray(from));
    },
    partial: () => held.length > 0 || dropping !== null,
    end: () => {
      if (held.length > 0 || dropping !== null) take({ kind: 'partial' });
      held.take();
    },
  };
}

function emit(line: Uint8Array, take: (line: Line) => void): void {
  const bytes = line[line.length - 1] === RETURN ? line.subarray(0, -1) : line;
  if (bytes.length > 0) take({ kind: 'line', bytes });
}
