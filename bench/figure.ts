/** One measured figure, as `npm run bench` prints it. */
export interface Figure {
  readonly name: string;
  /** Unit of `median` and `p99`: `µs`, `ms`, `1/s` … */
  readonly unit: string;
  readonly n: number;
  readonly median: number;
  /** Of a time: 99 % of the samples are at most this. Of a rate: 99 % of the windows reach it. Absent where there are too few samples to say. */
  readonly p99?: number;
  /** What the ratio is against, measured in the same run. */
  readonly peer?: string;
  /** Ours over the peer's, the right way round for `goal`. */
  readonly ratio?: number;
  /** In words, e.g. `p50 ≤ 10 µs, p99 ≤ 50 µs`. */
  readonly goal: string;
  readonly holds: boolean;
}

/** The value below which `share` (0–1) of the samples lie; the samples are sorted in place. */
export function quantile(samples: Float64Array, share: number): number {
  samples.sort();
  return samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? Number.NaN;
}
