import { growingBytes } from '../../../wire/growing-bytes.ts';

/** One event of a stream, as far as MCP uses them. */
export interface ServerEvent {
  readonly id?: string;
  readonly data: string;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Server-sent events (WHATWG HTML §9.2), bounded: an event longer than `most` bytes ends the stream with a RangeError, bytes that are no
 * UTF-8 with a TypeError.
 */
export async function* eventsOf(body: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<ServerEvent> {
  let data: string[] = [];
  let size = 0;
  let id: string | undefined;
  let named = '';
  for await (const line of linesOf(body, most)) {
    if (line === '') {
      if (data.length > 0 && (named === '' || named === 'message')) yield { ...(id === undefined ? {} : { id }), data: data.join('\n') };
      [data, size, named] = [[], 0, ''];
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') {
      // An empty line of data is kept as a line, too.
      size += value.length + 1;
      if (size > most) throw new RangeError('an event is too long');
      data.push(value);
    } else if (field === 'event') named = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<string> {
  const held = growingBytes();
  let skipNewline = false;
  for await (const chunk of body) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== NEWLINE && byte !== RETURN) {
        skipNewline = false;
        continue;
      }
      // \r\n is one end of line.
      if (byte === NEWLINE && skipNewline && at === from) {
        from = at + 1;
        skipNewline = false;
        continue;
      }
      const rest = chunk.subarray(from, at);
      if (held.length > 0) held.append(rest);
      yield strict.decode(held.length > 0 ? held.take() : rest);
      from = at + 1;
      skipNewline = byte === RETURN;
    }
    held.append(chunk.subarray(from));
    if (held.length > most) throw new RangeError('a line is too long');
  }
}

/** A message as an event; the agent gets no ids, for a stream cannot be resumed past a decision. */
export function eventText(message: object): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}
