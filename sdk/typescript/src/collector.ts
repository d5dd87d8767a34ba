import { toJson } from './json.ts';
import type { Json } from './wire.ts';

/** Keeps what a stream gave, up to so many characters: text as one text, anything else as a list. */
export interface Collector {
  add(piece: unknown): void;
  value(): Json;
  /** More came than is kept. */
  full(): boolean;
}

export function collector(most: number): Collector {
  const decoder = new TextDecoder();
  const parts: Json[] = [];
  let left = Math.max(most, 1);
  return {
    add(piece) {
      if (left <= 0) return;
      const value = piece instanceof Uint8Array ? decoder.decode(piece, { stream: true }) : toJson(piece);
      left -= typeof value === 'string' ? value.length : JSON.stringify(value).length;
      parts.push(value);
    },
    value: () => (parts.length > 0 && parts.every((part) => typeof part === 'string') ? parts.join('') : parts),
    full: () => left <= 0,
  };
}
