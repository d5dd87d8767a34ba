/** mulberry32: one number in, one stream of choices out, so that a failing case is named by its seed. */
export class Dice {
  #state: number;
  /** Whether this case is about locks. */
  readonly locky: boolean;
  constructor(seed: number) {
    this.#state = seed >>> 0;
    this.locky = this.chance(0.1);
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  upTo(n: number): number {
    return Math.floor(this.next() * n);
  }
  chance(share: number): boolean {
    return this.next() < share;
  }
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.upTo(items.length)] ?? items[0];
  }
  some<T>(items: readonly T[], share: number): T[] {
    return items.filter(() => this.chance(share));
  }
  maybe<T extends object>(share: number, make: () => T): T | object {
    return this.chance(share) ? make() : {};
  }
}

export function times<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i));
}
