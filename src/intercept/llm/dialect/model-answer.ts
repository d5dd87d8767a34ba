import type { JsonObject } from '../../../kernel/json.ts';

/** A call the model asks for, complete. */
export interface ToolCall {
  /** As the dialect names it; unique within the answer. */
  readonly id: string;
  readonly name: string;
  /** null: the arguments are not one strict JSON object, so nothing can be decided but a refusal. Text of a free-form tool is `{ "input": "…" }`. */
  readonly args: JsonObject | null;
  /** Set when the provider ran it already: it can only be recorded. */
  readonly done?: boolean;
  /** The type of its item, where that is not the dialect's plain call of a function; a provider that holds the conversation waits for an output to fit. */
  readonly kind?: string;
}

/** Counts of one answer; every field in tokens unless said otherwise. Absent is unknown, never zero. */
export interface TokenUsage {
  readonly input?: number;
  readonly cachedInput?: number;
  readonly cacheWrite?: number;
  /** Of those, the ones kept for an hour, which cost more. */
  readonly cacheWriteLong?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
  /** The provider contradicted itself: what should be a count was none, or became less (SPEND-9). */
  readonly contradicts?: true;
}

/** An answer read whole, streamed or not. */
export interface Answer {
  readonly id?: string;
  readonly model?: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly usage: TokenUsage;
  /** The provider said the answer is complete; false when the stream broke off. */
  readonly complete: boolean;
  /** The provider's own code of an error that ended it; absent when none did (LLM-25). */
  readonly failure?: string;
  /** Events, members and parts that nobody here knows and that passed, because they can carry no call (LLM-23). */
  readonly unknown?: number;
}

/** What the gate decided about one call, as a dialect writes it into the answer. */
export type CallDecision =
  | { readonly kind: 'pass' }
  | { readonly kind: 'replace'; readonly args: JsonObject }
  /** `text` is the exact refusal the agent sees in the call's place. */
  | { readonly kind: 'refuse'; readonly text: string };

/** What becomes of a call that was handed no decision: nothing runs that was not decided. */
export const UNDECIDED: CallDecision = { kind: 'refuse', text: 'Aegis did not decide this action, so it was not done.' };

/** A call the provider remembers and the client never got: a provider that holds the conversation waits for its output. */
export interface MissingOutput {
  readonly callId: string;
  /** As `ToolCall.kind`. */
  readonly kind?: string;
  /** The refusal the client was shown. */
  readonly text: string;
}
