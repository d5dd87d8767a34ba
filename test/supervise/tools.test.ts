import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { containFindings } from '../../src/cli/contain-findings.ts';
import { openAt } from '../../src/supervise/contain/level.ts';
import { findLevel } from '../../src/supervise/contain/levels.ts';
import { toolLine } from '../../src/supervise/contain/tool-line.ts';
import { hasEnded } from '../../src/supervise/watch/tree.ts';
import { Supervisor } from '../../src/supervise/supervisor.ts';
import { carrying, word } from './stage.ts';

const NONE = { why: 'no helper is built for linux-riscv64' };
const TOOLS = ['setpriv', 'unshare', 'setsid', 'mount', 'umount', 'bwrap', 'prlimit'] as const;

/** A folder of programs of these names that do this; without `does`, an empty one. */
function folderOf(context: TestContext, does: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-tools-'));
  context.after(() => rmSync(folder, { recursive: true }));
  if (does !== null) for (const name of TOOLS) writeFileSync(join(folder, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
  return folder;
}

test('[RUN-18] without the helper the tools of this machine are tried, and doctor says what holds and why nothing else does', async () => {
  const { chosen, tried } = await findLevel({ all: true, helper: NONE });
  assert.deepEqual(
    tried.map(({ holder, level, userNamespace }) => [holder, level, userNamespace]),
    [
      ['unshare', 2, false],
      ['unshare', 2, true],
      ['bwrap', 2, false],
    ],
  );
  for (const { works, why } of tried) assert.equal(why === null, works);
  const first = tried.find(({ works }) => works);
  assert.deepEqual([chosen?.holder, chosen?.level, chosen?.userNamespace], [first?.holder, first?.level, first?.userNamespace]);
  const [finding] = await containFindings({}, { helper: NONE });
  assert.equal(finding?.state, first === undefined ? 'warn' : 'ok');
  assert.match(finding?.detail ?? '', first === undefined ? /^level 0 of 3/ : /^level 2 of 3.*, held by (setpriv and unshare|bubblewrap) \(/);
  assert.ok(finding?.detail.includes(NONE.why));
  for (const { why } of tried.slice(0, first === undefined ? 3 : tried.indexOf(first))) assert.ok(finding?.detail.includes(why ?? '?'));
});

test('[RUN-18] tools that are missing, that may not make a namespace, or that make none are not used, and doctor says which', async (context) => {
  for (const [does, why] of [
    [null, /is not installed|are not installed/],
    ['echo "unshare: unshare failed: Operation not permitted" >&2\nexit 1', /^(unshare|bwrap): unshare: unshare failed: Operation not permitted$/],
    ['exit 0', /^(unshare|bwrap): no namespace was made: it ended with 0$/],
    // Runs what comes after `--`, in no namespace at all.
    ['while [ "$1" != -- ]; do shift; done\nshift\nexec "$@"', /^(unshare|bwrap): no namespace was made: it ended with 125$/],
  ] as const) {
    const path = folderOf(context, does);
    const { chosen, tried } = await findLevel({ all: true, helper: NONE, path });
    assert.equal(chosen, null);
    for (const one of tried) assert.match(one.why ?? '', why);
    const [finding] = await containFindings({}, { helper: NONE, path });
    assert.equal(finding?.state, 'warn');
    for (const one of tried) assert.ok(finding?.detail.includes(one.why ?? '?'), finding?.detail);
    assert.match(finding?.next ?? '', /Install Aegis anew: no helper is built for linux-riscv64\. Or install util-linux/);
  }
});

test('[RUN-18] what holds the namespace dies with the process that watches, and root loses its ways out', (context) => {
  const path = folderOf(context, 'exit 0');
  const lineOf = (holder: 'unshare' | 'bwrap', userNamespace: boolean, root: boolean): string => {
    const made = toolLine({ holder, userNamespace, groups: ['/g 1'], processes: 7, command: ['agent', '--flag'] }, path, root);
    assert.ok('line' in made);
    assert.deepEqual(made.line.slice(-4), ['--nproc=7', '--', 'agent', '--flag']);
    assert.ok(made.line.includes('/g 1'));
    return made.line.slice(0, made.line.indexOf('/bin/sh')).join(' ').replaceAll(`${path}/`, '');
  };
  const PLAIN = 'setpriv --pdeathsig KILL';
  const BWRAP = 'bwrap --die-with-parent --unshare-pid --as-pid-1 --dev-bind / / --proc /proc';
  assert.equal(
    lineOf('unshare', false, true),
    `${PLAIN} --bounding-set=-sys_module,-sys_rawio,-sys_boot unshare --pid --fork --kill-child=KILL --mount --`,
  );
  assert.equal(lineOf('unshare', true, false), `${PLAIN} unshare --pid --fork --kill-child=KILL --user --map-current-user --mount-proc --`);
  assert.equal(lineOf('bwrap', false, false), `${BWRAP} --`);
  const drops = ['sys_module', 'sys_rawio', 'sys_boot', 'sys_admin'].map((name) => `--cap-drop cap_${name}`).join(' ');
  assert.equal(lineOf('bwrap', false, true), `${BWRAP} ${drops} --`);
});

test('[RUN-12] whatever holds it, the command has the priority of everybody', async (context) => {
  const folder = folderOf(context, null);
  const found = await findLevel();
  const ways = [found, await findLevel({ helper: NONE }), { ...found, chosen: null }];
  for (const [at, way] of ways.entries()) {
    const file = join(folder, String(at));
    const script = 'import os, sys\nopen(sys.argv[1], "w").write(str(os.getpriority(os.PRIO_PROCESS, 0)))';
    const run = new Supervisor({ command: 'python3', args: ['-c', script, file], stdio: ['ignore', 'ignore', 'ignore'] });
    await run.start(Promise.resolve(way));
    assert.equal((await run.done).code, 0);
    assert.match(readFileSync(file, 'utf8'), /^\d+$/, 'it is not below zero');
  }
});

test('[RUN-6] a process has ended only where the system says so: what cannot be read lives', (context) => {
  const proc = folderOf(context, null);
  const stat = (state: string): string => `7 (a) b) ${state} 1 ${'0 '.repeat(17)}42 0 0`;
  for (const [pid, text] of [
    [1, stat('S')],
    [2, stat('Z')],
    [3, stat('D')],
  ] as const) {
    mkdirSync(join(proc, String(pid)));
    writeFileSync(join(proc, String(pid), 'stat'), text);
  }
  writeFileSync(join(proc, '4'), 'no folder');
  const ended = (pid: number, start = '42'): boolean => hasEnded({ pid, start, parent: 1, command: 'a', bytes: 0 }, proc);
  assert.deepEqual([ended(1), ended(2), ended(3), ended(4), ended(5)], [false, true, false, false, true]);
  assert.equal(ended(1, '41'), true, 'the number is another process now');
});

test('[RUN-18] a run held by tools is tripped, killed and certified with what tools leave open; or it is held by nothing, and says so', async () => {
  const found = await findLevel({ helper: NONE });
  const mark = word();
  const script = 'import os, time\nif os.fork() == 0: os.setsid()\ntime.sleep(100000)';
  const run = new Supervisor({
    ...{ command: 'python3', args: ['-c', script, mark], stdio: ['ignore', 'ignore', 'ignore'] as const },
    limits: { maxTokensPerMinute: 1, maxProcesses: 500 },
  });
  assert.equal(await run.start(Promise.resolve(found)), found.chosen?.level ?? 0);
  run.reportTokens(2);
  const { trip, verdict, holder } = await run.done;
  assert.equal(trip?.code, 'TOKEN_BURN_RATE_EXCEEDED');
  assert.equal(holder, found.chosen?.holder ?? null);
  assert.deepEqual(
    [verdict?.level, verdict?.empty, verdict?.alive, verdict?.by],
    holder === null ? [0, false, 0, 'descendants in /proc'] : [2, true, 0, `pid-namespace of ${holder}`],
  );
  // Level 0 promises nothing of what starts while it looks.
  if (holder !== null) assert.deepEqual(carrying(mark), []);
  assert.match(openAt(2, 'unshare'), /; a watching process that is stopped and not killed is not noticed/);
  assert.doesNotMatch(openAt(2, 'helper'), /not noticed/);
});
