import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fenceIsCurrent, locksToEvict, MAX_LOCKS } from '../../src/kernel/locks.ts';
import { canonicalResource } from '../../src/kernel/resource-id.ts';
import { codes, driver } from './driver.ts';
import { action, draft, policy, REGISTERED, world } from './samples.ts';

const claim = (resource: string, ttlMs = 30_000, slots = 1): object => ({ resource: { resource, slots, ttlMs } });
const crowd = world(
  ['a2', 'a3'].flatMap((agent, i) => [
    draft('agent-registered', { ...REGISTERED, maxPriority: 9 - i }, { agent }),
    draft('session-opened', { salt: 's' }, { agent, session: `s${String(i + 2)}` }),
  ]),
);
const two = { agent: 'a2', session: 's2' };
const three = { agent: 'a3', session: 's3' };

test('[LOCK-1] the fence is the index of the granting entry and only grows', () => {
  const drive = driver(crowd, policy());
  const before = drive.now.size;
  const first = drive.act(claim('wallet:x'));
  assert.equal(first.effect === 'allow' && first.fence, before);
  drive.settle('x1');
  const second = drive.act({ ...two, ...claim('wallet:x') });
  assert.ok(second.effect === 'allow' && first.effect === 'allow' && (second.fence ?? 0) > (first.fence ?? 0));
  assert.equal(fenceIsCurrent(drive.now, { resource: 'wallet:x', fence: first.fence ?? -1, at: drive.at }), false);
});

test('[LOCK-2] a lock ends with its time, and the old fence is stale', () => {
  const drive = driver(crowd, policy());
  const first = drive.act(claim('file:/a', 1_000));
  assert.equal(drive.act({ ...two, ...claim('file:/a') }).effect, 'defer');
  drive.at += 1_000;
  assert.equal(drive.act({ ...two, ...claim('file:/a') }).effect, 'allow');
  assert.ok(first.effect === 'allow');
  assert.equal(fenceIsCurrent(drive.now, { resource: '/a', fence: first.fence ?? -1, at: drive.at }), false);
});

test('[LOCK-3] every spelling of one thing is one lock', () => {
  const alike = [
    ['./a', 'a', 'x/../a', 'file:a', 'a/', 'x//../a'],
    ['/data/a', 'file:///data/a', 'file://localhost/data/./a', '/data//a/', 'FILE:/data/b/../a', '/data/%61'],
    ['https://git.example/o/repo', 'https://git.example:443/o/repo.git', 'HTTPS://user@Git.Example./o/./repo/', 'https://git.example/o/repo#readme'],
    ['wallet:0xABC', 'WALLET:0xabc'],
    ['ssh://h.example/x', 'ssh://h.example:22/x', 'ssh://git@h.example:022/x'],
  ];
  for (const names of alike) assert.equal(new Set(names.map(canonicalResource)).size, 1, names.join(' '));
  assert.equal(new Set(alike.map(([name]) => canonicalResource(name ?? ''))).size, alike.length);
  for (const name of alike.flat()) assert.equal(canonicalResource(canonicalResource(name)), canonicalResource(name), name);
  const drive = driver(crowd, policy());
  drive.act(claim('./a', 30_000, 2));
  assert.deepEqual(codes(drive.act({ ...two, ...claim('x/../a', 30_000, 3) })), ['INVALID_ACTION']);
});

test('[LOCK-4] slots are counted and the queue is fair', () => {
  const drive = driver(crowd, policy());
  assert.equal(drive.act(claim('wallet:x', 5_000)).effect, 'allow');
  const waits = drive.act({ ...two, ...claim('wallet:x') });
  assert.ok(waits.effect === 'defer' && waits.defer.retryAfterMs > 0);
  drive.at += 1_000;
  drive.settle('x1');
  assert.deepEqual(codes(drive.act({ ...three, ...claim('wallet:x') })), ['LOCK_HELD'], 'the second came first');
  assert.equal(drive.act({ ...two, ...claim('wallet:x') }).effect, 'allow');
  const pool = driver(crowd, policy());
  assert.deepEqual(
    [{}, two, three].map((who) => pool.act({ ...who, ...claim('api:pool', 9_000, 2) }).effect),
    ['allow', 'allow', 'defer'],
  );
});

test('[LOCK-4] who stops asking loses its place', () => {
  const drive = driver(crowd, policy());
  drive.act(claim('wallet:x', 5_000));
  drive.act({ ...two, ...claim('wallet:x') });
  drive.at += 10_000;
  assert.equal(drive.act({ ...three, ...claim('wallet:x') }).effect, 'allow');
});

test('[LOCK-5] whoever closes a circle of waiting is denied', () => {
  const drive = driver(crowd, policy());
  drive.act(claim('wallet:x'));
  drive.act({ ...two, ...claim('wallet:y') });
  assert.deepEqual(codes(drive.act(claim('wallet:y'))), ['LOCK_HELD']);
  const closes = drive.act({ ...two, ...claim('wallet:x') });
  assert.equal(closes.effect, 'deny');
  assert.deepEqual(codes(closes), ['LOCK_HELD', 'LOCK_DEADLOCK']);
});

test('[LOCK-6] one agent cannot hoard', () => {
  const drive = driver(crowd, policy());
  for (let i = 0; i < MAX_LOCKS; i++) assert.equal(drive.act(claim(`wallet:${String(i)}`)).effect, 'allow');
  assert.equal(drive.act(claim('wallet:last')).effect, 'deny');
  drive.settle('x1');
  assert.equal(drive.act(claim('wallet:last')).effect, 'allow');
});

test('[LOCK-7] a higher priority may evict, a claimed one above the registered one may not', () => {
  const drive = driver(crowd, policy());
  drive.act({ ...three, claims: { priority: 3 }, ...claim('wallet:x') });
  const ask = action({ ...two, id: 'y', claims: { priority: 8 }, at: drive.at, ...claim('wallet:x') });
  assert.deepEqual(
    locksToEvict(ask, drive.now).map(({ reason }) => reason),
    ['preempted'],
  );
  assert.deepEqual(locksToEvict(action({ ...two, id: 'y', claims: { priority: 3 }, at: drive.at, ...claim('wallet:x') }), drive.now), []);
  for (const eviction of locksToEvict(ask, drive.now)) drive.append(draft('lock-evicted', eviction));
  assert.equal(drive.act({ ...two, claims: { priority: 8 }, ...claim('wallet:x') }).effect, 'allow');
  const greedy = driver(crowd, policy());
  greedy.act({ agent: 'a2', session: 's2', claims: { priority: 9 }, ...claim('wallet:x') });
  assert.deepEqual(locksToEvict(action({ ...three, claims: { priority: 10 }, at: greedy.at, ...claim('wallet:x') }), greedy.now), []);
});
