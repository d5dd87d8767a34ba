import type { Json } from '../../../kernel/json.ts';
import { mapStrings } from './map-strings.ts';

/** Puts the values of one session back where its placeholders stand. What is no placeholder of that session stays (LLM-58). */
export interface Restore {
  readonly text: (text: string) => string;
  /** The same for a text that comes in pieces. */
  readonly tail: () => Tail;
}

/** A text that comes in pieces; at most one placeholder's length of it waits (LLM-56). */
export interface Tail {
  /** The part of the text so far that can be sent on. */
  take(piece: string): string;
  /** The rest, which was kept back in case it was the start of a placeholder. */
  end(): string;
}

/** The words of each place of an answer that are still coming, by what its dialect calls the place. */
export interface Tails {
  of(place: string): Tail;
}

export function createTails(restore: Restore): Tails {
  const tails = new Map<string, Tail>();
  return {
    of(place) {
      const tail = tails.get(place) ?? restore.tail();
      tails.set(place, tail);
      return tail;
    },
  };
}

/** The value with every string in it restored; the very same value when it holds no placeholder. */
export function restored(value: Json, restore: Restore): Json {
  return mapStrings(value, restore.text);
}
