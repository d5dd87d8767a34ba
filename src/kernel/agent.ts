/** What holds for an agent while Aegis cannot be reached. */
export const UNAVAILABLE_MODES = ['deny', 'allow_readonly', 'local_approval', 'allow'] as const;
export type UnavailableMode = (typeof UNAVAILABLE_MODES)[number];

/** Halted until somebody resumes it; revoked for good. */
export const AGENT_STATUSES = ['active', 'halted', 'revoked'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** What a canary call found: whether the hooks of a coding agent stop what they must. */
export const PROTECTIONS = ['protected', 'unprotected'] as const;
export type ProtectionState = (typeof PROTECTIONS)[number];
