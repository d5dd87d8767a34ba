import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { containFindings } from '../../src/cli/contain-findings.ts';
import { hierarchy } from '../../src/supervise/contain/cgroups.ts';
import { contain } from '../../src/supervise/contain/contain.ts';
import { findLevel } from '../../src/supervise/contain/levels.ts';
import { DIGESTS, prebuilt } from '../../src/supervise/contain/prebuilt.ts';
import { remedyFor } from '../../src/supervise/contain/remedy.ts';
import type { MachineFacts } from '../../src/supervise/contain/remedy.ts';
import type { ContainEvent } from '../../src/supervise/contain/verdict.ts';
import { eventIn } from '../../src/supervise/contain/verdict.ts';
import { waysAround } from '../../src/supervise/contain/ways-around.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('[RUN-1] every level was tried just now, the firmest that works is chosen, and doctor says what failed', async () => {
  const { chosen, tried } = await findLevel({ all: true });
  assert.deepEqual(
    tried.map(({ level, userNamespace }) => [level, userNamespace]),
    [
      [3, false],
      [3, true],
      [2, false],
      [2, true],
      [1, false],
    ],
  );
  for (const { works, why } of tried) assert.equal(why === null, works);
  assert.equal(chosen?.level, tried.find(({ works }) => works)?.level);
  const [finding] = await containFindings({});
  assert.match(finding?.detail ?? '', new RegExp(`^level ${String(chosen?.level)} of 3, tried just now: `));
  assert.equal(finding?.state, (chosen?.level ?? 0) >= 2 ? 'ok' : 'warn');
  for (const { works, why, level } of tried) if (!works && level > (chosen?.level ?? 0)) assert.ok(finding?.detail.includes(why ?? '?'));
});

test('[RUN-1] without a helper no level of the helper is tried', async () => {
  const { tried, helper } = await findLevel({ helper: { why: 'no helper is built for plan9-mips' } });
  assert.deepEqual(helper, { why: 'no helper is built for plan9-mips' });
  assert.ok(tried.every(({ holder }) => holder !== 'helper'));
  assert.deepEqual(prebuilt('plan9-mips'), { why: 'no helper is built for plan9-mips' });
});

test('[RUN-7] a helper that is not byte for byte the one of this version is not used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-prebuilt-'));
  mkdirSync(join(folder, 'linux-x64'));
  writeFileSync(join(folder, 'linux-x64', 'aegis-contain'), '#!/bin/sh\n', { mode: 0o755 });
  const changed = prebuilt('linux-x64', pathToFileURL(`${folder}/`));
  assert.match('why' in changed ? changed.why : '', /is not the helper of this version: its SHA-256 is [0-9a-f]{64}$/);
  const missing = prebuilt('linux-arm64', pathToFileURL(`${folder}/`));
  assert.match('why' in missing ? missing.why : '', /cannot be run \(ENOENT\)$/);
  rmSync(folder, { recursive: true });
  for (const [target, digest] of Object.entries(DIGESTS))
    assert.equal(
      createHash('sha256')
        .update(readFileSync(join(ROOT, 'native/prebuilt', target, 'aegis-contain')))
        .digest('hex'),
      digest,
      target,
    );
});

/** What a helper does, as far as a program can see it. */
async function behaviour(program: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const command of [['true'], ['sh', '-c', 'exit 9'], ['sh', '-c', 'kill -9 $$'], ['/nonexistent']] as const) {
    const events: ContainEvent[] = [];
    const groups = { unified: null, why: null, others: [], holds: [] };
    const terms = { program, level: 1 as const, userNamespace: false, groups, command, env: process.env, terminal: false };
    await contain({ ...terms, stdio: ['ignore', 'ignore', 'ignore'], silentMs: 0, graceMs: 100, verifyMs: 5000 }, (event) => events.push(event)).done;
    seen.push(events.map((event) => ({ ...event, us: 0, first: 0 })));
  }
  seen.push(spawnSync(program, ['--level', '9', '--', 'true'], { encoding: 'utf8' }).stderr);
  return seen;
}

test('[RUN-7] the prebuilt helper does what one built here from the sources does, where a compiler is', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-built-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const built = spawnSync('sh', [join(ROOT, 'native/contain/build.sh'), folder, 'cc'], { encoding: 'utf8' });
  const here = prebuilt();
  assert.ok('path' in here);
  // Where there is no compiler the committed one is compared with itself: its behaviour is pinned below all the same.
  const other = built.status === 0 ? join(folder, 'aegis-contain') : here.path;
  assert.equal(built.stderr.includes('warning'), false, built.stderr);
  const [ours, theirs] = [await behaviour(here.path), await behaviour(other)];
  assert.deepEqual(ours, theirs);
  assert.deepEqual(
    (ours as readonly (readonly ContainEvent[])[]).slice(0, 4).map((events) => events.find(({ event }) => event === 'exited' || event === 'failed')),
    [
      { event: 'exited', code: 0, us: 0, first: 0 },
      { event: 'exited', code: 9, us: 0, first: 0 },
      { event: 'exited', signal: 9, us: 0, first: 0 },
      { event: 'failed', step: 'exec', errno: 2, message: 'No such file or directory', us: 0, first: 0 },
    ],
  );
});

test('[RUN-1] the control group is found through the mounts: version 2 alone, hybrid below version 1, version 1 alone', () => {
  const V2 = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0';
  const HYBRID =
    'tmpfs /sys/fs/cgroup tmpfs ro 0 0\ncgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0\ncgroup2 /sys/fs/cgroup/un\\040ified cgroup2 rw 0 0';
  const V1 = 'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0';
  assert.deepEqual(hierarchy(null, V2, '0::/user.slice/a\n'), { mount: '/sys/fs/cgroup', own: '/user.slice/a' });
  assert.deepEqual(hierarchy(null, HYBRID, '5:pids:/x\n0::/\n'), { mount: '/sys/fs/cgroup/un ified', own: '/' });
  assert.deepEqual(hierarchy('pids', HYBRID, '5:pids:/x:y\n0::/\n'), { mount: '/sys/fs/cgroup/pids', own: '/x:y' });
  assert.deepEqual(hierarchy('cpuacct', V1, '3:cpu,cpuacct:/a\n'), { mount: '/sys/fs/cgroup/cpu,cpuacct', own: '/a' });
  assert.equal(hierarchy(null, V1, '3:cpu,cpuacct:/a\n'), null);
  assert.equal(hierarchy('memory', V2, '0::/\n'), null);
});

const MACHINE: MachineFacts = {
  platform: 'linux',
  root: false,
  appArmorRestricts: false,
  cloneForbidden: false,
  noUserNamespaces: false,
  inContainer: false,
};
const ONE = { chosen: { holder: 'helper', program: 'x', level: 1, userNamespace: false }, tried: [], helper: { path: 'x' } } as const;

test('[RUN-1] doctor names the remedy for what the machine says of itself', () => {
  assert.equal(remedyFor({ ...ONE, chosen: { ...ONE.chosen, level: 2 } }, MACHINE), null);
  assert.match(remedyFor(ONE, { ...MACHINE, appArmorRestricts: true }) ?? '', /apparmor_restrict_unprivileged_userns=0/);
  assert.doesNotMatch(remedyFor(ONE, { ...MACHINE, appArmorRestricts: true, root: true }) ?? '', /apparmor/);
  assert.match(remedyFor(ONE, { ...MACHINE, cloneForbidden: true }) ?? '', /unprivileged_userns_clone=1/);
  assert.match(remedyFor(ONE, { ...MACHINE, noUserNamespaces: true }) ?? '', /max_user_namespaces/);
  assert.match(remedyFor(ONE, { ...MACHINE, inContainer: true }) ?? '', /--security-opt/);
  assert.match(remedyFor(ONE, { ...MACHINE, platform: 'darwin' }) ?? '', /^Run the agent on Linux/);
  assert.match(remedyFor({ chosen: null, tried: [], helper: { why: 'it is another one' } }, MACHINE) ?? '', /it is another one/);
  assert.match(remedyFor(ONE, MACHINE) ?? '', /as root/);
});

test('[RUN-8] doctor says in advance which services an agent could have processes started by', () => {
  const at = (...paths: readonly string[]) =>
    waysAround(
      { XDG_RUNTIME_DIR: '/run/user/7' },
      (path) => paths.includes(String(path)),
      (path) => paths.includes(String(path)),
    );
  assert.deepEqual(at(), []);
  assert.deepEqual(at('/var/run/docker.sock'), ['a container engine (/var/run/docker.sock)']);
  assert.deepEqual(at('/run/user/7/bus'), ['systemd of this user (/run/user/7/bus)']);
  assert.deepEqual(at('/etc/cron.d'), [], 'nobody reads it while no cron runs');
  assert.deepEqual(at('/etc/cron.d', '/run/crond.pid'), ['cron (/etc/cron.d)']);
});

test('[RUN-2] a line that is no event of the helper is none', () => {
  for (const line of ['', 'x', '[]', '{}', '{"event":"freed"}', '{"event":1}']) assert.equal(eventIn(line), null, line);
  assert.equal((eventIn('{"event":"ended","empty":"yes","cause":"exit","level":3}') as { empty: boolean }).empty, false);
  assert.equal((eventIn('{"event":"ended","empty":true,"cause":"so","level":7,"killed":-1}') as { cause: string }).cause, 'fault');
});
