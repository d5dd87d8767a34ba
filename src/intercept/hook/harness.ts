import type { ActionKind } from '../../kernel/action.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';

export const HARNESSES = ['claude-code', 'codex', 'cursor', 'gemini', 'copilot'] as const;
export type HarnessName = (typeof HARNESSES)[number];

/** What a harness's event means here. Only `decide` can stop anything. */
export type Meaning = 'decide' | 'ran' | 'failed' | 'prompt' | 'started' | 'ended';

/** A tool call as a harness tells of it, before or after it ran. */
export interface ToolCall {
  readonly session: string;
  /** The harness's own id of the call, when it has one. */
  readonly callId?: string;
  readonly kind: Extract<ActionKind, 'tool' | 'process'>;
  readonly name: string;
  readonly args: JsonObject;
  /** What several events about one call have in common, where the harness gives them no id. */
  readonly sameness: string;
  /** False where `args` were taken apart for reading and cannot be handed back changed. */
  readonly rewritable: boolean;
  /** A person sits at the harness and its own question reaches them. */
  readonly attended: boolean;
}

/** What the harness is told, in nobody's vocabulary yet. */
export type Verdict =
  /** `explicit`: the harness shall not ask its user again; otherwise its own permissions go on as if Aegis had not been asked. */
  | { readonly effect: 'allow'; readonly explicit: boolean }
  | { readonly effect: 'modify'; readonly args: JsonObject }
  | { readonly effect: 'ask'; readonly text: string }
  | { readonly effect: 'deny'; readonly text: string };

/** One harness: its events, its payloads, its words. Pure; the payload is foreign and may be anything. */
export interface Harness {
  readonly name: HarnessName;
  readonly events: Readonly<Record<string, Meaning>>;
  /** Of a `decide`, `ran` or `failed` event; null when the payload does not hold what the harness documents. */
  call(event: string, payload: JsonObject): ToolCall | null;
  session(payload: JsonObject): string | null;
  /** What the tool answered, or how it failed. */
  result(event: string, payload: JsonObject): Json | undefined;
  prompt(payload: JsonObject): string | undefined;
  /** The exact answer to a `decide` event. */
  say(event: string, verdict: Verdict): JsonObject;
  /** The exact answer to every other event. */
  nod(event: string): JsonObject;
  /** Whether a changed argument object can be handed back: harnesses that merge cannot take a member away. */
  carries(event: string, before: JsonObject, after: JsonObject): boolean;
}

export function meaningOf(harness: Harness, event: string): Meaning | undefined {
  return Object.hasOwn(harness.events, event) ? harness.events[event] : undefined;
}
