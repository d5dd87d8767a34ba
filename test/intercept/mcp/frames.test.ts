import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import { lineReader } from '../../../src/wire/lines.ts';
import type { Line } from '../../../src/wire/lines.ts';
import { idScanner } from '../../../src/wire/id-scanner.ts';
import { eventsOf } from '../../../src/intercept/mcp/http/sse.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('[MCP-10] lines are the same however the bytes are cut, and what is too long is told by its id and never kept', () => {
  const text = '{"id":1}\r\n\n{"id":"zwei\u00e9"}\n{"a":{"id":9},"id":3,"b":"' + 'x'.repeat(100) + '"}\n{"id":4';
  const read = (cuts: readonly number[]): Line[] => {
    const frames: Line[] = [];
    const reader = lineReader(64, (frame) => frames.push(frame.kind === 'line' ? { kind: 'line', bytes: Uint8Array.from(frame.bytes) } : frame));
    const all = bytes(text);
    const places = [0, ...cuts.map((cut) => cut % all.length).toSorted((a, b) => a - b), all.length];
    for (const [at, from] of places.entries()) if (at + 1 < places.length) reader.push(all.subarray(from, places[at + 1]));
    reader.end();
    return frames;
  };
  const whole = read([]);
  assert.deepEqual(
    whole.map((frame) => (frame.kind === 'line' ? Buffer.from(frame.bytes).toString('utf8') : frame)),
    ['{"id":1}', '{"id":"zwei\u00e9"}', { kind: 'oversize', id: 3 }, { kind: 'partial' }],
  );
  fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => assert.deepEqual(read(cuts), whole)));
});

test('[MCP-10] the id of what cannot be read is its own, never one from inside it', () => {
  const id = (text: string): unknown => {
    const scanner = idScanner();
    scanner.push(bytes(text));
    return scanner.id();
  };
  assert.equal(id('{"result":{"id":1,"x":[{"id":2}]},"id":"a\\"b"}'), 'a"b');
  assert.equal(id('{"x":"\\"id\\":5,","id" : 7 }'), 7);
  assert.equal(id('{"result":{"id":1}}'), null);
  assert.equal(id('{"id":1.5}'), null);
  assert.equal(id('garbage "id":1'), null);
  fc.assert(fc.property(fc.jsonValue(), fc.integer(), (value, own) => id(JSON.stringify({ first: value, id: own })) === own));
});

test('[MCP-9] events are the same however a stream is cut, and an endless one ends', async () => {
  const text = ': hi\r\nid: 7\r\ndata: {"a":\r\ndata: "\u00e9"}\r\n\r\nevent: other\ndata: no\n\ndata: two\n\n';
  const read = async (size: number): Promise<readonly unknown[]> => {
    const all = bytes(text);
    const body = (function* () {
      for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
    })();
    const found = [];
    for await (const event of eventsOf(body as unknown as AsyncIterable<Uint8Array>, 1_000)) found.push(event);
    return found;
  };
  const whole = [
    { id: '7', data: '{"a":\n"\u00e9"}' },
    { id: '7', data: 'two' },
  ];
  for (let size = 1; size <= text.length; size++) assert.deepEqual(await read(size), whole, String(size));
  await assert.rejects(async () => {
    for await (const event of eventsOf(new PassThrough().end(`data: ${'x'.repeat(5_000)}`), 1_000)) void event;
  }, RangeError);
});

test('[MCP-9] a line that comes byte by byte costs its length and not a buffer for each byte', () => {
  const frames: Line[] = [];
  const reader = lineReader(16_777_216, (frame) => frames.push(frame));
  const one = bytes('x');
  const before = process.memoryUsage();
  for (let n = 0; n < 8_000_000; n++) reader.push(one);
  const { heapUsed, external } = process.memoryUsage();
  assert.ok(heapUsed + external - before.heapUsed - before.external < 300_000_000);
  reader.push(bytes('\n'));
  assert.equal(frames[0]?.kind === 'line' ? frames[0].bytes.length : 0, 8_000_000);
});

test('[MCP-9] an event of nothing but empty lines of data ends as a long one does', async () => {
  await assert.rejects(async () => {
    for await (const event of eventsOf(new PassThrough().end('data:\n'.repeat(2_000)), 1_000)) void event;
  }, RangeError);
});
