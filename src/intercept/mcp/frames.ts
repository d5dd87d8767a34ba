import type { MessageId } from './message.ts';
import { idScanner } from './id-scanner.ts';

export type Frame =
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** Longer than may be kept. `id` is that of the message, as far as it could be seen while it was thrown away. */
  | { readonly kind: 'oversize'; readonly id: MessageId | null }
  /** What stood before the end of the stream without a newline behind it. */
  | { readonly kind: 'partial' };

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Cuts a byte stream into lines (MCP stdio framing: one message, one line). What is longer than `most` bytes is never kept: it is looked
 * through for its id while it passes, and dropped. Memory stays below `most` plus one chunk.
 */
export function lineReader(most: number, take: (frame: Frame) => void): { push(chunk: Uint8Array): void; end(): void } {
  let parts: Uint8Array[] = [];
  let size = 0;
  let dropping: ReturnType<typeof idScanner> | null = null;
  const keep = (piece: Uint8Array): void => {
    if (dropping !== null) return void dropping.push(piece);
    if (size + piece.length <= most) {
      parts.push(piece);
      size += piece.length;
      return;
    }
    dropping = idScanner();
    for (const part of parts) dropping.push(part);
    dropping.push(piece);
    parts = [];
  };
  const finish = (): void => {
    if (dropping !== null) take({ kind: 'oversize', id: dropping.id() });
    else if (size > 0) emit(parts, take);
    parts = [];
    size = 0;
    dropping = null;
  };
  return {
    push: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        if (at > from) keep(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    },
    end: () => {
      if (size > 0 || dropping !== null) take({ kind: 'partial' });
      parts = [];
    },
  };
}

function emit(parts: readonly Uint8Array[], take: (frame: Frame) => void): void {
  const [first] = parts;
  const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  const bytes = whole[whole.length - 1] === RETURN ? whole.subarray(0, -1) : whole;
  if (bytes.length > 0) take({ kind: 'line', bytes });
}
