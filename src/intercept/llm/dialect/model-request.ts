import type { Label } from '../../../kernel/decision.ts';
import type { ToolDeclaration } from '../../../kernel/finding.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Unread } from './unread.ts';

/** Content a request carries into the session, oldest first. */
export interface CarriedContent {
  readonly source: Label;
  /** The words of the agent's own user. */
  readonly trusted: boolean;
  readonly value: Json;
  /** Of the tool call this answers. */
  readonly callId?: string;
  readonly failed?: boolean;
}

/** A request as every dialect reads it. */
export interface ModelRequest {
  readonly model: string;
  readonly stream: boolean;
  /** Tools the agent runs itself: their calls come back in the answer and are decided. */
  readonly tools: readonly ToolDeclaration[];
  /** Tools the provider would run on its own, out of our sight, and members that can carry or run one: type or name, and JSON pointer. Refused in strict mode. */
  readonly providerTools: readonly { readonly type: string; readonly pointer: string }[];
  readonly carried: readonly CarriedContent[];
  /** Pictures, sound, files and unknown parts: what of the prompt was not read. Absent: nothing. */
  readonly unread?: Unread;
  /** Members nobody here knows that go on (LLM-26). Absent: none. */
  readonly settings?: { readonly count: number; readonly names: readonly string[] };
  /** Upper bound of the answer in tokens, when the request sets one. */
  readonly maxTokens?: number;
  /** What stays the same from turn to turn of one conversation, such as its first user message; names the session when no header does. */
  readonly root: Json;
  /** Whom the client says the conversation is for: identifiers of its user or of its cache. Absent: nobody. */
  readonly parties?: readonly Json[];
  /** Answer this request continues from, held by the provider. */
  readonly previous?: string;
  /** Conversation this request adds to, held by the provider; `previous` then names it. */
  readonly conversation?: string;
  /** More than one alternative answer was asked for. */
  readonly choices?: number;
  /** The body to send in place of the client's, such as one that also asks for usage in the stream; the reader takes the surplus out again. */
  readonly forward?: JsonObject;
}
