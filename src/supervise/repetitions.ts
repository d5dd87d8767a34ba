/** Different actions that are remembered in each of two generations: a flood of new ones pushes out what was not done lately, and costs no more. */
const MOST_SIGNATURES = 50_000;

export interface Repetitions {
  /** How often this was done within the window, up to one more than the limit. */
  count(signature: string, at: number): number;
}

/** Counts what is done again. Of one action no more times are kept than the limit needs. */
export function repetitions(limit: number, windowMs: number): Repetitions {
  let young = new Map<string, number[]>();
  let old = young;
  return {
    count: (signature, at) => {
      const times = (young.get(signature) ?? old.get(signature) ?? []).filter((one) => at - one <= windowMs);
      times.push(at);
      if (times.length > limit + 1) times.shift();
      if (young.size >= MOST_SIGNATURES) [old, young] = [young, new Map()];
      young.set(signature, times);
      return times.length;
    },
  };
}
