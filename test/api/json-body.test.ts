import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { readJson } from '../../src/http/json-body.ts';
import { AegisError } from '../../src/errors.ts';

const MOST = 1_048_576;

function read(limit = MOST, length?: number): { payload: EventEmitter; said: Promise<unknown> } {
  const headers = length === undefined ? {} : { 'content-length': String(length) };
  const payload = Object.assign(new EventEmitter(), { headers });
  const said = new Promise((resolve) =>
    readJson(limit)({ headers, routeOptions: {} }, payload as unknown as IncomingMessage, (error, body) => resolve(error ?? body)),
  );
  return { payload, said };
}

test('[DOOR-3] a body that comes byte by byte costs the memory of its bytes, not of its pieces', async () => {
  const { payload, said } = read();
  const text = Buffer.from(JSON.stringify({ text: 'x'.repeat(900_000) }));
  // One piece, used again and again as a socket's buffer is: whoever keeps it instead of its bytes reads nonsense.
  const piece = Buffer.alloc(1);
  const before = process.memoryUsage();
  for (const byte of text) {
    piece[0] = byte;
    payload.emit('data', piece);
  }
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers - before.arrayBuffers < 16 * MOST, 'it kept more than a few times what came');
  payload.emit('end');
  assert.deepEqual(await said, { text: 'x'.repeat(900_000) });
});

test('[DOOR-3] more than the limit is refused before it is kept, said or dripped, and nothing is heard afterwards', async () => {
  const told = await read(10, 11).said;
  assert.ok(told instanceof AegisError && told.code === 'BODY_TOO_LARGE');
  const { payload, said } = read(10);
  for (let at = 0; at < 20; at++) payload.emit('data', Buffer.from('1'));
  payload.emit('end');
  const dripped = await said;
  assert.ok(dripped instanceof AegisError && dripped.code === 'BODY_TOO_LARGE');
  assert.deepEqual(payload.eventNames(), []);
});

test('[DOOR-3] no body is undefined, half a body is an error of its own', async () => {
  const none = read();
  none.payload.emit('end');
  assert.equal(await none.said, undefined);
  const half = read();
  half.payload.emit('data', Buffer.from('{"a":'));
  half.payload.emit('error', new Error('aborted'));
  assert.match(String(await half.said), /aborted/);
});
