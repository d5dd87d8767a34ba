import { AegisError } from '../../../errors.ts';
import { isObject } from '../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import { carriesCall, readLenient } from '../dialect/carries.ts';
import { DONE } from '../dialect/frame.ts';
import type { Frame } from '../dialect/frame.ts';
import type { GrowingBytes } from '../../../wire/growing-bytes.ts';
import { growingBytes } from '../../../wire/growing-bytes.ts';

/** Bytes of a stream, cut anywhere, to frames (`frameText(frame)` is the way back). */
export interface FrameReader {
  /** Whole frames so far; comments and empty events are dropped. @throws AegisError UPSTREAM_INVALID, also when one frame is larger than the limit */
  push(bytes: Uint8Array): readonly Frame[];
  /** What the end of the stream completes: nothing, where the standard says an unterminated event is dropped. */
  end(): readonly Frame[];
}

export interface StreamLimits {
  /** Bytes of one event, comments and field names included. Default 16 MiB: a whole answer comes in one event, with its images. */
  readonly event: number;
  /** Bytes of the whole stream. Default 64 MiB. */
  readonly total: number;
  /** Keys of the JSON of one event. Default 200_000. */
  readonly keys: number;
}

export const STREAM_LIMITS: StreamLimits = { event: 16_777_216, total: 67_108_864, keys: 200_000 };

interface Reading {
  readonly limits: StreamLimits;
  /** The line that has not ended yet, as far as it came in earlier pieces. */
  readonly line: GrowingBytes;
  /** The line before ended with CR; a LF that follows belongs to it. */
  afterCr: boolean;
  first: boolean;
  event: string;
  /** The data lines so far, each ended by LF. */
  readonly data: GrowingBytes;
  /** Bytes since the last event ended. */
  size: number;
  total: number;
  fault: AegisError | null;
}

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NEWLINE = Uint8Array.of(LF);

/**
 * Reads an event stream (WHATWG HTML, 9.2.6): lines end with CR, LF or CRLF, `data` lines are joined by LF, comments, `id`, `retry`,
 * unknown fields and empty events mean nothing, one byte-order mark may stand first, an event without its empty line is dropped.
 * Unlike a browser it refuses bytes that are not UTF-8. Any cutting of the bytes gives the same frames; linear time.
 * A fault behind frames of the same push is thrown by the next call, so that those frames are not lost: call `end`.
 */
export function createFrameReader(limits: Partial<StreamLimits> = {}): FrameReader {
  const bounds = { ...STREAM_LIMITS, ...limits };
  const reading: Reading = {
    limits: bounds,
    line: growingBytes(),
    afterCr: false,
    first: true,
    event: '',
    data: growingBytes(),
    size: 0,
    total: 0,
    fault: null,
  };
  return {
    push(bytes) {
      check(reading);
      const frames: Frame[] = [];
      try {
        scan(reading, bytes, frames);
      } catch (error) {
        if (!(error instanceof AegisError)) throw error;
        reading.fault = error;
      }
      if (frames.length === 0) check(reading);
      return frames;
    },
    end() {
      check(reading);
      return [];
    },
  };
}

/** One frame as a server-sent event: its data is `raw`, line by line, never written anew. */
export function frameText(frame: Frame): string {
  const name = frame.event === undefined ? '' : `event: ${frame.event}\n`;
  return `${name}data: ${frame.raw.replaceAll('\n', '\ndata: ')}\n\n`;
}

function check(reading: Reading): void {
  if (reading.fault !== null) throw reading.fault;
}

function scan(reading: Reading, bytes: Uint8Array, frames: Frame[]): void {
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    count(reading);
    if (byte === LF && reading.afterCr) {
      reading.afterCr = false;
      start = at + 1;
    } else if (byte === LF || byte === CR) {
      const frame = endLine(reading, bytes.subarray(start, at));
      start = at + 1;
      reading.afterCr = byte === CR;
      if (frame !== null) frames.push(frame);
    } else {
      reading.afterCr = false;
    }
  }
  // Copied: the caller may use its buffer again.
  if (start < bytes.length) reading.line.append(bytes.subarray(start));
}

function count(reading: Reading): void {
  if (++reading.total > reading.limits.total) throw invalid(`the stream is longer than ${String(reading.limits.total)} bytes`);
  if (++reading.size > reading.limits.event) throw invalid(`one event is longer than ${String(reading.limits.event)} bytes`);
}

function endLine(reading: Reading, rest: Uint8Array): Frame | null {
  const { line } = reading;
  if (line.length === 0) return readLine(reading, rest);
  line.append(rest);
  const frame = readLine(reading, line.view());
  line.clear();
  return frame;
}

function readLine(reading: Reading, bytes: Uint8Array): Frame | null {
  const marked = reading.first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  reading.first = false;
  const line = marked ? bytes.subarray(3) : bytes;
  if (line.length === 0) return endEvent(reading);
  const colon = line.indexOf(COLON);
  const name = decode(colon === -1 ? line : line.subarray(0, colon));
  const value = line.subarray(colon === -1 ? line.length : colon + (line[colon + 1] === SPACE ? 2 : 1));
  if (name === 'data') {
    reading.data.append(value);
    reading.data.append(NEWLINE);
  } else {
    const text = decode(value);
    if (name === 'event') reading.event = text;
  }
  return null;
}

function endEvent(reading: Reading): Frame | null {
  const { event, data } = reading;
  const bytes = data.view().subarray(0, -1);
  reading.event = '';
  reading.size = 0;
  try {
    if (bytes.length === 0) return null;
    const raw = decode(bytes);
    // Nothing but white space means nothing, and would be no JSON to any client.
    if (raw.trim() === '') return null;
    const frame = { data: raw === DONE ? null : dataOf(bytes, raw, reading.limits), raw };
    return event === '' ? frame : { event, ...frame };
  } finally {
    data.clear();
  }
}

/** Null: no object, and nothing a call could stand in. */
function dataOf(bytes: Uint8Array, raw: string, limits: StreamLimits): JsonObject | null {
  if (!raw.includes('{')) return null;
  const value = strict(bytes, limits);
  if (isObject(value)) return value as JsonObject;
  if (carriesCall(value)) throw invalid('the data of an event is not a JSON object');
  return null;
}

function strict(bytes: Uint8Array, limits: StreamLimits): Json {
  try {
    return readLenient(bytes, { bytes: limits.event, keys: limits.keys });
  } catch (error) {
    if (error instanceof AegisError) throw invalid(error.message);
    throw error;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalid('the bytes are not valid UTF-8');
  }
}

function invalid(detail: string): AegisError {
  return new AegisError('UPSTREAM_INVALID', { detail });
}
