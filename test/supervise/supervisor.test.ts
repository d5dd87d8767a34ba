import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { findLevel } from '../../src/supervise/contain/levels.ts';
import { Supervisor } from '../../src/supervise/supervisor.ts';
import type { SupervisorTerms } from '../../src/supervise/supervisor.ts';
import type { Trip } from '../../src/supervise/trip.ts';
import { processIn } from '../../src/supervise/watch/tree.ts';
import { stateOf } from '../../src/supervise/watch/record.ts';
import type { RunEnd } from '../../src/supervise/watch/messages.ts';
import { carrying, word } from './stage.ts';

const QUIET = ['ignore', 'ignore', 'ignore'] as const;
const STAY = 'import time\ntime.sleep(100000)';

/** Says something to the run's socket and prints nothing; then stays. */
const reporting = (...lines: readonly string[]): string => `
import json, os, socket, sys, time
link = socket.socket(socket.AF_UNIX)
link.connect(os.environ['AEGIS_REPORT_SOCKET'])
said = link.makefile('rw')
def say(what):
    said.write(json.dumps(what) + '\\n'); said.flush()
def report(id, **body):
    say({'id': id, 'method': 'POST', 'path': '/v1/report', 'body': body})
    return json.loads(said.readline())
say({'aegis': 1, 'key': os.environ['AEGIS_REPORT_KEY']})
${lines.join('\n')}
`;

async function ended(
  terms: Omit<SupervisorTerms, 'command' | 'args'> & { readonly script: string; readonly mark?: string },
  then?: (run: Supervisor) => void,
): Promise<RunEnd> {
  const { script, mark = word(), ...more } = terms;
  const run = new Supervisor({ stdio: QUIET, ...more, command: 'python3', args: ['-c', script, mark] });
  await run.start();
  then?.(run);
  const end = await run.done;
  assert.deepEqual(carrying(mark), []);
  return end;
}

test('[RUN-12] what the caller reports trips, the tree is seen to be gone, and the callback comes after the kill', async () => {
  const cases: readonly (readonly [SupervisorTerms['limits'], (run: Supervisor) => void, Trip])[] = [
    [{ maxTokensPerMinute: 10 }, (run) => run.reportTokens(11), { code: 'TOKEN_BURN_RATE_EXCEEDED', detail: { tokensPerMinute: 11, limit: 10 } }],
    [
      { maxApiCallsPerMinute: 1 },
      (run) => [1, 2].forEach(() => run.reportApiCall('a')),
      { code: 'API_CALL_RATE_EXCEEDED', detail: { callsPerMinute: 2, limit: 1 } },
    ],
    [
      { maxRepeatedActions: 1, repeatedActionWindowMs: 5_000 },
      (run) => [1, 2].forEach(() => run.reportAction('x')),
      { code: 'REPETITIVE_LOOP_DETECTED', detail: { signature: 'x', count: 2, limit: 1, windowMs: 5_000 } },
    ],
    [{ maxCostUsd: 1 }, (run) => run.reportCost(1.5), { code: 'COST_EXCEEDED', detail: { usd: 1.5, limit: 1 } }],
  ];
  for (const [limits, report, trip] of cases) {
    const trips: Trip[] = [];
    const onTrip = (one: Trip): void => {
      trips.push(one);
      throw new Error('a callback that fails is the caller’s own affair');
    };
    const warned = once(process, 'warning');
    const end = await ended({ script: STAY, ...(limits === undefined ? {} : { limits }), onTrip }, report);
    assert.match(String((await warned)[0]), /the caller’s own affair/);
    assert.deepEqual(end.trip, trip);
    assert.deepEqual(trips, [trip]);
    assert.equal(end.verdict?.alive, 0);
    assert.equal(end.verdict?.empty, (end.verdict?.level ?? 0) >= 1);
    assert.equal(end.unrecorded, 'no daemon was joined');
  }
});

test('[RUN-12] the caller’s reports are checked before they are sent', () => {
  const run = new Supervisor({ command: 'true' });
  for (const wrong of [-1, 1.5, Number.NaN, Infinity]) assert.throws(() => run.reportTokens(wrong), { code: 'REQUEST_INVALID' });
  assert.throws(() => run.reportApiCall(''), { code: 'REQUEST_INVALID' });
  assert.throws(() => run.reportCost(-1), { code: 'REQUEST_INVALID' });
  assert.throws(() => new Supervisor({ command: 'true', limits: { maxSteps: -1 } }), {
    code: 'REQUEST_INVALID',
    message: /`maxSteps` must be a positive number/,
  });
});

test('[RUN-12] a caller whose event loop stands still delays no kill', async () => {
  const mark = word();
  const script = reporting('sys.stdin.readline()', 'report(1, tokens=500)', 'time.sleep(100000)');
  const caller = `
    const { Supervisor } = await import(${JSON.stringify(new URL('../../src/supervise/supervisor.ts', import.meta.url).href)});
    const run = new Supervisor({ command: 'python3', args: ['-c', ${JSON.stringify(script)}, ${JSON.stringify(mark)}], limits: { maxTokensPerMinute: 100 }, stdio: [0, 'ignore', 2] });
    await run.start();
    require('node:fs').writeSync(1, 'blocked\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module'; const require = createRequire('/'); ${caller}`,
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await once(createInterface({ input: child.stdout }), 'line');
  assert.ok(carrying(mark).length > 0);
  child.stdin.write('go\n');
  await nobody(mark, child.pid);
  assert.equal(child.exitCode, null);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('[RUN-5] the caller is killed, or the watching process is, and the tree goes with it', async () => {
  for (const whom of ['caller', 'watcher'] as const) {
    const mark = word();
    const caller = `
      const { Supervisor } = await import(${JSON.stringify(new URL('../../src/supervise/supervisor.ts', import.meta.url).href)});
      const run = new Supervisor({ command: 'python3', args: ['-c', ${JSON.stringify(STAY)}, ${JSON.stringify(mark)}], stdio: ['ignore', 'ignore', 2] });
      await run.start();
      console.log('up');
      run.done.then(() => console.log('ended'), (error) => console.log(error.code, error.message));`;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', caller], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'up');
    const watcher = childrenOf(child.pid ?? 0);
    assert.equal(watcher.length, 1);
    if (whom === 'caller') child.kill('SIGKILL');
    else process.kill(watcher[0] ?? 0, 'SIGKILL');
    await nobody(mark, child.pid);
    if (whom === 'watcher')
      assert.match(String((await lines.next()).value), /^RUN_FAILED The command was not run, or not to its end: the watching process ended/);
  }
});

test('[RUN-11] programs of the run report over its socket; who has not its key, and what is no report, is refused', async () => {
  const answers = reporting(
    'out = open(sys.argv[2], "w")',
    'for id, body in enumerate([{"tokens": 5}, {"tokens": -5}, {"spent": 5}, {"call": "x", "costUsd": 0.1}, {}]): out.write(str(report(id, **body)["status"]) + " ")',
    'say({"id": 9, "method": "GET", "path": "/v1/agents"}); out.write(str(json.loads(said.readline())["status"]) + " ")',
    'said.write(\'{"id":10,"method":"POST","path":"/v1/report","body":{"tokens":NaN}}\\n\'); said.flush(); out.write(str(json.loads(said.readline())["status"]) + " " + repr(said.readline()) + " ")',
    'other = socket.socket(socket.AF_UNIX); other.connect(os.environ["AEGIS_REPORT_SOCKET"]); other.sendall(b\'{"aegis":1,"key":"wrong"}\\n\'); out.write(str(json.loads(other.makefile().readline())["status"]))',
    'out.close()',
  );
  const folder = mkdtempSync(join(tmpdir(), 'aegis-report-'));
  const run = new Supervisor({ stdio: ['ignore', 'ignore', 2], command: 'python3', args: ['-c', answers, word(), `${folder}/answers`] });
  await run.start();
  const end = await run.done;
  assert.equal(end.code, 0);
  assert.equal(readFileSync(`${folder}/answers`, 'utf8'), "200 400 400 200 400 404 400 '' 401");
  rmSync(folder, { recursive: true });
  assert.deepEqual({ tokens: end.totals.tokens, calls: end.totals.calls, costUsd: end.totals.costUsd }, { tokens: 5, calls: 1, costUsd: 0.1 });
});

test('[RUN-11] a program that floods its run with reports is still stopped', async () => {
  const flood = reporting(
    'for at in range(60000): said.write(\'{"id":%d,"method":"POST","path":"/v1/report","body":{"action":"new %d"}}\\n\' % (at, at))',
    'said.flush()',
    'for at in range(4): said.write(\'{"id":%d,"method":"POST","path":"/v1/report","body":{"action":"same"}}\\n\' % (70000 + at))',
    'said.flush(); time.sleep(100000)',
  );
  const end = await ended({ script: flood, limits: { maxRepeatedActions: 3 } });
  assert.deepEqual(end.trip, { code: 'REPETITIVE_LOOP_DETECTED', detail: { signature: 'same', count: 4, limit: 3, windowMs: 60_000 } });
});

test('[RUN-10] the time, the memory and the processes of a run are limited without a word from it', async () => {
  const time = await ended({ script: STAY, limits: { maxWallTimeMs: 50 } });
  assert.equal(time.trip?.code, 'WALL_TIME_EXCEEDED');
  assert.ok(Number(time.trip.detail['ms']) > 50);
  const memory = await ended({ script: 'held = bytearray(200_000_000)\nimport time\ntime.sleep(100000)', limits: { maxMemoryBytes: 150_000_000 } });
  assert.equal(memory.trip?.code, 'MEMORY_EXCEEDED');
  assert.ok(Number(memory.trip.detail['bytes']) > 150_000_000);
  const fork = 'import os, time\nfor _ in range(20):\n  if os.fork() == 0: time.sleep(100000)\ntime.sleep(100000)';
  const processes = await ended({ script: fork, limits: { maxProcesses: 10 } });
  assert.equal(processes.trip?.code, 'PROCESSES_EXCEEDED');
  assert.ok(processes.tree.length > 10, 'the tree at its last look is kept');
});

test('[RUN-3] a command keeps its exit code, and asked to end it has its grace', async () => {
  assert.deepEqual([(await ended({ script: 'raise SystemExit(41)' })).code], [41]);
  const folder = mkdtempSync(join(tmpdir(), 'aegis-deaf-'));
  const ready = join(folder, 'ready');
  const script = `import signal, time\nsignal.signal(15, signal.SIG_IGN)\nopen('${ready}', 'w').close()\ntime.sleep(100000)`;
  const deaf = new Supervisor({ stdio: QUIET, command: 'python3', args: ['-c', script], graceMs: 50 });
  await deaf.start();
  while (!existsSync(ready)) await new Promise((resolve) => setImmediate(resolve));
  deaf.stop(15);
  const { code, trip, verdict } = await deaf.done;
  rmSync(folder, { recursive: true });
  assert.deepEqual([code, trip, verdict?.cause, verdict?.alive], [null, null, 'kill', 0]);
});

test('[RUN-5] at level 1 a program that kills or stops the helper gains nothing: what is left is swept, and nothing is called killed', async () => {
  const found = await findLevel();
  assert.ok(found.chosen !== null);
  const levels = { ...found, chosen: { ...found.chosen, level: 1, userNamespace: false } } as const;
  for (const number of [9, 19]) {
    const mark = word();
    const script = `import os, time\nhelper = os.getppid()\nif os.fork() == 0:\n  os.setsid()\n  os.kill(helper, ${String(number)})\ntime.sleep(100000)`;
    const run = new Supervisor({ stdio: QUIET, command: 'python3', args: ['-c', script, mark] });
    await run.start(Promise.resolve(levels));
    const end = await run.done;
    assert.equal(end.trip?.code, 'MONITOR_ERROR');
    assert.equal(end.verdict, null);
    assert.equal(stateOf(end), 'unreachable');
    assert.deepEqual(carrying(mark), []);
  }
});

/** Until /proc shows nobody alive that carries the word, but the one that wrote it into its own command line. */
async function nobody(mark: string, but: number | undefined): Promise<void> {
  while (carrying(mark).some((pid) => pid !== but)) await new Promise((resolve) => setImmediate(resolve));
}

function childrenOf(parent: number): readonly number[] {
  return carrying('watch/main.ts').filter((pid) => processIn(pid)?.parent === parent);
}
