/** What a run may use. Absent: no limit of its own. */
export interface Limits {
  readonly maxTokensPerMinute?: number;
  readonly maxApiCallsPerMinute?: number;
  /** Times the same action may be done within the window. */
  readonly maxRepeatedActions?: number;
  /** Milliseconds; default 60,000. */
  readonly repeatedActionWindowMs?: number;
  /** US dollars in all. */
  readonly maxCostUsd?: number;
  /** Milliseconds from the start. */
  readonly maxWallTimeMs?: number;
  readonly maxSteps?: number;
  readonly maxMemoryBytes?: number;
  readonly maxProcesses?: number;
}

export const LIMIT_NAMES = [
  'maxTokensPerMinute',
  'maxApiCallsPerMinute',
  'maxRepeatedActions',
  'repeatedActionWindowMs',
  'maxCostUsd',
  'maxWallTimeMs',
  'maxSteps',
  'maxMemoryBytes',
  'maxProcesses',
] as const satisfies readonly (keyof Limits)[];

export const WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 86_400_000;

/** The first limit that is none: not a positive number, not whole where it must be, or of an unknown name. */
export function limitFault(limits: Readonly<Record<string, unknown>>): { readonly name: string; readonly why: string } | null {
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (!(LIMIT_NAMES as readonly string[]).includes(name)) return { name, why: 'is no limit' };
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return { name, why: 'must be a positive number' };
    if (name !== 'maxCostUsd' && !Number.isSafeInteger(value)) return { name, why: 'must be a whole number' };
    if (name === 'repeatedActionWindowMs' && value > LONGEST_WINDOW_MS) return { name, why: 'must be at most a day' };
  }
  return null;
}
