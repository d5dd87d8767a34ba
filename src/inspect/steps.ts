/**
 * The work that reading one action may still take (INSPECT-185): about a step for each character that a grammar reads, each word of a command,
 * each node and each value that is worked out. What is counted depends on the text alone, so that a slow machine decides as a fast one does.
 */
export interface Steps {
  left: number;
}

/** Three times the longest text that any system runs as one command; a call that people make takes less than a thousandth. */
export const MOST_STEPS = 3 * 131_072;

/** What a character costs, by what reads it. */
const COST = { grammar: 1, tokens: 1 / 4, scan: 1 / 32 } as const;

export const allSteps = (): Steps => ({ left: MOST_STEPS });

/** Takes the steps for so many characters; false when there are none left, and the text is not to be read. */
export function take(steps: Steps, characters: number, by: keyof typeof COST = 'grammar'): boolean {
  if (steps.left < 0) return false;
  steps.left -= characters * COST[by];
  return steps.left >= 0;
}
