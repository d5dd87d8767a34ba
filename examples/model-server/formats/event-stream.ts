import { crc32 } from 'node:zlib';

/**
 * One message of an AWS event stream: lengths and headers with a CRC of their own, the payload, and a CRC over all of it
 * (Amazon Transcribe Developer Guide, Event stream encoding).
 */
export function eventStreamMessage(eventType: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([header(':event-type', eventType), header(':content-type', 'application/json'), header(':message-type', 'event')]);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, payload]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(message), 0);
  return Buffer.concat([message, end]);
}

/** Header values of type 7 are strings with a length of two bytes. */
function header(name: string, value: string): Buffer {
  const text = Buffer.from(value, 'utf8');
  const size = Buffer.alloc(2);
  size.writeUInt16BE(text.length, 0);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'ascii'), Buffer.from([7]), size, text]);
}
