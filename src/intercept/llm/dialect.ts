import type { Label } from '../../kernel/decision.ts';
import type { ToolDeclaration } from '../../kernel/finding.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { PromptShape } from './map-strings.ts';
import type { OwedOutput } from './owed-outputs.ts';
import type { Restore } from './restore.ts';
import type { Unread } from './unread.ts';

export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini';

/** What a route does: `generate` asks a model for an answer, `count` only measures, `list` names models. */
export type RouteKind = 'generate' | 'count' | 'list';

export interface ModelRoute {
  readonly method: 'GET' | 'POST';
  /** Path template with `{model}` where the model is named by the path: `/v1beta/models/{model}:streamGenerateContent`. */
  readonly path: string;
  readonly kind: RouteKind;
  /** `body`: the body's `stream` member says; otherwise the route does. */
  readonly streams: 'body' | 'always' | 'never';
}

/** One server-sent event of an answer: its name, its strictly parsed data, and the text of that data as the provider wrote it. */
export interface Frame {
  readonly event?: string;
  /** null for data that is not JSON by convention, such as `[DONE]`. */
  readonly data: JsonObject | null;
  /** The `data` lines joined by LF; for a frame we made, the text of `data`. */
  readonly raw: string;
}

/** Bytes of a stream, cut anywhere, to frames (sse.ts: `createFrameReader(limits)`, and `frameText(frame)` back again). */
export interface FrameReader {
  /** Whole frames so far; comments and empty events are dropped. @throws AegisError UPSTREAM_INVALID, also when one frame is larger than the limit */
  push(bytes: Uint8Array): readonly Frame[];
  /** What the end of the stream completes: nothing, where the standard says an unterminated event is dropped. */
  end(): readonly Frame[];
}

/** Money (price.ts). Micro-dollars, rounded up; null: nobody knows this model's price. */
export interface Prices {
  /** The most an answer can cost before it is asked for. */
  estimate(terms: { readonly provider: string; readonly model: string; readonly inputTokens: number; readonly outputTokens: number }): number | null;
  cost(terms: { readonly provider: string; readonly model: string; readonly usage: TokenUsage }): number | null;
}

/** Content a request carries into the session, oldest first. */
export interface Carried {
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
  /** Tools the provider would run on its own, out of our sight: type and JSON pointer. Refused in strict mode. */
  readonly providerTools: readonly { readonly type: string; readonly pointer: string }[];
  readonly carried: readonly Carried[];
  /** Pictures, sound, files and unknown parts: what of the prompt was not read. Absent: nothing. */
  readonly unread?: Unread;
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
}

/** What the engine decided about one call, translated for the dialect. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'replace'; readonly args: JsonObject }
  /** `text` is the exact refusal the agent sees in the call's place. */
  | { readonly kind: 'refuse'; readonly text: string };

/** An answer read whole, streamed or not. */
export interface Answer {
  readonly id?: string;
  readonly model?: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly usage: TokenUsage;
  /** The provider said the answer is complete; false when the stream broke off. */
  readonly complete: boolean;
}

/**
 * Reads one streamed answer, frame by frame. What it does not know may carry a call, so an unknown kind of part is UPSTREAM_INVALID. The first frame that carries any byte of a tool call, and every frame after it, is held;
 * frames before it pass at once. One reader per answer; it holds no clock and does no I/O.
 */
export interface AnswerReader {
  /**
   * Frames that may leave now, in order. A frame that carries both text and a part of a call is split by the dialect.
   * @throws AegisError UPSTREAM_INVALID when the stream contradicts itself
   */
  take(frame: Frame): readonly Frame[];
  /** What was read so far. After the last frame: everything. */
  answer(): Answer;
  /**
   * The held frames, one verdict per call of `answer().calls` in order. All `pass`: the held frames exactly as they came.
   * Otherwise a well-formed ending in which refused calls are text and the reason for stopping fits what is left.
   */
  release(verdicts: readonly Verdict[]): readonly Frame[];
  /** The rest of a well-formed stream that says `text` instead of whatever is held or missing: a broken upstream, a halt, a closed gate. */
  abandon(text: string): readonly Frame[];
}

/**
 * Puts values back into the words of a stream on its way to the client: behind the reader, so that what is held, rewritten or said by ourselves
 * passes it too. Frames without a placeholder leave as they came. Arguments of calls are not its business (restore.ts).
 */
export interface AnswerRestorer {
  take(frame: Frame): readonly Frame[];
  /** What waited in case a placeholder went on; nothing waits any more. */
  end(): readonly Frame[];
}

/** One provider's language: data, and pure functions between its bytes and ours. */
export interface Dialect {
  readonly name: DialectName;
  /** As the price library names it: `openai`, `anthropic`, `google`. */
  readonly provider: string;
  readonly routes: readonly ModelRoute[];
  /** The header its clients carry a key in, lower case: `authorization` (Bearer), `x-api-key`, `x-goog-api-key`. */
  readonly keyHeader: string;
  /** The query parameter that may carry a key instead: `key`. It never goes upstream as it came. */
  readonly keyQuery?: string;
  /** Request headers of the provider's own that go upstream, lower case: `anthropic-version`, `openai-organization` … Others stay here. */
  readonly headers: readonly string[];
  /** Request headers in which its clients name their session, lower case; the first that is there counts. They do not go upstream. */
  readonly sessionHeaders?: readonly string[];
  /** Query parameters that go upstream; any other is refused. `name=value` allows that value only: `alt=sse`. */
  readonly query: readonly string[];
  /** Bytes that keep a stream alive without meaning anything to its clients; a comment, or an event of the dialect's own. */
  readonly keepAlive: string;
  /** @throws AegisError REQUEST_INVALID with the JSON pointer of what is wrong */
  readRequest(body: JsonObject, route: ModelRoute, params: { readonly model?: string }): ModelRequest;
  /** The body with the outputs a provider that holds the conversation waits for, as far as the client does not bring them. */
  readonly settleOwed?: (body: JsonObject, owed: readonly OwedOutput[]) => JsonObject;
  readAnswer(body: JsonObject): Answer;
  /** The whole-body counterpart of `release`. */
  rewriteAnswer(body: JsonObject, verdicts: readonly Verdict[]): JsonObject;
  createReader(request: ModelRequest): AnswerReader;
  /** Where in a request words stand that may hold values (LLM-54). */
  readonly promptShape: PromptShape;
  createRestorer(restore: Restore): AnswerRestorer;
  /** The whole-body counterpart: the very same object when its words hold no placeholder. */
  restoreAnswer(body: JsonObject, restore: Restore): JsonObject;
  /** An error in the shape this provider's SDKs turn into their typed errors. */
  errorBody(terms: { readonly status: number; readonly code: string; readonly message: string }): JsonObject;
  /** The same inside a stream that has begun. */
  errorFrame(terms: { readonly status: number; readonly code: string; readonly message: string }): Frame;
}
