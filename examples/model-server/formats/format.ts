import type { Asked, Turn } from '../script.ts';
import type { Frame, Framing } from './framing.ts';

/** A request or an answer as parsed JSON. */
export type Body = Readonly<Record<string, unknown>>;

/** One vendor's wire format: read a request, write a whole answer, write a stream of events. */
export interface Format {
  readonly serves: (path: string) => boolean;
  readonly streams: (path: string, body: Body) => boolean;
  readonly ask: (body: Body, path: string) => Asked;
  readonly answer: (body: Body, turn: Turn, id: string) => Body;
  readonly stream: (body: Body, turn: Turn, id: string) => readonly Frame[];
  /** Server-sent events where absent. */
  readonly framing?: Framing;
}

/** Streams when the body says so. */
export const whenAsked = (_path: string, body: Body): boolean => body['stream'] === true;
