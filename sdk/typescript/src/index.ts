/** The published list of the TypeScript SDK. */
export { auto, type Aegis, type AutoOptions } from './auto.ts';
export type { Coverage, Gap, Guarded } from './coverage.ts';
export { connect, type AegisClient } from './client.ts';
export type { AegisOptions } from './settings.ts';
export {
  AegisBlockedError,
  AegisHaltedError,
  AegisRefusedError,
  AegisSetupError,
  AegisTimeoutError,
  AegisUnavailableError,
  AegisWithheldError,
} from './errors.ts';
export { guard } from './guard.ts';
export { tool, tools, wrap } from './wrap.ts';
export type { Decision, FoundIn, Json, JsonObject, OnUnavailable, Outcome, Proposal, Reason, Risk, Settled, Source } from './wire.ts';
