import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '../../../src/kernel/decision.ts';
import { lineReader } from '../../../src/intercept/mcp/frames.ts';
import type { Frame } from '../../../src/intercept/mcp/frames.ts';
import { idScanner } from '../../../src/intercept/mcp/id-scanner.ts';
import type { Judge } from '../../../src/intercept/mcp/judge.ts';
import { createSeal } from '../../../src/intercept/mcp/seal.ts';
import { serveStdio } from '../../../src/intercept/mcp/serve-stdio.ts';
import { eventsOf } from '../../../src/intercept/mcp/sse.ts';
import { digestOf } from '../../../src/log/digest.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('[MCP-10] lines are the same however the bytes are cut, and what is too long is told by its id and never kept', () => {
  const text = '{"id":1}\r\n\n{"id":"zwei\u00e9"}\n{"a":{"id":9},"id":3,"b":"' + 'x'.repeat(100) + '"}\n{"id":4';
  const read = (cuts: readonly number[]): Frame[] => {
    const frames: Frame[] = [];
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

/** A judge that allows only what it was asked about by name, and remembers each yes. */
function recordingJudge(allowed: string[]): Judge {
  return {
    most: 1_000_000,
    decide: ({ name, args }) => {
      const effect = name === 'good' ? 'allow' : 'deny';
      if (effect === 'allow') allowed.push(JSON.stringify(args));
      return Promise.resolve({
        effect,
        reasons: [{ effect, code: 'X', rule: 'x', message: 'm' }],
        obligations: { timeoutMs: 1_000, maxOutputBytes: 1_000 },
      } as unknown as Decision);
    },
    settle: () => Promise.resolve(),
    end: () => Promise.resolve(),
    label: () => Promise.resolve(),
    show: (_server, tools) =>
      Promise.resolve(tools.map((tool) => ({ tool: String(tool['name']), digest: digestOf(tool), status: 'pinned' as const, doubts: [] }))),
    refused: () => Promise.resolve(),
  };
}

const piece = fc.oneof(
  fc.constantFrom(
    'good',
    'bad',
    '1',
    '"1"',
    'null',
    '{}',
    '[]',
    '\\u0063',
    'tools/call',
    '\n',
    '\r',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    'id',
    'method',
    '\u0000',
    '\ufeff',
  ),
  fc.string({ maxLength: 4 }),
);
const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"good","arguments":{"n":1}}}';

test('[MCP-10] whatever frames come, the server hears of no call that was not allowed, in these very arguments', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(call.length), piece, fc.nat(6)), { maxLength: 12 }), async (edits) => {
      const allowed: string[] = [];
      const heard: string[] = [];
      const input = new PassThrough();
      const output = new PassThrough().resume();
      const over = serveStdio({
        judge: recordingJudge(allowed),
        server: { name: 's', identity: digestOf('s'), remote: false },
        streams: { input, output },
        stop: new AbortController().signal,
        clock: { monotonic: () => 0 },
        after: () => () => undefined,
        mint: () => `m-${String(allowed.length)}-${String(heard.length)}`,
        digestOf,
        seal: createSeal(new Uint8Array(32)),
        connect: () => ({
          gone: new Promise(() => undefined),
          close: () => Promise.resolve(),
          send: () => Promise.resolve(),
          request: ({ id, method, params }) => {
            if (method === 'tools/list') return Promise.resolve({ jsonrpc: '2.0', id, result: { tools: [{ name: 'good' }, { name: 'bad' }] } });
            if (method !== 'initialize' && method !== 'ping') heard.push(JSON.stringify(params?.['arguments'] ?? {}));
            return Promise.resolve({ jsonrpc: '2.0', id, result: {} });
          },
        }),
      });
      for (const [at, text, drop] of edits) input.write(`${call.slice(0, at)}${text}${call.slice(at + drop)}\n`);
      input.end();
      await over;
      assert.ok(
        heard.every((args) => allowed.includes(args)),
        JSON.stringify({ heard, allowed }),
      );
    }),
    { numRuns: 1_500 },
  );
});
