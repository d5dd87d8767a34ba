import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { findLevel } from '../../src/supervise/contain/levels.ts';
import { ESCAPES, scriptOf } from './escapes.ts';
import { carrying, closed, program, staged, word } from './stage.ts';
import type { Way } from './stage.ts';

const found = await findLevel({ all: true });
const withoutHelper = await findLevel({ all: true, helper: { why: 'it is not used here' } });
/** The ways that work on this machine; the others are tested as the honest answer in levels.test.ts and tools.test.ts. */
const WAYS = [...found.tried, ...withoutHelper.tried].filter(({ works }) => works) as readonly (Required<Way> & { works: boolean })[];
const nameOf = ({ holder, level, userNamespace }: Required<Way>): string =>
  `level ${String(level)}${holder === 'helper' ? '' : ` by ${holder}`}${userNamespace ? ' with a namespace of users' : ''}`;

test('[RUN-1] the level without namespaces works on every Linux with the helper', () => {
  assert.ok('path' in found.helper, JSON.stringify(found.helper));
  assert.ok(
    WAYS.some(({ level }) => level === 1),
    JSON.stringify(found.tried),
  );
});

for (const way of WAYS) {
  for (const escape of Object.keys(ESCAPES) as (keyof typeof ESCAPES)[]) {
    test(`[RUN-2] ${nameOf(way)}: nothing is left of ${escape}`, async () => {
      const mark = word();
      const stage = staged(way, ['python3', '-c', scriptOf(escape), mark, String(way.level)]);
      await stage.lines(1);
      stage.run.kill();
      const end = await stage.end();
      assert.ok(end?.event === 'ended', JSON.stringify(stage.events));
      assert.deepEqual(
        { cause: end.cause, level: end.level, empty: end.empty, alive: end.alive },
        { cause: 'kill', level: way.level, empty: true, alive: 0 },
      );
      assert.deepEqual(carrying(mark), []);
      assert.ok(end.us > 0);
    });
  }

  test(`[RUN-2] ${nameOf(way)}: what a command leaves behind ends with it, and its exit code is kept`, async () => {
    const mark = word();
    const child = `import os, sys\nos.setsid()\nos.write(1, b'up\\n')\nos.execvp('python3', ['python3', '-c', 'import time; time.sleep(100000)', '${mark}'])`;
    const agent = `import subprocess, sys\none = subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdout=subprocess.PIPE)\none.stdout.readline()\nsys.exit(37)`;
    const stage = staged(way, ['python3', '-c', agent, child], { graceMs: 200 });
    const end = await stage.end();
    assert.deepEqual(
      stage.events.find(({ event }) => event === 'exited'),
      { event: 'exited', code: 37 },
    );
    assert.ok(end?.event === 'ended' && end.empty && end.cause === 'exit', JSON.stringify(stage.events));
    assert.deepEqual(carrying(mark), []);
  });

  test(`[RUN-3] ${nameOf(way)}: a signal reaches the command and its group, and the one that ended it is told`, async () => {
    const stage = staged(way, [
      'python3',
      '-c',
      'import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [10])\nprint("up", flush=True)\nsignal.sigwait([10])\nprint("usr1", flush=True)\ntime.sleep(100000)',
    ]);
    await stage.lines(1);
    stage.run.signal(10);
    assert.deepEqual(await stage.lines(2), ['up', 'usr1']);
    stage.run.signal(15);
    await stage.end();
    assert.deepEqual(
      stage.events.find(({ event }) => event === 'exited'),
      // A shell stands between, and says it as shells do.
      way.holder === 'helper' ? { event: 'exited', signal: 15 } : { event: 'exited', code: 143 },
    );
  });

  test(`[RUN-3] ${nameOf(way)}: a command that is not there, or cannot be run, says which`, async () => {
    for (const [command, errno] of [
      ['/nonexistent/agent', 2],
      ['/etc', 13],
    ] as const) {
      const stage = staged(way, [command]);
      const end = await stage.end();
      assert.ok(end?.event === 'failed' && end.step === 'exec' && end.errno === errno, JSON.stringify(stage.events));
    }
  });

  test(`[RUN-4] ${nameOf(way)}: the command holds no descriptor of Aegis but 0, 1 and 2`, async () => {
    const look = 'import os\nfor fd in range(3, 256):\n  try: os.fstat(fd); print(fd)\n  except OSError: pass\nprint("done", flush=True)';
    const stage = staged(way, ['python3', '-c', look]);
    await stage.end();
    // Whatever started these tests may have left descriptors open: the helper closes those too, tools do not.
    const plain = spawnSync('python3', ['-c', look], { encoding: 'utf8' }).stdout.trim().split('\n');
    const expected = way.holder === 'helper' ? ['done'] : plain;
    assert.deepEqual(await stage.lines(expected.length), expected);
  });

  // Tools do not notice a silence: docs/limits.md says so.
  if (way.holder === 'helper')
    test(`[RUN-5] ${nameOf(way)}: nobody tells the helper anything for its time, and the tree is dead`, async () => {
      const mark = word();
      const stage = staged(way, ['python3', '-c', scriptOf('a process in a session of its own'), mark, '1'], { silentMs: 400 });
      const end = await stage.end();
      assert.ok(end?.event === 'ended' && end.cause === 'silent' && end.empty, JSON.stringify(stage.events));
      assert.deepEqual(carrying(mark), []);
    });

  test(`[RUN-5] ${nameOf(way)}: whoever supervises is killed, and the tree goes with it`, async () => {
    const mark = word();
    const starter = `
      const { staged } = await import(${JSON.stringify(new URL('stage.ts', import.meta.url).href)});
      const stage = staged(${JSON.stringify({ holder: way.holder, level: way.level, userNamespace: way.userNamespace })}, ['python3', '-c', ${JSON.stringify(scriptOf('a process in a session of its own'))}, ${JSON.stringify(mark)}, '1']);
      await stage.lines(1);
      const first = stage.events.find(({ event }) => event === 'started').first;
      console.log(${way.holder === 'helper' ? 'stage.run.pid' : 'first'});`;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', starter], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    assert.match(line, /^\d+$/);
    const watching = Number(line);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await gone(watching);
    assert.deepEqual(carrying(mark), []);
  });

  if (way.level > 1)
    test(`[RUN-5] ${nameOf(way)}: the helper itself is killed, and the kernel ends the tree`, async () => {
      const mark = word();
      const stage = staged(way, ['python3', '-c', scriptOf('a double fork whose parent is gone, all descriptors closed but one'), mark, '1']);
      await stage.lines(1);
      const first = stage.events.find((one) => one.event === 'started');
      assert.ok(first?.event === 'started' && stage.run.pid !== undefined);
      process.kill(stage.run.pid, 'SIGKILL');
      await closed(stage.run.stdio.stdout);
      await gone(first.first);
      assert.deepEqual(carrying(mark), []);
      await stage.end();
    });
}

/** Until the system says that there is no such process, or only its number is left for its parent to read. Asserts no time. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      if (/\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('[RUN-6] a process that cannot be killed is reported as alive, by its number', { timeout: 60_000 }, async () => {
  // Without CAP_KILL, root may not signal a process of another user.
  const folder = mkdtempSync(join(tmpdir(), 'aegis-contain-'));
  chmodSync(folder, 0o755);
  copyFileSync(program, join(folder, 'aegis-contain'));
  writeFileSync(join(folder, 'weak'), `#!/bin/sh\nexec setpriv --inh-caps=-kill --bounding-set=-kill ${join(folder, 'aegis-contain')} "$@"\n`, {
    mode: 0o755,
  });
  const mark = word();
  const agent = `import os, time\nos.setuid(65534)\nprint(os.getpid(), flush=True)\nos.execvp('python3', ['python3', '-c', 'import time; print("up", flush=True); time.sleep(100000)', '${mark}'])`;
  const stage = staged({ level: 1, userNamespace: false }, ['python3', '-c', agent], { program: join(folder, 'weak'), verifyMs: 300 });
  const [pid] = await stage.lines(2);
  stage.run.kill();
  const end = await stage.end();
  assert.ok(end?.event === 'ended', JSON.stringify(stage.events));
  assert.deepEqual({ empty: end.empty, alive: end.alive, survivors: end.survivors }, { empty: false, alive: 1, survivors: [Number(pid)] });
  assert.deepEqual(carrying(mark), [Number(pid)]);
  process.kill(Number(pid), 'SIGKILL');
  rmSync(folder, { recursive: true });
});
