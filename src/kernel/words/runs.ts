/** How firmly a run holds what its command starts, from nothing to a namespace and a control group (RUN-1). */
export const RUN_LEVELS = [0, 1, 2, 3] as const;
export type RunLevel = (typeof RUN_LEVELS)[number];

/** Why a tree was ended. `lost`: its supervisor was gone; `silent`: its supervisor said nothing for too long. */
export const RUN_END_CAUSES = ['exit', 'kill', 'lost', 'silent', 'fault'] as const;
export type RunEndCause = (typeof RUN_END_CAUSES)[number];

/** Why a run was stopped. `OPERATOR_HALT` and `POLICY_HALT` come from the daemon; the others are limits of the run itself. */
export const TRIP_CODES = [
  'TOKEN_BURN_RATE_EXCEEDED',
  'API_CALL_RATE_EXCEEDED',
  'TOOL_RATE_EXCEEDED',
  'REPETITIVE_LOOP_DETECTED',
  'COST_EXCEEDED',
  'STEPS_EXCEEDED',
  'WALL_TIME_EXCEEDED',
  'MEMORY_EXCEEDED',
  'PROCESSES_EXCEEDED',
  'OPERATOR_HALT',
  'POLICY_HALT',
  'MONITOR_ERROR',
] as const;
export type TripCode = (typeof TRIP_CODES)[number];

/** How a run was left, as far as it was observed: nobody is called killed whose end was not seen. */
export const RUN_STATES = ['ended', 'killed', 'alive', 'unreachable'] as const;
export type RunState = (typeof RUN_STATES)[number];
