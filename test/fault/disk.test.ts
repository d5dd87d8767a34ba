import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { agentKey, childrenOf, cli, logOf, places, tryUp, up } from './daemon.ts';
import type { Answer, Daemon } from './daemon.ts';
import { has, limitedFiles, remounted, smallTmpfs } from './small-disk.ts';

const big = 'x'.repeat(30_000);
const action = (id: string, extra = ''): object => ({ id, session: 's', name: 'lookup', args: { id, extra } });
const code = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];

/** Asks until the answer is what is waited for; a generous guard against hanging, never a measurement. */
async function until(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (let round = 0; ; round++) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(round < 600, `never came: ${answer.text}`);
    await pause(50);
  }
}

async function decisionsOf(daemon: Daemon, admin: string): Promise<ReadonlyMap<string, string>> {
  const rows = await logOf(daemon.ask, admin, 'action-decided');
  return new Map(
    rows.map(({ body }) => {
      const { action: decided, decision } = body as { action: { id: string }; decision: { effect: string } };
      return [decided.id, decision.effect];
    }),
  );
}

for (const way of ['prlimit', 'tmpfs'] as const) {
  test(`[GATE-2, GATE-8, LOG-8] no room for the log (${way}): every action is refused, reads and halts go on, and room is enough to resume`, async (t) => {
    const { root, checkpoints } = places(t);
    // Where nobody may mount, the limit is tried a second time: the law is the same.
    const disk = (way === 'tmpfs' ? smallTmpfs(t, root) : null) ?? limitedFiles(root);
    mkdirSync(disk.data, { recursive: true });
    const daemon = await up(t, { data: disk.data, checkpoints });
    const admin = daemon.firstKey ?? '';
    const [key, other] = [await agentKey(daemon, admin, 'bot'), await agentKey(daemon, admin, 'other')];
    const acknowledged = new Map<string, string>();
    const ask = async (id: string, by = key, extra = big): Promise<Answer> => {
      const answer = await daemon.ask('POST', '/v1/actions', { key: by, body: action(id, extra) });
      if (answer.status === 200) acknowledged.set(id, String(answer.body['effect']));
      return answer;
    };
    assert.equal((await ask('before')).body['effect'], 'allow');
    const asking = await daemon.ask('POST', '/v1/actions', { key: other, body: { session: 'o', name: 'withdraw_funds', args: { amount: 7 } } });
    const { approval } = asking.body['ask'] as { approval: string };
    disk.fill(daemon.pid);
    let at = 0;
    await until(
      () => ask(`filling-${String(at++)}`),
      ({ status }) => status !== 200,
    );
    for (const answer of await Promise.all(Array.from({ length: 12 }, (_, n) => ask(`closed-${String(n)}`)))) {
      assert.deepEqual(code(answer), [503, 'GATE_CLOSED'], disk.how);
      assert.ok(String(answer.body['hint']).length > 0);
    }
    const { body: pending } = await daemon.ask('GET', `/v1/approvals/${approval}`, { key: admin });
    assert.deepEqual(JSON.parse(String(pending['args'])), { amount: 7 }, 'what waits for a person can still be read');
    for (const path of ['/v1/stats', '/v1/agents', '/v1/approvals', '/v1/log?limit=5', '/v1/sessions', '/v1/policies/current'])
      assert.equal((await daemon.ask('GET', path, { key: admin })).status, 200, path);
    assert.equal((await daemon.ask('GET', '/healthz')).status, 200);
    assert.equal((await daemon.ask('GET', '/readyz')).status, 503);
    const halt = await daemon.ask('POST', '/v1/agents/bot/halt', { key: admin, body: { reason: 'stop while the disk is full' } });
    assert.ok(halt.status === 200 || halt.body['code'] === 'GATE_CLOSED', halt.text);
    disk.free(daemon.pid);
    await until(
      () => ask(`after-${String(at++)}`, other, ''),
      ({ status }) => status === 200,
    );
    const halted = await ask('halted', key, '');
    assert.deepEqual([halted.body['effect'], (halted.body['reasons'] as { code: string }[])[0]?.code], ['deny', 'HALTED']);
    const decided = await decisionsOf(daemon, admin);
    for (const [id, effect] of acknowledged) assert.equal(decided.get(id), effect, id);
    for (const id of decided.keys()) assert.ok(!id.startsWith('closed-'), `${id} was refused and yet decided`);
    assert.ok((await logOf(daemon.ask, admin, 'agent-halted')).length >= 1);
    assert.equal((await daemon.end('SIGTERM')).code, 0);
    const verified = await cli(['log', 'verify', '--data', disk.data, '--checkpoints', checkpoints]);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  });
}

for (const error of ['EIO', 'ENOSPC'] as const) {
  test(`[LOG-7, LOG-8, GATE-2] a sync that fails with ${error} again and again: nothing acknowledged is lost, nothing refused was decided twice`, async (t) => {
    const { root, ...at } = places(t);
    const traced = ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=fdatasync,fsync', '-e', `inject=fdatasync,fsync:error=${error}:when=60+31`];
    const strace = has('strace');
    const daemon = await up(t, { ...at, ...(strace ? { before: [...traced, '-o', join(root, 'trace')] } : {}) });
    const disk = limitedFiles(root);
    const pid = strace ? 0 : daemon.pid;
    const admin = daemon.firstKey ?? '';
    const key = await agentKey(daemon, admin, 'bot');
    const acknowledged = new Map<string, string>();
    let refused = 0;
    for (let n = 0; n < 400 && (n < 60 || refused < 2); n++) {
      // Without a tracer the same is done from outside: no byte fits, then all do.
      if (!strace && n % 20 === 10) disk.fill(pid);
      if (!strace && n % 20 === 15) disk.free(pid);
      const id = `a-${String(n)}`;
      const answer = await daemon.ask('POST', '/v1/actions', { key, body: action(id, strace ? '' : big) });
      if (answer.status === 200) acknowledged.set(id, String(answer.body['effect']));
      else {
        refused++;
        assert.deepEqual(code(answer), [503, 'GATE_CLOSED']);
        if (strace)
          await until(
            () => daemon.ask('GET', '/readyz'),
            ({ status }) => status === 200,
          );
      }
    }
    if (!strace) disk.free(pid);
    assert.ok(refused > 0, 'the fault was never felt');
    assert.ok(acknowledged.size > 30, `only ${String(acknowledged.size)} were decided`);
    // A tracer does not pass the signal on.
    for (const traced of strace ? childrenOf(daemon.pid) : [daemon.pid]) process.kill(traced, 'SIGTERM');
    await daemon.ended;
    const next = await up(t, at);
    const decided = await decisionsOf(next, admin);
    for (const [id, effect] of acknowledged) assert.equal(decided.get(id), effect, id);
    await next.end('SIGTERM');
    const verified = await cli(['log', 'verify', '--data', at.data, '--checkpoints', at.checkpoints]);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  });
}

test('[LOG-8] a store that is read-only is refused at start with its code, its next step and no stack', async (t) => {
  const { root, checkpoints } = places(t);
  const disk = smallTmpfs(t, root) ?? limitedFiles(root);
  mkdirSync(disk.data, { recursive: true });
  const first = await up(t, { data: disk.data, checkpoints });
  await first.end('SIGTERM');
  const mount = join(disk.data, '..');
  const mounted = remounted(mount, 'ro');
  if (!mounted) for (const name of readdirSync(disk.data)) chmodSync(join(disk.data, name), 0o400);
  if (!mounted) chmodSync(disk.data, 0o500);
  const { daemon, ended } = await tryUp(t, { data: disk.data, checkpoints });
  assert.equal(daemon, null, 'it started on a store it cannot write');
  const { code: exit, stdout, stderr } = await ended;
  if (mounted) remounted(mount, 'rw');
  else chmodSync(disk.data, 0o700);
  assert.ok(exit !== 0 && exit !== null, String(exit));
  assert.match(stdout + stderr, /STORE_UNAVAILABLE|cannot be written/);
  assert.doesNotMatch(stdout + stderr, /\n\s+at .*:\d+:\d+/);
  if (!mounted) for (const name of readdirSync(disk.data)) chmodSync(join(disk.data, name), 0o600);
  assert.ok(existsSync(disk.data));
  const again = await up(t, { data: disk.data, checkpoints });
  await again.end('SIGTERM');
});
