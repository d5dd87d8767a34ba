import { WINDOW_MS } from './limits.ts';
import type { Limits } from './limits.ts';
import { repetitions } from './repetitions.ts';
import { rollingSum } from './rolling-sum.ts';
import type { Trip } from './trip.ts';

/** One thing that was used or done, as a door, the daemon or a report says it. */
export interface Use {
  readonly tokens?: number;
  /** Name of an API that was called once. */
  readonly call?: string;
  /** What makes an action the same as another. */
  readonly action?: string;
  readonly costUsd?: number;
  readonly steps?: number;
}

export interface Sample {
  readonly processes: number;
  readonly bytes: number;
}

/** What a run has used so far. */
export interface Totals {
  readonly tokens: number;
  readonly calls: number;
  readonly costUsd: number;
  readonly steps: number;
  /** Of the last minute. */
  readonly tokensPerMinute: number;
  readonly callsPerMinute: number;
}

export interface Meter {
  /** The first limit this passes, or null. Checked in the order of TRIP_CODES. */
  use(use: Use, at: number): Trip | null;
  sample(sample: Sample): Trip | null;
  elapsed(ms: number): Trip | null;
  totals(at: number): Totals;
}

/** Counts against the limits of one run. Pure but for what it remembers: time is an argument. */
export function createMeter(limits: Limits): Meter {
  const tokens = rollingSum(WINDOW_MS);
  const calls = rollingSum(WINDOW_MS);
  const tools = new Map(Object.entries(limits.maxToolCallsPerMinute ?? {}).map(([tool, limit]) => [tool, { limit, calls: rollingSum(WINDOW_MS) }]));
  const windowMs = limits.repeatedActionWindowMs ?? WINDOW_MS;
  const most = limits.maxRepeatedActions;
  const repeated = most === undefined ? null : repetitions(most, windowMs);
  const sum = { tokens: 0, calls: 0, costUsd: 0, steps: 0 };
  const over = (value: number, limit: number | undefined): limit is number => limit !== undefined && value > limit;
  return {
    use: (use, at) => {
      sum.tokens += use.tokens ?? 0;
      sum.calls += use.call === undefined ? 0 : 1;
      sum.costUsd += use.costUsd ?? 0;
      sum.steps += use.steps ?? 0;
      const tokensPerMinute = tokens.add(use.tokens ?? 0, at);
      const callsPerMinute = calls.add(use.call === undefined ? 0 : 1, at);
      const tool = tools.get(use.call ?? '');
      const ofTool = tool?.calls.add(1, at) ?? 0;
      const count = use.action === undefined || repeated === null ? 0 : repeated.count(use.action, at);
      if (over(tokensPerMinute, limits.maxTokensPerMinute))
        return { code: 'TOKEN_BURN_RATE_EXCEEDED', detail: { tokensPerMinute, limit: limits.maxTokensPerMinute } };
      if (over(callsPerMinute, limits.maxApiCallsPerMinute))
        return { code: 'API_CALL_RATE_EXCEEDED', detail: { callsPerMinute, limit: limits.maxApiCallsPerMinute } };
      if (over(ofTool, tool?.limit))
        return { code: 'TOOL_RATE_EXCEEDED', detail: { tool: use.call ?? '', callsPerMinute: ofTool, limit: tool?.limit ?? 0 } };
      if (over(count, most)) return { code: 'REPETITIVE_LOOP_DETECTED', detail: { signature: use.action ?? '', count, limit: most, windowMs } };
      if (over(sum.costUsd, limits.maxCostUsd)) return { code: 'COST_EXCEEDED', detail: { usd: sum.costUsd, limit: limits.maxCostUsd } };
      if (over(sum.steps, limits.maxSteps)) return { code: 'STEPS_EXCEEDED', detail: { steps: sum.steps, limit: limits.maxSteps } };
      return null;
    },
    sample: ({ processes, bytes }) => {
      if (over(bytes, limits.maxMemoryBytes)) return { code: 'MEMORY_EXCEEDED', detail: { bytes, limit: limits.maxMemoryBytes } };
      if (over(processes, limits.maxProcesses)) return { code: 'PROCESSES_EXCEEDED', detail: { processes, limit: limits.maxProcesses } };
      return null;
    },
    elapsed: (ms) => (over(ms, limits.maxWallTimeMs) ? { code: 'WALL_TIME_EXCEEDED', detail: { ms, limit: limits.maxWallTimeMs } } : null),
    totals: (at) => ({ ...sum, tokensPerMinute: tokens.add(0, at), callsPerMinute: calls.add(0, at) }),
  };
}
