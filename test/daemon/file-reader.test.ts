import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openFileReader } from '../../src/daemon/files/file-reader.ts';
import type { FileQuestion } from '../../src/gate/deps.ts';
import { processTimers } from '../../src/gate/timers.ts';
import { handClock } from '../gate/sample-gate.ts';

const named = (name: string, cwd: string): FileQuestion => ({
  kind: 'named',
  named: { names: [{ name, sure: true }], folders: [], omitted: 0 },
  cwd,
});

/** A thread that never answers, as one that waits for a dead disk. */
const silent = (): Worker =>
  new Worker('setInterval(() => {}, 1e6); require("node:worker_threads").parentPort.on("message", () => {})', { eval: true });

test('[ASK-31] a disk that does not answer holds up nobody: the file is not bound, and the next question is answered by another thread', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-reader-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'f'), 'one');
  const hand = handClock();
  const threads = [silent];
  const reader = openFileReader({
    timers: hand,
    startThread: () => (threads.shift() ?? (() => new Worker(new URL('../../src/daemon/files/file-thread.ts', import.meta.url))))(),
  });
  t.after(() => reader.close());
  const first = reader.readFiles(named('f', folder));
  hand.move(5_000);
  assert.deepEqual(await first, [{ name: 'f', unbound: 'too-slow' }]);
  const [second] = await reader.readFiles(named('f', folder));
  assert.equal(second?.bytes, 3);
});

test('[ASK-31] a file whose bytes cannot be compared in time is not taken for unchanged', async (t) => {
  const hand = handClock();
  const reader = openFileReader({ timers: hand, startThread: silent });
  t.after(() => reader.close());
  const asked = reader.readFiles({ kind: 'again', files: [{ name: 'f', path: '/w/f', bytes: 1 }] });
  hand.move(5_000);
  assert.deepEqual(await asked, [{ name: 'f', path: '/w/f', unbound: 'too-slow' }]);
});

test('[ASK-31] a thread that ends, and a reader that is closed, answer what waits', async () => {
  const reader = openFileReader({ timers: processTimers, startThread: () => new Worker('process.exit(1)', { eval: true }) });
  assert.deepEqual(await reader.readFiles(named('f', '/w')), [{ name: 'f', unbound: 'too-slow' }]);
  await reader.close();
  assert.deepEqual(await reader.readFiles(named('f', '/w')), [{ name: 'f', unbound: 'too-slow' }]);
});
