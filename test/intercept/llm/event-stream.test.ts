import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { StreamLimits } from '../../../src/intercept/llm/bytes/event-stream.ts';
import { createFrameReader, frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import { createArrayWriter } from '../../../src/intercept/llm/bytes/array-writer.ts';
import { frameOf } from '../../../src/intercept/llm/dialect/frame.ts';
import { randomCuts, twoCuts } from '../../../eval/cuts.ts';

interface Read {
  readonly frames: readonly Frame[];
  readonly fault: string | null;
}

/** Each piece is overwritten after it was pushed, as a socket's buffer would be. */
function read(pieces: Iterable<Uint8Array>, limits: Partial<StreamLimits> = {}): Read {
  const reader = createFrameReader(limits);
  const frames: Frame[] = [];
  try {
    for (const piece of pieces) {
      const lent = new Uint8Array(piece);
      frames.push(...reader.push(lent));
      lent.fill(0x21);
    }
    frames.push(...reader.end());
    return { frames, fault: null };
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal((error as Error & { code?: string }).code, 'UPSTREAM_INVALID');
    return { frames, fault: error.message };
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const datas = (text: string): unknown[] => read([bytes(text)]).frames.map((frame) => frame.data);

test('[LLM-40] lines end with CR, LF or CRLF, several data lines make one text, comments and unknown fields mean nothing', () => {
  const { frames, fault } = read([
    bytes(
      '\ufeff: hello\n\nevent: a\r\nid: 7\r\nretry: 9\r\ndata: {"x":\r\ndata:1}\r\n\r\nother: y\rdata:  {"y":2}\r\revent: gone\n\ndata: [DONE]\n\n',
    ),
  ]);
  assert.equal(fault, null);
  assert.deepEqual(frames, [
    { event: 'a', data: { x: 1 }, raw: '{"x":\n1}' },
    { data: { y: 2 }, raw: ' {"y":2}' },
    { data: null, raw: '[DONE]' },
  ]);
});

test('[LLM-40] an event without its empty line is no event, and a field without a colon has an empty value', () => {
  assert.deepEqual(datas('data: {"a":1}\n\ndata: {"b":2}\n'), [{ a: 1 }]);
  assert.deepEqual(datas('event\ndata: {"a":1}\n\n'), [{ a: 1 }]);
  assert.deepEqual(datas('data\n\ndata: \n\ndata: {"a":1}\n\n'), [{ a: 1 }]);
});

test('[LLM-40] only one byte-order mark, and only at the very beginning, is skipped', () => {
  assert.deepEqual(datas('\ufeffdata: {"a":1}\n\n'), [{ a: 1 }]);
  assert.deepEqual(datas('\ufeff\ufeffdata: {"a":1}\n\n'), []);
  assert.deepEqual(datas('data: {"a":1}\n\n\ufeffdata: {"b":1}\n\n'), [{ a: 1 }]);
});

const RICH = `\ufeff:keep\r\n\r\nevent: message_delta\r\ndata: {"text":"ünï\\u00e9 漢字 👍","n":[1,2.5]}\r\n\r\n: ping\n\ndata: {"a":\rdata: {"b":"\\ud83d\\ude00"}}\r\rdata: [DONE]\n\n`;

test('[LLM-41] every cut in two and 1,000 random cuttings of the bytes give the same frames', () => {
  const whole = read([bytes(RICH)]);
  assert.equal(whole.fault, null);
  assert.equal(whole.frames.length, 3);
  for (const pieces of twoCuts(bytes(RICH))) assert.deepEqual(read(pieces), whole);
  for (const pieces of randomCuts(bytes(RICH), { count: 1000, seed: 41 })) assert.deepEqual(read(pieces), whole);
});

test('[LLM-41] a fault comes after the same frames however the bytes were cut', () => {
  const broken = Buffer.concat([
    bytes('data: {"a":"漢"}\n\ndata: {"b":1}\n\ndata: {"c":"'),
    Uint8Array.of(0xe6, 0xbc),
    bytes('"}\n\ndata: {"d":1}\n\n'),
  ]);
  const whole = read([broken]);
  assert.deepEqual(
    whole.frames.map((frame) => frame.data),
    [{ a: '漢' }, { b: 1 }],
  );
  assert.match(whole.fault ?? '', /not valid UTF-8/);
  for (const pieces of twoCuts(broken)) assert.deepEqual(read(pieces), whole);
  for (const pieces of randomCuts(broken, { count: 1000, seed: 42 })) assert.deepEqual(read(pieces), whole);
});

test('[LLM-42] data that is not one strict JSON object, and bytes that are not UTF-8 anywhere, are faults', () => {
  for (const data of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '[{"name":"pay","arguments":"{}"}]',
    '{"name":"pay","input":{"a":9007199254740993}}',
    '{"a":"\\ud800"}',
    '{"a":1} x',
    '{',
  ]) {
    assert.match(read([bytes(`data: ${data}\n\n`)]).fault ?? '', /answer/, data);
  }
  for (const prefix of [': ', 'id: ', 'data: ', '']) {
    assert.match(read([bytes(prefix), Uint8Array.of(0xff), bytes('\n\n')]).fault ?? '', /UTF-8/, prefix);
  }
});

test('[LLM-23, LLM-42] data in which no call can stand is a frame without JSON, and white space is nothing', () => {
  const { frames, fault } = read([bytes(['7', '"x"', 'null', '[1]', 'ping', '[{"a":1}]', '', '  '].map((data) => `data: ${data}\n\n`).join(''))]);
  assert.equal(fault, null);
  assert.deepEqual(
    frames.map(({ data, raw }) => [data, raw]),
    ['7', '"x"', 'null', '[1]', 'ping', '[{"a":1}]'].map((raw) => [null, raw]),
  );
});

test('[LLM-23, LLM-42] a number that a double would change matters only where a call can stand', () => {
  assert.deepEqual(datas('data: {"id":12345678901234567890,"usage":{"completion_tokens":1e400}}\n\n'), [
    { id: Number('12345678901234567890'), usage: { completion_tokens: Infinity } },
  ]);
  for (const data of [
    '{"tool_calls":[{"function":{"name":"a","arguments":"{}"}}],"n":1e400}',
    '{"delta":{"type":"input_json_delta","partial_json":"1"},"n":1e400}',
  ]) {
    assert.match(read([bytes(`data: ${data}\n\n`)]).fault ?? '', /number/, data);
  }
});

test('[LLM-42] an event and a stream beyond their bounds are faults, comments included', () => {
  assert.match(read([bytes(`data: {"a":"${'x'.repeat(100)}"}\n\n`)], { event: 50 }).fault ?? '', /one event is longer than 50/);
  assert.match(read([bytes(`: ${'x'.repeat(60)}\n`)], { event: 50 }).fault ?? '', /one event is longer than 50/);
  assert.match(read([bytes(': x\n\n'.repeat(100))], { total: 50, event: 50 }).fault ?? '', /longer than 50/);
  assert.match(read([bytes('data: {"a":{"b":1,"c":2}}\n\n')], { keys: 2 }).fault ?? '', /keys/);
  assert.equal(read([bytes('data: {"a":1}\n\n'.repeat(100))], { event: 50 }).fault, null);
});

test('[LLM-43] frames are written with their data as it came, and read back the same', () => {
  const { frames } = read([bytes(RICH)]);
  assert.deepEqual(read([bytes(frames.map(frameText).join(''))]).frames, frames);
  assert.equal(frameText(frameOf({ b: 1, a: 'é' }, 'x')), 'event: x\ndata: {"b":1,"a":"é"}\n\n');
});

test('[LLM-43] frames of a client that did not ask for events make one JSON array', () => {
  const writer = createArrayWriter();
  const frames = [frameOf({ a: 1 }), frameOf({ b: [2] })];
  assert.equal([...frames.map((frame) => writer.write(frame)), writer.end()].join(''), '[{"a":1},\r\n{"b":[2]}]');
  assert.equal(createArrayWriter().end(), '[]');
});
