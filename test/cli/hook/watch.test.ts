import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { terminal } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { trust } from './trusted.ts';

const OFTEN = 'hooks:\n  canaryMs: 100\n';

interface Told {
  readonly harness: string;
  readonly protection: string;
  readonly detail: string;
}

async function told({ url, admin }: { readonly url: string; readonly admin: string }): Promise<readonly Told[]> {
  const answer = await fetch(`${url}/v1/log?type=canary-answered&limit=1000`, { headers: { authorization: `Bearer ${admin}` } });
  return ((await answer.json()) as { entries: { body: Told }[] }).entries.map(({ body }) => body);
}

/** Waits for what the daemon does by itself; the test's own time limit is the only clock. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(50);
}

async function works(shell: Terminal): Promise<void> {
  const settings = JSON.parse(readFileSync(join(shell.folder, 'config/aegis/hooks/hook-codex-user.json'), 'utf8')) as { url: string; key: string };
  const body = JSON.stringify({ session_id: 's', cwd: '/', hook_event_name: 'PreToolUse', tool_use_id: 't', tool_name: 'Read', tool_input: {} });
  const headers = { authorization: `Bearer ${settings.key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${settings.url}/v1/hooks/codex/PreToolUse`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
}

test(
  '[HOOK-15] a hook that is taken out while its agent works is one alert; the daemon runs nothing it did not install',
  { timeout: 120_000 },
  async (context) => {
    const shell = await terminal(context);
    await shell.write('aegis.yaml', OFTEN);
    const up = await shell.up();
    await shell.aegis('login', up.admin, '--url', up.url);
    trust(shell, 'codex');
    await shell.aegis('hook', 'install', 'codex', '--on-unavailable', 'allow');
    await until(async () => (await told(up)).some(({ protection }) => protection === 'protected'));
    await works(shell);
    const path = join(shell.folder, '.codex/hooks.json');
    const installed = readFileSync(path, 'utf8');
    const trap = join(shell.folder, 'trap');
    // Beside ours, which stands as it was written, another that only looks like it.
    const held = JSON.parse(installed) as { hooks: { PreToolUse: object[] } };
    held.hooks.PreToolUse.push({ hooks: [{ type: 'command', command: `echo > ${trap}; exit 2 # aegis-hook /v1/hooks/` }] });
    writeFileSync(path, JSON.stringify(held));
    const before = (await told(up)).length;
    await until(async () => (await told(up)).length >= before + 3);
    assert.ok(!existsSync(trap), 'what looks like ours was run');
    const { stdout } = await shell.aegis('doctor', '--data', 'data', '--checkpoints', 'checkpoints');
    assert.match(stdout, /codex \(user\): protected/);
    assert.ok(!existsSync(trap), 'the doctor ran what looks like ours');
    writeFileSync(path, installed.replaceAll('/bin/aegis-hook.mjs', `/bin/aegis-hook.mjs; echo > ${trap}`));
    await until(async () => (await told(up)).some(({ protection }) => protection === 'unprotected'));
    assert.match((await shell.aegis('agents')).stdout, /^codex +active, unprotected/m);
    writeFileSync(path, installed);
    await until(async () => (await told(up)).at(-1)?.protection === 'protected');
    assert.ok(!existsSync(trap), 'a command that was put in the place of ours was run');
    const alerts = (await told(up)).filter(({ protection }) => protection === 'unprotected');
    assert.deepEqual(
      alerts.map(({ harness }) => harness),
      ['codex'],
    );
    assert.match(alerts[0]?.detail ?? '', /not there as it was written/);
  },
);

test('[HOOK-15] an agent that rests is left alone, and its hook is tried again when it works', { timeout: 120_000 }, async (context) => {
  const shell = await terminal(context);
  await shell.write('aegis.yaml', OFTEN);
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  await shell.aegis('hook', 'install', 'gemini');
  await until(async () => (await told(up)).length === 1);
  const settings = join(shell.folder, 'config/aegis/hooks/hook-gemini-user.json');
  const held = JSON.parse(readFileSync(settings, 'utf8')) as { url: string; key: string };
  const end = { session_id: 'g', cwd: '/', hook_event_name: 'BeforeTool', tool_name: 'read_file', tool_input: {} };
  // Ten rounds of rest, told by what another agent's canaries would have written meanwhile.
  trust(shell, 'codex');
  await shell.aegis('hook', 'install', 'codex');
  await works(shell);
  await until(async () => (await told(up)).filter(({ harness }) => harness === 'codex').length >= 10);
  assert.equal((await told(up)).filter(({ harness }) => harness === 'gemini').length, 1);
  const headers = { authorization: `Bearer ${held.key}`, 'content-type': 'application/json' };
  await fetch(`${held.url}/v1/hooks/gemini/BeforeTool`, { method: 'POST', headers, body: JSON.stringify(end) });
  await until(async () => (await told(up)).filter(({ harness }) => harness === 'gemini').length > 1);
});
