import type { JsonObject } from '../../../../kernel/json.ts';
import type { Frame } from '../../dialect/frame.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import type { BlockKind } from './blocks.ts';

/** A content block as far as it came. */
export interface Block {
  readonly index: number;
  readonly kind: BlockKind;
  readonly start: JsonObject;
  /** Pieces of a call's arguments. */
  readonly pieces: string[];
  /** The client has its first frame. */
  readonly passed: boolean;
  open: boolean;
}

/** What was read of a streamed message so far. */
export interface Reading {
  message: JsonObject | null;
  /** A message that came whole in its first event, as it does where a program of the provider's asks for a tool. */
  whole: JsonObject | null;
  readonly blocks: Map<number, Block>;
  readonly held: Frame[];
  holding: boolean;
  readonly text: string[];
  usage: TokenUsage;
  stopReason: string | null;
  /** What the client has of the ending. */
  passedDelta: boolean;
  passedStop: boolean;
  /** The provider's own error, when it came while something was held. */
  failed: Frame | null;
  failure: string | null;
  /** Unknown events, members and blocks. */
  unknown: number;
}
