import type { JsonObject } from '../../../kernel/json.ts';
import type { Frame } from './frame.ts';
import type { Answer, CallDecision, MissingOutput } from './model-answer.ts';
import type { ModelRequest } from './model-request.ts';
import type { PromptShape } from './prompt-shape.ts';
import type { Restore } from './restore.ts';

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

/**
 * Reads one streamed answer, frame by frame. What can carry a call is read, or is UPSTREAM_INVALID where it is unknown
 * how; what cannot passes as it came (LLM-23). The first frame that carries any byte of a tool call, and every frame after it, is held;
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
  /** The code of the provider's own error, once one came; what it held then is given up (LLM-25). */
  failure(): string | null;
  /** Whether the client was told of the end: nothing of ours may follow it. */
  told(): boolean;
  /**
   * The held frames, one decision per call of `answer().calls` in order. All `pass`: the held frames exactly as they came.
   * Otherwise a well-formed ending in which refused calls are text and the reason for stopping fits what is left.
   */
  release(decisions: readonly CallDecision[]): readonly Frame[];
  /**
   * The rest of a well-formed stream that says `text` instead of whatever is held or missing: a broken upstream, a halt, a closed gate. Where the
   * provider itself failed, its own error; where the client was told of the end, no words.
   */
  abandon(text: string): readonly Frame[];
}

/**
 * Puts values back into the text of a stream on its way to the client. It comes after the reader, so that held, rewritten and our own text passes
 * through it as well. Frames without a placeholder leave as they came. Arguments of calls are restored elsewhere (restore.ts).
 */
export interface AnswerRestorer {
  take(frame: Frame): readonly Frame[];
  /** The text that was kept back because it might have been the start of a placeholder. */
  end(): readonly Frame[];
}

/** One provider's language: data, and pure functions between its bytes and ours. */
export interface Dialect {
  /** Names the dialect in logs and policies: `anthropic`, `openai-chat`. Unique; lower case with hyphens. */
  readonly name: string;
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
  /** Only where the provider holds the conversation: the body with the outputs it waits for, as far as the client does not bring them (LLM-19). */
  readonly addMissingOutputs?: (body: JsonObject, missing: readonly MissingOutput[]) => JsonObject;
  readAnswer(body: JsonObject): Answer;
  /** The whole-body counterpart of `release`. */
  rewriteAnswer(body: JsonObject, decisions: readonly CallDecision[]): JsonObject;
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
