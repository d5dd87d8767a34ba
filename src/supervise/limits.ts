/** What a run may use. Absent: no limit of its own. */
export interface Limits {
  readonly maxTokensPerMinute?: number;
  readonly maxApiCallsPerMinute?: number;
  /** Calls within a minute of each tool named. */
  readonly maxToolCallsPerMinute?: Readonly<Record<string, number>>;
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
  'maxToolCallsPerMinute',
  'maxRepeatedActions',
  'repeatedActionWindowMs',
  'maxCostUsd',
  'maxWallTimeMs',
  'maxSteps',
  'maxMemoryBytes',
  'maxProcesses',
] as const satisfies readonly (keyof Limits)[];

/** Characters of the name of a call, a tool or an action. */
export const MOST_NAME = 512;
export const WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 86_400_000;

/** Tools that have a limit of their own, at most. */
export const MOST_TOOLS = 64;

function toolFault(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must name tools, each with its calls per minute';
  const rates = Object.entries(value);
  if (rates.length === 0 || rates.length > MOST_TOOLS) return `must name 1 to ${String(MOST_TOOLS)} tools`;
  for (const [tool, rate] of rates) {
    if (tool === '' || tool.length > MOST_NAME) return `must name tools of 1 to ${String(MOST_NAME)} characters`;
    if (!Number.isSafeInteger(rate) || Number(rate) <= 0) return `must be a whole number above 0 for \`${tool}\``;
  }
  return null;
}

/** The first limit that is none: not a positive number, not whole where it must be, or of an unknown name. */
export function limitFault(limits: Readonly<Record<string, unknown>>): { readonly name: string; readonly why: string } | null {
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (!(LIMIT_NAMES as readonly string[]).includes(name)) return { name, why: 'is no limit' };
    if (name === 'maxToolCallsPerMinute') {
      const why = toolFault(value);
      if (why !== null) return { name, why };
      continue;
    }
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return { name, why: 'must be a positive number' };
    if (name !== 'maxCostUsd' && !Number.isSafeInteger(value)) return { name, why: 'must be a whole number' };
    if (name === 'repeatedActionWindowMs' && value > LONGEST_WINDOW_MS) return { name, why: 'must be at most a day' };
  }
  return null;
}
