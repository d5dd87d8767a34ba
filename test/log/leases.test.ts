import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { holdStore } from '../../src/daemon/hold-store.ts';
import { AegisError } from '../../src/errors.ts';
import { holdersIn, takeLease } from '../../src/log/sqlite/leases.ts';
import type { Holder } from '../../src/log/sqlite/leases.ts';
import { openLog, writeAhead } from '../../src/log/sqlite/schema.ts';
import { testFolder } from './folder.ts';

const LEASES = new URL('../../src/log/sqlite/leases.ts', import.meta.url).href;
const HERE = { network: false };

/** Takes a lease in a process of its own, which then waits to be killed. */
async function other(t: TestContext, place: string): Promise<() => Promise<void>> {
  const code = `import { takeLease } from ${JSON.stringify(LEASES)};
    const lease = takeLease(${JSON.stringify(place)}, { pid: process.pid, host: 'here', since: 1 }, { network: false });
    lease.listens('http://127.0.0.1:1'); console.log('taken'); setInterval(() => lease, 1e9);`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await closed;
  };
}

const pids = (found: readonly Holder[]): readonly number[] => found.map(({ pid }) => pid);

test('[GATE-27] a lease is seen by the others while its process lives, and is gone however that ends', async (t) => {
  const place = join(testFolder(), 'daemons');
  const mine = takeLease(place, { pid: 1, host: 'here', since: 0 }, HERE);
  assert.deepEqual(mine.others(), []);
  const kill = await other(t, place);
  assert.deepEqual(
    mine.others().map(({ url, since }) => [url, since]),
    [['http://127.0.0.1:1', 1]],
  );
  assert.equal(holdersIn(place, 'here', HERE).length, 2);
  await kill();
  assert.deepEqual(mine.others(), []);
  assert.deepEqual(pids(holdersIn(place, 'here', HERE)), [1]);
  mine.end();
  assert.deepEqual(holdersIn(place, 'here', HERE), []);
  assert.deepEqual(readdirSync(place), []);
});

test('[GATE-27] a lease whose process id was given to another process is nobody’s, and what is no lease is left alone', () => {
  const place = join(testFolder(), 'daemons');
  mkdirSync(place);
  const dead = `${String(process.ppid)}-0123456789ab`;
  writeFileSync(join(place, `${dead}.json`), JSON.stringify({ pid: process.ppid, host: 'here', since: 1, url: null }));
  writeFileSync(join(place, `${dead}.lock`), '');
  writeFileSync(join(place, 'notes.json'), '{}');
  writeFileSync(join(place, '12-0123456789ab.json'), '{"pid": tor');
  assert.deepEqual(holdersIn(place, 'here', HERE), []);
  assert.deepEqual(readdirSync(place), ['notes.json']);
});

test('[GATE-28] on another machine’s disk one daemon holds the store, and whoever comes second is told which, also from another machine', async () => {
  const data = testFolder();
  const refused = (holder: RegExp) => (error: unknown) => error instanceof AegisError && error.code === 'STORE_HELD' && holder.test(error.message);
  const first = await holdStore(data, true);
  await assert.rejects(holdStore(data, true), refused(new RegExp(`process ${String(process.pid)}`)));
  await first.store.close();
  first.lease.end();
  writeFileSync(join(data, 'daemons', '77-0123456789ab.json'), JSON.stringify({ pid: 77, host: 'elsewhere', since: 1, url: null }));
  await assert.rejects(holdStore(data, true), refused(/process 77 on elsewhere/));
  const local = await holdStore(data, false);
  await local.store.close();
  local.lease.end();
});

test('[GATE-28] a disk without shared memory is refused, not written in another mode', () => {
  const path = join(testFolder(), 'log.sqlite');
  const without = new DatabaseSync(`file:${path}?vfs=unix-dotfile`);
  assert.throws(() => writeAhead(without), /no shared memory/);
  without.close();
  openLog(path).close();
});
