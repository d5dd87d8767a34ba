import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import { documentOf } from '../../intercept/hook/documents.ts';
import { terminal } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { SAMPLES } from './samples.ts';
import { trust, trustedIn } from './trusted.ts';

/** Every file under a folder with its bytes, but what is Aegis’ own login. */
function snapshot(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^(?:data|checkpoints|config\/aegis)(?:\/|$)/.test(name),
  );
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return [
        name,
        statSync(path).isDirectory() ? 'folder' : `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path).toString('base64')}`,
      ];
    }),
  );
}

const findings = async (shell: Terminal): Promise<{ code: number; hooks: readonly { state: string; detail: string }[] }> => {
  const { code, stdout } = await shell.aegis('doctor', '--data', 'data', '--checkpoints', 'checkpoints', '--json');
  return { code, hooks: (JSON.parse(stdout) as { check: string; state: string; detail: string }[]).filter(({ check }) => check === 'hook') };
};

test('[HOOK-10, HOOK-12, HOOK-13] every harness: installed beside what was there, keys in private files, a canary refused, put back byte for byte', async (context) => {
  const shell = await terminal(context);
  const { url, admin } = await shell.up();
  await shell.aegis('login', admin, '--url', url);
  for (const folder of ['.claude', '.gemini']) mkdirSync(join(shell.folder, folder));
  writeFileSync(join(shell.folder, '.claude/settings.json'), SAMPLES['comments'] ?? '');
  writeFileSync(join(shell.folder, '.gemini/settings.json'), SAMPLES['crlf'] ?? '');
  const before = snapshot(shell.folder);
  for (const { name } of HARNESSES) {
    const { code, stderr } = await shell.aegis('hook', 'install', name, '--blocking');
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(documentOf(name).settings.user.replace('/home/ann', shell.folder)), name);
  }
  for (const [name, bytes] of Object.entries(snapshot(shell.folder)))
    if (bytes !== 'folder' && Buffer.from(bytes.split(' ')[1] ?? '', 'base64').includes('aegis_agent_')) assert.match(bytes, /^600 /, name);
  const own = join(shell.folder, 'config/aegis/hooks');
  for (const name of readdirSync(own)) assert.equal(statSync(join(own, name)).mode & 0o777, 0o600, name);
  for (const { name } of HARNESSES) trust(shell, name);
  const { code, hooks } = await findings(shell);
  assert.equal(code, 0, JSON.stringify(hooks));
  assert.equal(hooks.length, HARNESSES.length);
  for (const { state, detail } of hooks) assert.match(`${state} ${detail}`, /^ok .*protected \(advisory\)/);
  const rows = JSON.parse((await shell.aegis('hook', 'status', '--json')).stdout) as { state: string; label: string }[];
  assert.deepEqual(new Set(rows.map(({ state, label }) => `${state} ${label}`)), new Set(['there advisory']));
  for (const { name } of HARNESSES) rmSync(trustedIn(shell, name), { force: true });
  assert.equal((await shell.aegis('hook', 'uninstall')).code, 0);
  assert.deepEqual(snapshot(shell.folder), before);
  assert.match((await shell.aegis('hook', 'status')).stdout, /No hook is installed/);
});

test('[HOOK-13] a hook that is gone, turned off, replaced or fails open is unprotected: exit code 1 and an alert in the log', async (context) => {
  const shell = await terminal(context);
  // The daemon's own canaries would tell of the same (HOOK-15): here only the doctor is heard.
  await shell.write('aegis.yaml', 'hooks:\n  canaryMs: 0\n');
  const { url, admin, stop } = await shell.up();
  await shell.aegis('login', admin, '--url', url);
  await shell.aegis('hook', 'install', 'claude-code', '--handler', 'http');
  await shell.aegis('hook', 'install', 'codex');
  await shell.aegis('hook', 'install', 'copilot');
  trust(shell, 'codex');
  const claude = join(shell.folder, '.claude/settings.json');
  const installed = readFileSync(claude, 'utf8');
  const spoil = async (text: string, said: RegExp): Promise<void> => {
    writeFileSync(claude, text);
    const { code, hooks } = await findings(shell);
    assert.equal(code, 1);
    assert.match(hooks.find(({ state }) => state === 'bad')?.detail ?? '', said);
    writeFileSync(claude, installed);
  };
  await spoil('{}', /unprotected: no hook of Aegis/);
  await spoil(installed.replace('{', '{ "disableAllHooks": true,'), /unprotected: disableAllHooks/);
  await spoil(
    installed.replaceAll('/v1/hooks/claude-code/PreToolUse', '/v1/hooks/claude-code/Nothing'),
    /unprotected: no hook of Aegis .* as it was written/,
  );
  trust(shell, 'codex', '[features]\nhooks = false\n');
  assert.match((await findings(shell)).hooks.find(({ state }) => state === 'bad')?.detail ?? '', /codex.*turned off/);
  const alerts = await fetch(`${url}/v1/log?type=canary-answered&limit=100`, { headers: { authorization: `Bearer ${admin}` } });
  const { entries } = (await alerts.json()) as { entries: { body: { protection: string; harness: string } }[] };
  assert.deepEqual(
    entries.filter(({ body }) => body.protection === 'unprotected').map(({ body }) => body.harness),
    ['claude-code', 'claude-code', 'claude-code', 'codex'],
  );
  assert.match((await shell.aegis('agents')).stdout, /^codex +active, unprotected/m);
  writeFileSync(join(shell.folder, '.codex/config.toml'), '');
  assert.match((await findings(shell)).hooks.find(({ state }) => state === 'bad')?.detail ?? '', /Codex does not run it until you trust it/);
  const rows = JSON.parse((await shell.aegis('hook', 'status', '--json')).stdout) as { harness: string; state: string }[];
  assert.deepEqual(
    rows.map(({ harness, state }) => `${harness} ${state}`),
    ['claude-code there', 'codex untrusted', 'copilot there'],
  );
  trust(shell, 'codex');
  assert.equal((await findings(shell)).code, 0);
  assert.match((await shell.aegis('agents')).stdout, /^codex +active {2}/m);
  await stop();
  const away = await findings(shell);
  assert.equal(away.code, 1, 'without --blocking Claude Code would run what nobody decided');
  assert.deepEqual(
    away.hooks.filter(({ state }) => state === 'warn').map(({ detail }) => detail),
    ['codex', 'copilot'].map((name) => `${name} (user): Aegis could not be asked; calls are refused without it`),
  );
});

test('[HOOK-10] the words of install, status and uninstall', async (context) => {
  const shell = await terminal(context);
  const { aegis } = shell;
  assert.equal((await aegis('hook', 'install', 'claude-code')).code, 4);
  const { url, admin } = await shell.up();
  await aegis('login', admin, '--url', url);
  await aegis('hook', 'install', 'claude-code');
  await aegis('hook', 'install', 'codex', '--project', '--on-unavailable', 'allow_readonly');
  await aegis('hook', 'status');
  await aegis('hook', 'uninstall', 'claude-code');
  assert.equal((await aegis('hook', 'install', 'claude-code')).code, 5);
  assert.equal((await aegis('hook', 'install', 'claude-code', '--rotate', '--blocking')).code, 0);
  assert.equal((await aegis('hook', 'install', 'emacs')).code, 2);
  assert.equal((await aegis('hook', 'install', 'cursor', '--handler', 'http')).code, 2);
  assert.equal((await aegis('hook', 'install', 'claude-code', '--handler', 'http', '--on-unavailable', 'allow')).code, 2);
  mkdirSync(join(shell.folder, '.cursor'));
  writeFileSync(join(shell.folder, '.cursor/hooks.json'), '{ "version": 1, "hooks": [] }');
  assert.equal((await aegis('hook', 'install', 'cursor')).code, 1);
  writeFileSync(join(shell.folder, '.cursor/hooks.json'), '{ "version": 1, "hooks": {} }');
  assert.equal((await aegis('hook', 'install', 'cursor')).code, 0, 'no key was made for what was refused');
  await aegis('hook', 'uninstall');
  await aegis('hook', 'uninstall');
  const { pinned } = await import('../../pins/pinned.ts');
  pinned('test/transcripts/hook.txt', shell.transcript());
});
