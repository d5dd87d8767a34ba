/** The published list of the TypeScript SDK. */
export { auto, type Aegis, type AutoOptions } from './auto.ts';
export { connect, type AegisClient, type AegisOptions } from './client.ts';
export { AegisBlockedError, AegisHaltedError, AegisRefusedError, AegisSetupError, AegisUnavailableError, AegisWithheldError } from './errors.ts';
export { guard } from './guard.ts';
export { tool, tools, wrap } from './wrap.ts';
export type { Decision, FoundIn, Json, JsonObject, OnUnavailable, Outcome, Proposal, Reason, Risk, Settled, Source } from './wire.ts';
