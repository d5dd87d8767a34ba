import type { ActionKind } from '../../../kernel/action.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';

/** What a harness's event means here. Only `decide` can stop anything. */
export type Meaning = 'decide' | 'ran' | 'failed' | 'prompt' | 'started' | 'ended';

/** A tool call as an event describes it, before or after it ran. */
export interface ToolCall {
  readonly session: string;
  /** The harness's own id of the call, when it has one. */
  readonly callId?: string;
  readonly kind: Extract<ActionKind, 'tool' | 'process'>;
  readonly name: string;
  readonly args: JsonObject;
  /** Equal in all events about one call: how they are matched where the harness gives a call no id. */
  readonly correlation: string;
  /** False where `args` were taken apart for reading and cannot be handed back changed. */
  readonly rewritable: boolean;
  /** A person sits at the harness and its own question reaches them. */
  readonly attended: boolean;
}

/** What the harness is to do with a call, before it is put into its words. */
export type HookDecision =
  /** `explicit`: the harness shall not ask its user again; otherwise its own permissions go on as if Aegis had not been asked. */
  | { readonly effect: 'allow'; readonly explicit: boolean }
  | { readonly effect: 'modify'; readonly args: JsonObject }
  | { readonly effect: 'ask'; readonly text: string }
  | { readonly effect: 'deny'; readonly text: string };

/** Where a harness's payloads keep what is read from them. */
export interface Members {
  /** The first of these that holds text. */
  readonly session: readonly string[];
  readonly tool: string;
  readonly args: string;
  /** Absent where a call has no id. */
  readonly callId?: string;
  readonly prompt: string;
}

/** What a harness sends and what it understands. Pure; the payload is foreign and may be anything. */
export interface Protocol {
  /** Every event Aegis is told of, in the order it is installed. Names of letters only: they are part of an address. */
  readonly events: Readonly<Record<string, Meaning>>;
  readonly members: Members;
  /** Events whose payload names no tool: the name it has here, and the members that stand for its arguments. */
  readonly unnamed?: Readonly<Record<string, { readonly tool: string; readonly args: readonly string[] }>>;
  /** Deciding events that may come a second time for a call another event has had decided already. */
  readonly repeats?: readonly string[];
  /** Of a `decide`, `ran` or `failed` event; null when the payload does not hold what the harness documents. */
  call(event: string, payload: JsonObject): ToolCall | null;
  /** What the tool answered, or how it failed. */
  result(event: string, payload: JsonObject): Json | undefined;
  /** The exact answer to a `decide` event. */
  answer(event: string, decision: HookDecision): JsonObject;
  /** The exact answer to every other event. */
  acknowledge(event: string): JsonObject;
  /** Whether an answer to a `decide` event stops the call. */
  denies(answer: JsonObject): boolean;
  /** Whether a changed argument object can be handed back: harnesses that merge cannot take a member away. */
  canChange(event: string, before: JsonObject, after: JsonObject): boolean;
}

export function meaningOf({ events }: Protocol, event: string): Meaning | undefined {
  return Object.hasOwn(events, event) ? events[event] : undefined;
}
