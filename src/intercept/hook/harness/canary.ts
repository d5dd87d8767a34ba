import type { JsonObject } from '../../../kernel/json.ts';

/**
 * A canary is a probe the hook must stop: a call of this tool, which nobody has. It is recorded and denied through the same door, key and
 * log as any call, so a denial that names its nonce proves that calls are being decided (HOOK-8).
 */
export const CANARY = 'aegis_canary';

/** The canary's call, to be put into a harness's words. */
export interface CanaryCall {
  readonly session: string;
  readonly tool: typeof CANARY;
  readonly args: { readonly nonce: string };
  readonly cwd: string;
  /** Unix time in milliseconds. */
  readonly now: number;
}

/** How a harness would tell of the canary. */
export interface CanaryProbe {
  /** The deciding event that speaks of every tool. */
  readonly event: string;
  payload(call: CanaryCall): JsonObject;
}
