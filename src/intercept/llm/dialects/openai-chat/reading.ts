import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { Frame } from '../../dialect/frame.ts';
import type { TokenUsage } from '../../dialect/model-answer.ts';
import type { ChatCall } from './answer.ts';

/** A call while it is still being written. */
export interface Building {
  readonly choice: number;
  readonly key: number | 'legacy';
  readonly kind: ChatCall['kind'];
  readonly id: string;
  name: string;
  readonly pieces: string[];
  extra: JsonObject;
}

/** What was read of a streamed answer so far. */
export interface Reading {
  readonly wantsUsage: boolean;
  /** The members every chunk repeats. */
  head: JsonObject;
  readonly calls: Building[];
  readonly held: Frame[];
  holding: boolean;
  /** Choice → its reason for stopping, null while it goes on. */
  readonly finished: Map<number, Json>;
  readonly text: string[];
  usage: TokenUsage;
  done: boolean;
  /** The frame of the provider's own error, when it came while something was held. */
  failed: Frame | null;
  failure: string | null;
  /** Unknown members. */
  unknown: number;
}
