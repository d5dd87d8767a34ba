import type { Decision, Reason, Risk } from './wire.ts';

/** The action may not run: denied, refused by a person, or expired while a person was asked. */
export class AegisBlockedError extends Error {
  readonly toolName: string;
  /** Why, for a person and for a model. */
  readonly reason: string;
  readonly reasons: readonly Reason[];
  readonly riskLevel: Risk;
  readonly decision: Decision;

  constructor(toolName: string, decision: Decision) {
    const reason = decision.text ?? decision.reasons[0].message;
    super(decision.text ?? `Aegis did not allow ${toolName}: ${reason}`);
    this.name = 'AegisBlockedError';
    this.toolName = toolName;
    this.reason = reason;
    this.reasons = decision.reasons;
    this.riskLevel = decision.risk;
    this.decision = decision;
  }

  /** The same as `riskLevel`. */
  get risk(): Risk {
    return this.riskLevel;
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

/** Nobody answered within `askTimeoutMs`, so it did not run. `decision.effect` is `ask` or `defer`. */
export class AegisTimeoutError extends AegisBlockedError {
  /** The approval that is still waiting for a person, where one was asked. */
  readonly approval: string | undefined;

  constructor(toolName: string, decision: Decision) {
    super(toolName, decision);
    this.name = 'AegisTimeoutError';
    this.approval = decision.effect === 'ask' ? decision.ask.approval : undefined;
  }
}

export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly hint: string;
  readonly retryAfterMs?: number | undefined;
}

/** Aegis answered with a coded refusal (a wrong key, a malformed request, a full rate limit). Never an allow. */
export class AegisRefusedError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string;
  /** After how many milliseconds to ask again, where Aegis said so. */
  readonly retryAfterMs: number | undefined;

  constructor(refusal: Refusal) {
    super(`${refusal.detail} (${refusal.code}) ${refusal.hint}`.trim());
    this.name = 'AegisRefusedError';
    this.code = refusal.code;
    this.status = refusal.status;
    this.hint = refusal.hint;
    this.retryAfterMs = refusal.retryAfterMs;
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
  if (decision.reasons.some((reason) => reason.code === 'HALTED')) return new AegisHaltedError(toolName, decision);
  return decision.effect === 'ask' || decision.effect === 'defer'
    ? new AegisTimeoutError(toolName, decision)
    : new AegisBlockedError(toolName, decision);
}
