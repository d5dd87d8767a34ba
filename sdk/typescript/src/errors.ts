import type { Decision, Reason, Risk } from './wire.ts';

/** The action may not run: denied, refused by a person, expired while waiting, or still waiting when the deadline came. */
export class AegisBlockedError extends Error {
  readonly toolName: string;
  readonly reasons: readonly Reason[];
  readonly risk: Risk;
  readonly decision: Decision;

  constructor(toolName: string, decision: Decision) {
    super(decision.text ?? `Aegis did not allow ${toolName}: ${decision.reasons[0].message}`);
    this.name = 'AegisBlockedError';
    this.toolName = toolName;
    this.reasons = decision.reasons;
    this.risk = decision.risk;
    this.decision = decision;
  }

  /** The first reason's code, e.g. `TOOL_BLOCKED`. */
  get code(): string {
    return this.reasons[0]?.code ?? 'DENIED';
  }
}

/** The agent, session or tenant is halted: stop, do not retry. */
export class AegisHaltedError extends AegisBlockedError {
  constructor(toolName: string, decision: Decision) {
    super(toolName, decision);
    this.name = 'AegisHaltedError';
  }
}

/** Aegis answered with a coded refusal (a wrong key, a malformed request, a full rate limit). Never an allow. */
export class AegisRefusedError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string;

  constructor(problem: { readonly code: string; readonly status: number; readonly detail: string; readonly hint: string }) {
    super(`${problem.detail} (${problem.code}) ${problem.hint}`.trim());
    this.name = 'AegisRefusedError';
    this.code = problem.code;
    this.status = problem.status;
    this.hint = problem.hint;
  }
}

/** Aegis could not be reached or did not answer in time, and the agent's `onUnavailable` setting does not allow the action without it. */
export class AegisUnavailableError extends Error {
  readonly code = 'UNAVAILABLE';

  constructor(url: string, cause: unknown) {
    super(`Aegis at ${url} did not answer, so nothing was allowed. Is it running? (npm start)`, { cause });
    this.name = 'AegisUnavailableError';
  }
}

/** The tool ran, and its result holds instructions to the model that the policy keeps from it. */
export class AegisWithheldError extends Error {
  readonly code = 'WITHHELD';
  readonly toolName: string;
  /** Codes of what was found. */
  readonly findings: readonly string[];

  constructor(toolName: string, findings: readonly string[]) {
    super(`Aegis withheld the result of ${toolName}: it holds instructions to the model (${findings.join(', ')}). Tell the user.`);
    this.name = 'AegisWithheldError';
    this.toolName = toolName;
    this.findings = findings;
  }
}

/** The SDK was set up wrongly. */
export class AegisSetupError extends Error {
  readonly code = 'SETUP';

  constructor(message: string) {
    super(message);
    this.name = 'AegisSetupError';
  }
}

export function blocked(toolName: string, decision: Decision): AegisBlockedError {
  return decision.reasons.some((reason) => reason.code === 'HALTED')
    ? new AegisHaltedError(toolName, decision)
    : new AegisBlockedError(toolName, decision);
}
