/** Bytes that come in pieces, in one buffer that doubles: what is held is at most twice what came, however small the pieces were. */
export interface GrowingBytes {
  readonly length: number;
  append(piece: Uint8Array): void;
  /** What came so far; valid until the next `append` or `clear`. */
  view(): Uint8Array;
  /** What came; nothing is held from then on. */
  take(): Uint8Array;
  /** Forgets everything, and gives a buffer back that was large. */
  clear(): void;
}

const SMALL = 1_024;
const LARGE = 65_536;

export function growingBytes(): GrowingBytes {
  let room = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    append: (piece) => {
      const needed = length + piece.length;
      if (needed > room.length) {
        const larger = new Uint8Array(Math.max(SMALL, 2 * room.length, needed));
        larger.set(room.subarray(0, length));
        room = larger;
      }
      room.set(piece, length);
      length = needed;
    },
    view: () => room.subarray(0, length),
    take: () => {
      const all = room.subarray(0, length);
      room = new Uint8Array(0);
      length = 0;
      return all;
    },
    clear: () => {
      length = 0;
      if (room.length > LARGE) room = new Uint8Array(0);
    },
  };
}

/** The same bytes as a Buffer; nothing is copied. */
export function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
