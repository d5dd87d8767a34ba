import type { Body } from './format.ts';

/** One piece of a streamed answer. */
export interface Frame {
  /** Its name, where the vendor names it. */
  readonly event?: string;
  readonly data: Body | '[DONE]';
}

/** How the pieces of a streamed answer stand on the wire. */
export interface Framing {
  readonly contentType: string;
  readonly write: (frame: Frame) => string | Buffer;
}

export const SERVER_SENT_EVENTS: Framing = {
  contentType: 'text/event-stream',
  write: ({ event, data }) => `${event === undefined ? '' : `event: ${event}\n`}data: ${data === '[DONE]' ? data : JSON.stringify(data)}\n\n`,
};
