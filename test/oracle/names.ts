import type { Dice } from './dice.ts';

/* The few names the random cases play with, so that they meet. */

export const TOOLS = ['a', 'b', 'c_x', 'withdraw_funds'] as const;
export const AGENTS = ['a1', 'a2', 'a3'] as const;
export const SESSIONS = ['s1', 's2', 's3', 's4'] as const;
export const DIGESTS = ['1', '2'] as const;

export function someNames(dice: Dice): string[] {
  return dice.some([...TOOLS, 'c_*', '*'], 0.2);
}

export function perAgent<T>(dice: Dice, share: number, make: () => T): Record<string, T> {
  return Object.fromEntries(dice.some(AGENTS, share).map((agent) => [agent, make()]));
}
