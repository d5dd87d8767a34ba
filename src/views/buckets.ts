import { trim } from './trim.ts';

/** Numbers by stretches of time, the oldest stretch out first. */
export class Buckets<Value> {
  readonly #values = new Map<number, Value>();
  readonly #fresh: () => Value;
  readonly #most: number;
  readonly step: number;

  constructor(step: number, most: number, fresh: () => Value) {
    this.step = step;
    this.#most = most;
    this.#fresh = fresh;
  }

  /** The value of the stretch a time falls in, made where there is none. */
  at(time: number): Value {
    const start = Math.floor(time / this.step) * this.step;
    const known = this.#values.get(start);
    if (known !== undefined) return known;
    const value = this.#fresh();
    this.#values.set(start, value);
    // A log's own time never goes back, so the first in is the oldest.
    trim(this.#values, this.#most);
    return value;
  }

  /** Stretches that touch [since, until), oldest first. */
  *between(since: number, until: number): Generator<readonly [start: number, value: Value]> {
    for (const [start, value] of this.#values) if (start + this.step > since && start < until) yield [start, value];
  }
}
