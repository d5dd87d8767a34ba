import { readFileSync } from 'node:fs';
import type { Dialect } from '../src/intercept/llm/dialect/dialect.ts';
import { anthropic } from '../src/intercept/llm/dialects/anthropic/anthropic.ts';
import { gemini } from '../src/intercept/llm/dialects/gemini/gemini.ts';
import { openaiChat } from '../src/intercept/llm/dialects/openai-chat/openai-chat.ts';
import { openaiResponses } from '../src/intercept/llm/dialects/openai-responses/openai-responses.ts';
import { createFrameReader, frameText } from '../src/intercept/llm/bytes/event-stream.ts';
import { randomCuts } from './cuts.ts';
import type { Frame } from '../src/intercept/llm/dialect/frame.ts';
import type { ModelRequest } from '../src/intercept/llm/dialect/model-request.ts';
import type { CallDecision } from '../src/intercept/llm/dialect/model-answer.ts';

/** A recorded stream: one JSON event per line. */
interface StreamRow {
  readonly id: string;
  readonly kind: string;
  readonly api: string;
  readonly text: string;
}

/** The file of a corpus that holds recorded model streams. */
export const STREAMS = 'llm_streams.jsonl';

/** What became of the streams of one dialect. A stream it does not speak must be refused, and give up nothing. */
export interface StreamLine {
  readonly dialect: string;
  readonly streams: number;
  /** Read to their end. */
  readonly read: number;
  /** Refused as UPSTREAM_INVALID; the ids of their rows. */
  readonly refused: readonly string[];
  /** Of those that were read: tool calls, and streams with any. */
  readonly calls: number;
  readonly withCalls: number;
  /** Streams in which a property did not hold: allowed but changed, a byte of a refused call, not well-formed after a refusal or a break. */
  readonly failed: readonly string[];
}

const REFUSAL = 'Refused.';
const REQUEST: ModelRequest = { model: 'm', stream: true, tools: [], providerTools: [], carried: [], root: null };
const DIALECTS: Readonly<Record<string, Dialect>> = { chat: openaiChat, responses: openaiResponses, messages: anthropic, native: gemini };
const NAMED = new Set(['responses', 'messages']);
const RANDOM_CUTS = 1000;
/** Two-cuts of a longer stream are sampled at this many places. */
const TWO_CUTS = 2000;

function typeOf(line: string): string | null {
  try {
    const { type } = JSON.parse(line) as { readonly type?: unknown };
    return typeof type === 'string' ? type : null;
  } catch {
    return null;
  }
}

/** The streams of a row: some rows hold the answers of several requests one after the other. */
function streamsOf(row: StreamRow): readonly string[] {
  const streams: string[][] = [];
  for (const line of row.text.split('\n')) {
    const type = NAMED.has(row.api) ? typeOf(line) : null;
    if (type === 'response.created' || type === 'message_start' || streams.length === 0) streams.push([]);
    streams.at(-1)?.push(`${type === null ? '' : `event: ${type}\n`}data: ${line}\n\n`);
  }
  const end = row.api === 'chat' ? 'data: [DONE]\n\n' : '';
  return streams.map((stream) => stream.join('') + end);
}

function framesOf(pieces: Iterable<Uint8Array>): readonly Frame[] {
  const reader = createFrameReader();
  const frames: Frame[] = [];
  for (const piece of pieces) frames.push(...reader.push(piece));
  reader.end();
  return frames;
}

interface Through {
  readonly left: readonly Frame[];
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  readonly said: unknown;
}

function through(dialect: Dialect, frames: readonly Frame[], decision: CallDecision): Through {
  const reader = dialect.createReader(REQUEST);
  const before = frames.flatMap((frame) => reader.take(frame));
  const answer = reader.answer();
  return { left: [...before, ...reader.release(answer.calls.map(() => decision))], calls: answer.calls, said: answer };
}

const written = (frames: readonly Frame[]): string => frames.map(frameText).join('');

/** Every cutting gives the frames the whole gave. */
function cutsAgree(bytes: Uint8Array, whole: string): boolean {
  const step = Math.max(1, Math.ceil(bytes.length / TWO_CUTS));
  for (let at = 0; at <= bytes.length; at += step) {
    if (written(framesOf([bytes.subarray(0, at), bytes.subarray(at)])) !== whole) return false;
  }
  for (const pieces of randomCuts(bytes, { count: RANDOM_CUTS, seed: bytes.length })) if (written(framesOf(pieces)) !== whole) return false;
  return true;
}

/** Declarations of tools that an answer repeats from its request are no calls. */
function withoutDeclarations(frames: readonly Frame[]): string {
  return frames
    .map(({ raw, data }) =>
      data === null ? raw : JSON.stringify(data, (key, value: unknown) => (key === 'tools' || key === 'tool_choice' ? undefined : value)),
    )
    .join('\n');
}

function silent(left: readonly Frame[], calls: Through['calls']): boolean {
  const text = withoutDeclarations(left);
  return calls.every(({ id, name, args }) => {
    const needles = [`"name":${JSON.stringify(name)}`, ...(id === name ? [] : [JSON.stringify(id)])];
    const whole = JSON.stringify(args);
    if (whole.length > 6) needles.push(whole, JSON.stringify(whole).slice(1, -1));
    return needles.every((needle) => !text.includes(needle));
  });
}

/** What does not hold for one stream; null when all does. @throws AegisError UPSTREAM_INVALID when the dialect does not read it */
function faultIn(dialect: Dialect, bytes: Uint8Array): { readonly calls: number; readonly fault: string | null } {
  const frames = framesOf([bytes]);
  const allowed = through(dialect, frames, { kind: 'pass' });
  const calls = allowed.calls.length;
  const again = through(dialect, allowed.left, { kind: 'pass' });
  if (JSON.stringify(again.said) !== JSON.stringify(allowed.said)) return { calls, fault: 'allowed, but another answer' };
  if (!cutsAgree(bytes, written(frames))) return { calls, fault: 'cut, and other frames' };
  const refused = through(dialect, frames, { kind: 'refuse', text: REFUSAL });
  if (!silent(refused.left, refused.calls)) return { calls, fault: 'refused, but a byte of a call left' };
  const reread = through(dialect, framesOf([Buffer.from(written(refused.left))]), { kind: 'pass' });
  if (reread.calls.length > 0) return { calls, fault: 'refused, but a call left' };
  for (let length = 0; length < frames.length; length++) {
    const reader = dialect.createReader(REQUEST);
    const before = frames.slice(0, length).flatMap((frame) => reader.take(frame));
    if (reader.answer().complete) break;
    const left = [...before, ...reader.abandon(REFUSAL)];
    const rest = through(dialect, left, { kind: 'pass' });
    if (rest.calls.length > 0) return { calls, fault: `broken after ${String(length)} frames, but a call left` };
    if (!JSON.stringify(rest.said).includes(REFUSAL) || !silent(left, allowed.calls))
      return { calls, fault: `broken after ${String(length)} frames` };
  }
  return { calls, fault: null };
}

/** Every recorded stream of `llm_streams.jsonl` through the dialect its interface names (LLM-44 to LLM-47). */
export function evaluateStreams(path: string): readonly StreamLine[] {
  const tallies = new Map<string, { streams: number; read: number; calls: number; withCalls: number; refused: string[]; failed: string[] }>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const row = JSON.parse(line) as StreamRow;
    const dialect = DIALECTS[row.api];
    if (row.kind !== 'llm_stream' || dialect === undefined) continue;
    const tally = tallies.get(dialect.name) ?? { streams: 0, read: 0, calls: 0, withCalls: 0, refused: [], failed: [] };
    tallies.set(dialect.name, tally);
    for (const stream of streamsOf(row)) {
      tally.streams += 1;
      try {
        const { calls, fault } = faultIn(dialect, Buffer.from(stream));
        tally.read += 1;
        tally.calls += calls;
        if (calls > 0) tally.withCalls += 1;
        if (fault !== null) tally.failed.push(`${row.id}: ${fault}`);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'UPSTREAM_INVALID') throw error;
        tally.refused.push(`${row.id}: ${error instanceof Error ? error.message : ''}`);
      }
    }
  }
  return [...tallies].map(([dialect, tally]) => ({ dialect, ...tally }));
}
