import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { running } from '../../api/daemon.ts';
import { SCRIPTS, scriptedDaemon } from '../../client/scripted-daemon.ts';
import { LAUNCHER, place, ran } from './launcher.ts';

const EVENT = JSON.stringify({ session_id: 's', hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 't1' });
const DENY = { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: 'No.' } };

for (const script of SCRIPTS.filter(({ one }) => one.only === undefined)) {
  const { one, transport } = script;
  test(`[HOOK-7, DOOR-16] ${one.id} over ${transport}: ${one.why}`, async (context) => {
    const { url, socket, strayed } = await scriptedDaemon(context, script, { allow: () => '{}', deny: () => JSON.stringify(DENY) });
    const settings = place(context).settings({
      url,
      sockets: socket === 'off' ? [] : [socket],
      ...(one.answer.then === undefined ? {} : { deadlineMs: 400 }),
    });
    const { code, stdout } = await ran([process.execPath, LAUNCHER, 'claude-code', 'PreToolUse', settings], EVENT);
    assert.equal(code === 0 && stdout === '{}', one.expect.runs, stdout);
    if (!one.expect.runs) assert.equal((JSON.parse(stdout) as typeof DENY).hookSpecificOutput.permissionDecision, 'deny', stdout);
    assert.deepEqual(strayed, [], 'what was sent over one transport is not sent over another');
  });
}

test('[HOOK-7, DOOR-16] over the socket alone: decided, refused in the harness’s words, and the journal told once', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  const { settings, folder } = place(context);
  const journal = join(folder, 'j.jsonl');
  const entry = { action: { name: 'Read' }, effect: 'allow', mode: 'allow', decidedAt: 1 };
  writeFileSync(journal, `${JSON.stringify(entry)}\n`);
  const file = settings({
    url: 'http://127.0.0.1:9',
    sockets: [join(folder, 'none.sock'), aegis.daemon.socket],
    key,
    onUnavailable: 'allow',
    journal,
  });
  const run = (event: string, input: string): ReturnType<typeof ran> => ran([process.execPath, LAUNCHER, 'claude-code', event, file], input);
  const started = JSON.stringify({ session_id: 's', hook_event_name: 'SessionStart', source: 'startup' });
  assert.equal((await run('SessionStart', started)).code, 0);
  assert.ok(!existsSync(journal));
  // Written over several lines, as a harness may.
  const fine = JSON.stringify(JSON.parse(EVENT), null, 2).replaceAll('\n', '\r\n');
  assert.deepEqual(await run('PreToolUse', fine), { code: 0, stdout: '{}', stderr: '' });
  const wipe = EVENT.replace('"ls"', '"rm -rf /"').replace('t1', 't2');
  assert.match((await run('PreToolUse', wipe)).stdout, /"permissionDecision":"deny".*SHELL_RECURSIVE_DELETE/);
  const odd = [EVENT.replace('"tool_name"', '"tool_name":"Read","tool_name"'), '{}, "path": "/healthz"', `${EVENT}} {"id":2`, '', '[]'];
  for (const input of odd) {
    const { stdout } = await run('PreToolUse', input);
    assert.match(stdout, /"permissionDecision":"deny"/, input);
  }
  assert.ok(!existsSync(journal), 'a refusal is no absence: nothing was let go');
  const { body } = await aegis.ask('GET', '/v1/log?limit=1000', { key: aegis.admin });
  const types = (body['entries'] as { type: string }[]).map(({ type }) => type);
  const count = (type: string): number => types.filter((one) => one === type).length;
  assert.deepEqual([count('action-decided'), count('action-journalled'), count('request-refused')], [2, 1, odd.length]);
});

test('[HOOK-7, DOOR-14] a socket others could have put there is not spoken to; where none lies HTTP is asked', async (context) => {
  const aegis = await running(context);
  const { settings } = place(context);
  const terms = { url: aegis.daemon.url, sockets: [aegis.daemon.socket], key: await aegis.agent('bot'), answerKey: aegis.answerKey };
  chmodSync(dirname(aegis.daemon.socket ?? ''), 0o755);
  const unsafe = await ran([process.execPath, LAUNCHER, 'claude-code', 'PreToolUse', settings(terms)], EVENT);
  assert.equal(unsafe.code, 2);
  assert.match(unsafe.stderr, /mode 0700/);
  const none = await ran([process.execPath, LAUNCHER, 'claude-code', 'PreToolUse', settings({ ...terms, sockets: ['/nowhere/a.sock'] })], EVENT);
  assert.deepEqual(none, { code: 0, stdout: '{}', stderr: '' });
});
