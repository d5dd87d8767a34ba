const SLOTS = 600;

/**
 * The sum of what came within the last window, in six hundred slots: adding and reading cost the same however much comes. What is within one slot
 * of the edge still counts, so the sum is never too low.
 */
export interface RollingSum {
  /** Adds and returns the sum. `at`: milliseconds of a clock that never goes back. */
  add(amount: number, at: number): number;
}

export function rollingSum(windowMs: number): RollingSum {
  const width = windowMs / SLOTS;
  const sums = new Float64Array(SLOTS + 1);
  let newest = 0;
  let total = 0;
  return {
    add: (amount, at) => {
      const slot = Math.floor(at / width);
      for (let next = Math.max(newest + 1, slot - SLOTS); next <= slot; next++) {
        total -= sums[next % (SLOTS + 1)] ?? 0;
        sums[next % (SLOTS + 1)] = 0;
      }
      newest = Math.max(newest, slot);
      sums[newest % (SLOTS + 1)] = (sums[newest % (SLOTS + 1)] ?? 0) + amount;
      total += amount;
      return total;
    },
  };
}
