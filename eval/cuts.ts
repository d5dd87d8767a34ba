/** Every way to cut bytes in two, the two trivial ones included. */
export function* twoCuts(bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** `count` random cuttings, the same ones for the same seed; pieces of 0 to about `mean` × 2 bytes. */
export function* randomCuts(bytes: Uint8Array, terms: { readonly count: number; readonly seed: number }): Generator<readonly Uint8Array[]> {
  let state = terms.seed;
  const random = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  for (let round = 0; round < terms.count; round++) {
    const mean = 2 ** Math.floor(random() * 10);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = Math.floor(random() * (2 * mean + 1));
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    yield pieces;
  }
}
