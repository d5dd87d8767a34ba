import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { makeGroups, removeGroups } from '../../src/supervise/contain/cgroups.ts';
import { contain } from '../../src/supervise/contain/contain.ts';
import { inProcessGroup } from '../../src/supervise/contain/process-group.ts';
import { program } from './stage.ts';

const GROUPS = { unified: '/u', why: null, others: ['/a', '/b'], holds: [] } as const;

/** Removes as a system that answers each path with these codes in turn, and with success once they are used up. */
function removing(answers: Readonly<Record<string, readonly string[]>>) {
  const tried: string[] = [];
  let pauses = 0;
  const remove = (path: string): void => {
    const before = tried.filter((one) => one === path).length;
    tried.push(path);
    const code = answers[path]?.[before];
    if (code !== undefined) throw Object.assign(new Error(code), { code });
  };
  return { tried, pauses: () => pauses, removal: { remove, pause: () => Promise.resolve((pauses += 1)) } };
}

test('[RUN-19] a group that is still busy is tried again, and one that is gone or not ours is not', async () => {
  const seen = removing({ '/a': ['EBUSY', 'ENOTEMPTY', 'EBUSY'], '/b': ['ENOENT', 'ENOENT'], '/u': ['EACCES', 'EACCES'] });
  await removeGroups(GROUPS, seen.removal);
  assert.deepEqual(seen.tried, ['/a', '/a', '/a', '/a', '/b', '/u']);
  assert.equal(seen.pauses(), 3);
});

test('[RUN-19] a group that stays busy is left after fifty tries, and the next one is still removed', async () => {
  const seen = removing({ '/a': Array.from({ length: 200 }, () => 'EBUSY') });
  await removeGroups(GROUPS, seen.removal);
  assert.deepEqual([seen.tried.filter((path) => path === '/a').length, seen.pauses()], [50, 49]);
  assert.deepEqual(seen.tried.slice(-2), ['/b', '/u']);
  await removeGroups({ unified: null, why: 'none', others: [], holds: [] }, seen.removal);
  assert.equal(seen.tried.length, 52);
});

test('[RUN-10] below level 3 a command is in every group that was made for its limits', async () => {
  const groups = makeGroups(`aegis-test-${randomBytes(6).toString('hex')}`, { processes: 5000, memoryBytes: 2 ** 33 });
  const made = [groups.unified, ...groups.others].flatMap((path) => (path === null ? [] : [basename(path)]));
  const terms = { program, level: 1 as const, userNamespace: false, groups, command: ['cat', '/proc/self/cgroup'] as const, env: process.env };
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const run = contain({ ...terms, stdio, terminal: false, silentMs: 0, graceMs: 100, verifyMs: 5000 }, () => undefined);
  assert.ok(run.stdio.stdout !== null);
  const [said] = await Promise.all([text(run.stdio.stdout), run.done]);
  assert.equal(said.split('\n').filter((line) => made.some((name) => line.endsWith(`/${name}`))).length, made.length, said);
});

test('[RUN-19] no folder of a group is left, whether the command ran, was not there, or was held by nothing', async () => {
  for (const command of [['true'], ['/nonexistent/agent']] as const)
    for (const start of [contain, inProcessGroup]) {
      // The helper is not told of the group of version 2 here, and a process group of no group at all: nobody else removes them.
      const groups = makeGroups(`aegis-test-${randomBytes(6).toString('hex')}`, { processes: 5000, memoryBytes: 2 ** 33 });
      const terms = { program, level: 1 as const, userNamespace: false, groups, command, env: process.env, terminal: false };
      await start({ ...terms, stdio: ['ignore', 'ignore', 'ignore'], silentMs: 0, graceMs: 100, verifyMs: 5000 }, () => undefined).done;
      for (const path of [groups.unified, ...groups.others]) assert.equal(path !== null && existsSync(path), false, path ?? '');
    }
});
