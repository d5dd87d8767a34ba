/** Bytes that come in pieces, in one buffer that doubles: what is held is at most twice what came, however small the pieces were. */
export interface Growing {
  readonly size: number;
  push(piece: Uint8Array): void;
  /** What came; nothing is held from then on. */
  take(): Uint8Array;
}

const FIRST = 1_024;

export function growing(): Growing {
  let room: Uint8Array = new Uint8Array(0);
  let size = 0;
  return {
    get size() {
      return size;
    },
    push: (piece) => {
      const needed = size + piece.length;
      if (needed > room.length) {
        const larger = new Uint8Array(Math.max(needed, room.length * 2, FIRST));
        larger.set(room.subarray(0, size));
        room = larger;
      }
      room.set(piece, size);
      size = needed;
    },
    take: () => {
      const all = room.subarray(0, size);
      room = new Uint8Array(0);
      size = 0;
      return all;
    },
  };
}
