/** The JSON of Aegis' HTTP door, as far as the SDK reads it (schema/openapi.json is the whole). */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export type Risk = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
export type Source = 'user_input' | 'tool_output' | 'memory_read' | 'retrieved_doc' | 'model_output';

export interface Reason {
  readonly code: string;
  readonly rule: string;
  readonly message: string;
  readonly hint?: string;
  readonly pointer?: string;
}

interface DecisionCore {
  readonly action: string;
  readonly reasons: readonly [Reason, ...Reason[]];
  readonly risk: Risk;
  readonly policy: string;
  readonly obligations: {
    readonly timeoutMs: number;
    readonly maxOutputBytes: number;
    readonly recommendedModel?: string;
    readonly injectedResults?: 'mask' | 'withhold';
  };
  /** What an agent may be shown when the action may not run. */
  readonly text?: string;
}

export type Decision =
  | (DecisionCore & { readonly effect: 'allow'; readonly fence?: number })
  | (DecisionCore & { readonly effect: 'modify'; readonly fence?: number; readonly modify: { readonly args: JsonObject } })
  | (DecisionCore & { readonly effect: 'ask'; readonly ask: { readonly approval: string; readonly expiresAt: number } })
  | (DecisionCore & { readonly effect: 'defer'; readonly defer: { readonly retryAfterMs: number; readonly waitingFor: string } })
  | (DecisionCore & { readonly effect: 'deny' });

/** An action as the agent proposes it. */
export interface Proposal {
  /** Idempotency key: the same id with the same arguments is the same decision. */
  readonly id?: string;
  /** The model's own id for the call: the action's id is made of it, so that a retry is the same action. */
  readonly callId?: string | undefined;
  /** Pointers (RFC 6901) to arguments that stand for what JSON cannot say. Aegis takes each for UNINSPECTABLE. */
  readonly unreadable?: readonly string[];
  readonly kind?: 'tool' | 'model' | 'egress' | 'process' | 'resource' | 'memory' | 'handoff';
  readonly name: string;
  readonly args: JsonObject;
  readonly parent?: string;
  /**
   * The folder the action starts in, an absolute path on Aegis's machine: where relative names of files are looked for when a person is asked.
   * This process's own by default, where Aegis runs on the same machine.
   */
  readonly cwd?: string;
  /** What it must hold while it runs; an allowed action's decision carries the `fence`. `ttlMs` at most a day. */
  readonly resource?: { readonly resource: string; readonly slots: number; readonly ttlMs: number };
  readonly declaration?: { readonly name: string; readonly description?: string; readonly schema?: Json };
  readonly claims?: {
    readonly intent?: string;
    readonly priority?: number;
    readonly confidence?: number;
    readonly usdMicros?: number;
    readonly tokens?: number;
    readonly framework?: string;
  };
}

export interface Outcome {
  readonly status: 'succeeded' | 'failed' | 'blocked' | 'cancelled' | 'unknown';
  readonly result?: Json;
  readonly errorCode?: string;
  readonly usage?: { readonly usdMicros?: number; readonly tokens?: number };
}

/** What was found in a result, as a pointer (RFC 6901) into it. */
export interface FoundIn {
  readonly detector: string;
  readonly code: string;
  readonly risk: Risk;
  readonly pointer: string;
}

/** An outcome as it was recorded, and what was found in its result, the riskiest first. */
export interface Settled {
  readonly findings: readonly FoundIn[];
}

/** What a local decision looked like while Aegis could not be reached. */
export interface JournalEntry {
  readonly action: JsonObject;
  readonly effect: 'allow' | 'deny';
  readonly mode: OnUnavailable;
  readonly decidedAt: number;
}

/** Set on the server per agent; the SDK only obeys it. */
export type OnUnavailable = 'deny' | 'allow_readonly' | 'local_approval' | 'allow';
