import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { approvalOf, because, stage } from './bound-stage.ts';
import type { Decided } from './bound-stage.ts';

const CHANGES: readonly { readonly what: string; readonly change: (file: string) => void; readonly said: RegExp }[] = [
  { what: 'other text', change: (file) => writeFileSync(file, 'two'), said: /`f\.yaml` changed/ },
  { what: 'grown', change: (file) => appendFileSync(file, '\n---'), said: /`f\.yaml` changed/ },
  { what: 'emptied', change: (file) => writeFileSync(file, ''), said: /`f\.yaml` changed/ },
  { what: 'removed', change: (file) => rmSync(file), said: /`f\.yaml` was removed/ },
  {
    what: 'replaced by a link to the same text',
    change: (file) => {
      renameSync(file, `${file}.old`);
      symlinkSync(`${file}.old`, file);
    },
    said: /`f\.yaml` came to lead elsewhere/,
  },
  {
    what: 'replaced by a pipe',
    change: (file) => {
      rmSync(file);
      assert.equal(spawnSync('mkfifo', [file]).status, 0);
    },
    said: /`f\.yaml` changed/,
  },
  {
    what: 'replaced by a folder',
    change: (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    said: /`f\.yaml` changed/,
  },
  {
    what: 'grown beyond what is read',
    change: (file) => truncateSync(file, 16_777_217),
    said: /`f\.yaml` changed/,
  },
];

test('[ASK-32] a granted action is not released when a file it names changed, but asked about again by the name of the file', async (t) => {
  const on = await stage(t);
  for (const { what, change, said } of CHANGES) {
    on.write('f.yaml', 'one');
    const asked = approvalOf(await on.propose('kubectl apply -f f.yaml'));
    change(join(on.folder, 'f.yaml'));
    const answered = await on.grant(asked);
    assert.match(because(answered), said, what);
    assert.notEqual(approvalOf(answered), asked, what);
    const { body } = await on.daemon.ask('GET', `/v1/approvals/${asked}`, { key: on.daemon.admin });
    assert.equal(body['status'], 'voided', what);
    // The person sees what it is now, and says yes to that.
    assert.equal((await on.grant(approvalOf(answered))).effect, 'allow', what);
    rmSync(join(on.folder, 'f.yaml'), { recursive: true, force: true });
  }
});

test('[ASK-33] what was released is compared again when its agent comes for it, by waiting or by repeating the action', async (t) => {
  const on = await stage(t);
  for (const [at, { what, change, said }] of CHANGES.entries()) {
    on.write('f.yaml', 'one');
    const id = `late-${String(at)}`;
    const asked = approvalOf(await on.propose('kubectl apply -f f.yaml', id));
    assert.equal((await on.grant(asked)).effect, 'allow', what);
    change(join(on.folder, 'f.yaml'));
    const told = at % 2 === 0 ? await on.fetch(id) : await on.propose('kubectl apply -f f.yaml', id);
    assert.match(because(told), said, what);
    const again = approvalOf(told);
    assert.equal((await on.grant(again)).effect, 'allow', what);
    assert.equal((await on.fetch(id)).effect, 'allow', what);
    const { status, text } = await on.daemon.ask('POST', `/v1/actions/${id}/outcome`, { key: on.key, body: { status: 'succeeded' } });
    assert.equal(status, 200, text);
    rmSync(join(on.folder, 'f.yaml'), { recursive: true, force: true });
  }
  const { body } = await on.daemon.ask('POST', '/v1/replay', { key: on.daemon.admin, body: {} });
  assert.equal(body['difference'] ?? null, null, JSON.stringify(body));
});

test('[ASK-33] files that did not change release as before: at the grant, for who waits, after a restart, however often', async (t) => {
  const on = await stage(t);
  on.write('f.yaml', 'one');
  const asked = approvalOf(await on.propose('kubectl apply -f f.yaml', 'a'));
  const waiting = on.fetch('a', 60_000);
  assert.equal((await on.grant(asked)).effect, 'allow');
  assert.equal((await waiting).effect, 'allow');
  // It runs now, and may change its own files: the answer was handed out.
  on.write('f.yaml', 'two');
  assert.equal((await on.fetch('a')).effect, 'allow');
  const other = approvalOf(await on.propose('kubectl apply -f f.yaml', 'b'));
  await on.daemon.restart();
  assert.equal((await on.grant(other)).effect, 'allow');
  await on.daemon.restart();
  assert.equal((await on.fetch('b')).effect, 'allow');
  const third = approvalOf(await on.propose('kubectl apply -f f.yaml', 'c'));
  await on.daemon.restart();
  on.write('f.yaml', 'three');
  assert.match(because(await on.grant(third)), /`f\.yaml` changed/);
});

test('[ASK-33] who waits goes on waiting when the question is put again; a person who looks changes nothing', async (t) => {
  const on = await stage(t);
  on.write('f.yaml', 'one');
  const asked = approvalOf(await on.propose('kubectl apply -f f.yaml', 'a'));
  await on.grant(asked);
  on.write('f.yaml', 'two');
  const looked = await on.daemon.ask('GET', '/v1/actions/a', { key: on.daemon.admin });
  assert.equal((looked.body['decision'] as Decided).effect, 'allow');
  const waiting = on.fetch('a', 60_000);
  let pending: readonly { readonly approval: string }[] = [];
  while (pending.length === 0) {
    const { body } = await on.daemon.ask('GET', '/v1/approvals', { key: on.daemon.admin });
    pending = body['approvals'] as typeof pending;
  }
  assert.equal((await on.grant(pending[0]?.approval ?? '')).effect, 'allow');
  assert.equal((await waiting).effect, 'allow');
});

test('[ASK-33] a release that was taken back gives back what it reserved and what it held', async (t) => {
  const on = await stage(t);
  on.write('f.yaml', 'one');
  const body = {
    id: 'dear',
    session: 's',
    name: 'bash',
    args: { command: 'sh f.yaml' },
    cwd: on.folder,
    claims: { usdMicros: 5_000 },
    resource: { resource: 'cluster:a', slots: 1, ttlMs: 60_000 },
  };
  const propose = async (): Promise<Decided> => (await on.daemon.ask('POST', '/v1/actions', { key: on.key, body })).body as unknown as Decided;
  await on.grant(approvalOf(await propose()));
  const before = await on.daemon.ask('GET', '/v1/locks', { key: on.daemon.admin });
  assert.equal((before.body['locks'] as readonly unknown[]).length, 1);
  on.write('f.yaml', 'two');
  const again = approvalOf(await propose());
  const after = await on.daemon.ask('GET', '/v1/locks', { key: on.daemon.admin });
  assert.equal((after.body['locks'] as readonly unknown[]).length, 0);
  const flying = await on.daemon.ask('GET', '/v1/actions?state=unsettled', { key: on.daemon.admin });
  assert.equal(flying.body['count'], 0);
  const late = await on.daemon.ask('POST', '/v1/actions/dear/outcome', { key: on.key, body: { status: 'succeeded' } });
  assert.equal(late.status, 409);
  assert.equal((await on.grant(again)).effect, 'allow');
});

test('[ASK-30] links are followed, and the log holds neither names nor contents of files in plain', async (t) => {
  const on = await stage(t);
  on.write('target-of-it.yaml', 'secret-text');
  symlinkSync(join(on.folder, 'target-of-it.yaml'), join(on.folder, 'f.yaml'));
  const asked = approvalOf(await on.propose('kubectl apply -f f.yaml'));
  const [file] = await on.files(asked);
  assert.equal(file?.leadsTo, join(on.folder, 'target-of-it.yaml'));
  on.write('target-of-it.yaml', 'other-text');
  assert.match(because(await on.grant(asked)), /`f\.yaml` changed/);
  const { text } = await on.daemon.ask('GET', '/v1/log?limit=1000', { key: await on.daemon.operator('op', 'operator') });
  assert.doesNotMatch(text, /target-of-it|f\.yaml|secret-text/);
  assert.ok(!text.includes(file?.sha256 ?? 'none'));
  const erased = await on.daemon.ask('POST', '/v1/erase', { key: on.daemon.admin, body: { subject: 'session/bot~s', reason: 'asked to' } });
  assert.equal(erased.status, 200, erased.text);
  const all = await on.daemon.ask('GET', '/v1/log?limit=1000&texts=true', { key: on.daemon.admin });
  assert.doesNotMatch(all.text, /target-of-it|secret-text/);
});

test('[ASK-34] a remembered grant holds for what the files held when it was given, and for no other text', async (t) => {
  const on = await stage(t);
  on.write('f.yaml', 'one');
  const asked = approvalOf(await on.propose('kubectl apply -f f.yaml'));
  assert.equal((await on.grant(asked, { remember: { uses: 5, ttlMs: 60_000, exactArgs: true } })).effect, 'allow');
  assert.equal((await on.propose('kubectl apply -f f.yaml')).effect, 'allow');
  on.write('f.yaml', 'two');
  assert.equal((await on.propose('kubectl apply -f f.yaml')).effect, 'ask');
  on.write('f.yaml', 'one');
  assert.equal((await on.propose('kubectl apply -f f.yaml')).effect, 'allow');
});

test('[ASK-32] an edit by a person is released with its own arguments, and asked about again as it was when a file changed', async (t) => {
  const on = await stage(t);
  on.write('f.yaml', 'one');
  const asked = approvalOf(await on.propose('kubectl apply -f f.yaml', 'a'));
  on.write('f.yaml', 'two');
  const again = await on.grant(asked, { editedArgs: { command: 'kubectl diff -f f.yaml' } });
  assert.match(because(again), /`f\.yaml` changed/);
  assert.equal((await on.grant(approvalOf(again), { editedArgs: { command: 'kubectl diff -f f.yaml' } })).effect, 'modify');
  on.write('f.yaml', 'three');
  const third = await on.propose('kubectl apply -f f.yaml', 'a');
  assert.match(because(third), /`f\.yaml` changed/);
  const [pending] = (await on.daemon.ask('GET', '/v1/approvals', { key: on.daemon.admin })).body['approvals'] as readonly { readonly args: string }[];
  assert.equal(pending?.args, '{"command":"kubectl apply -f f.yaml"}');
});

test('[ASK-32] the hook of a coding agent gives the folder it works in, and the same holds there', async (t) => {
  const on = await stage(t);
  on.write('deploy.sh', 'one');
  const event = async (id: string): Promise<string> => {
    const body = {
      session_id: 'x',
      cwd: on.folder,
      hook_event_name: 'PreToolUse',
      tool_name: 'bash',
      tool_input: { command: './deploy.sh' },
      tool_use_id: id,
    };
    const { text } = await on.daemon.ask('POST', '/v1/hooks/claude-code/PreToolUse?ask=aegis', { key: on.key, body });
    return text;
  };
  const pending = async (): Promise<string> => {
    const { body } = await on.daemon.ask('GET', '/v1/approvals', { key: on.daemon.admin });
    return (body['approvals'] as readonly { readonly approval: string }[])[0]?.approval ?? '';
  };
  assert.match(await event('1'), /"deny"/);
  assert.equal((await on.grant(await pending())).effect, 'allow');
  on.write('deploy.sh', 'two');
  assert.match(await event('1'), /`\.\/deploy\.sh` changed/);
  assert.equal((await on.grant(await pending())).effect, 'allow');
  assert.doesNotMatch(await event('1'), /"deny"/);
});
