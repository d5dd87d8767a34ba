/** Bytes that are appended to: one buffer that doubles, so that a thousand small pieces cost no more than one large. */
export interface GrowingBytes {
  readonly length: number;
  append(bytes: Uint8Array): void;
  /** What was appended so far; valid until the next `append` or `clear`. */
  view(): Uint8Array;
  /** Forgets everything, and gives a buffer back that was large. */
  clear(): void;
}

const SMALL = 4096;

export function growingBytes(): GrowingBytes {
  let buffer = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes) {
      if (length + bytes.length > buffer.length) {
        const larger = new Uint8Array(Math.max(SMALL, 2 * buffer.length, length + bytes.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(bytes, length);
      length += bytes.length;
    },
    view: () => buffer.subarray(0, length),
    clear() {
      length = 0;
      if (buffer.length > 16 * SMALL) buffer = new Uint8Array(0);
    },
  };
}
