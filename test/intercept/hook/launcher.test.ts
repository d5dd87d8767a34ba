import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { guarded } from '../../../src/cli/hook/command-line.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { beforeOf, documentOf, effectIn } from './documents.ts';
import { LAUNCHER, place, ran, reply, stub } from './launcher.ts';
import { stage } from './stage.ts';

const event = (harness: string, name = documentOf(harness).shell, args: Record<string, unknown> = { command: 'ls' }): string =>
  JSON.stringify(beforeOf(documentOf(harness), { name, args, id: 'l1' }).payload);

const launched = (harness: string, settings: string, native = documentOf(harness).before.event): readonly string[] => [
  process.execPath,
  LAUNCHER,
  harness,
  native,
  settings,
];

/** How an address may fail to be Aegis. Each must end in a denial before the deadline. */
const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  'hangs up at once': (socket) => socket.destroy(),
  'never answers': () => undefined,
  'answers 500': (socket) => socket.end(reply('500 Oh', '{"code":"INTERNAL"}')),
  'answers 401': (socket) => socket.end(reply('401 No', '{}')),
  redirects: (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
  'answers 200 with garbage': (socket) => socket.end(reply('200 OK', '<html>hello</html>')),
  'answers 200 with nothing': (socket) => socket.end(reply('200 OK', '')),
  'answers 200 with a list': (socket) => socket.end(reply('200 OK', '[]')),
  'answers half a JSON': (socket) => socket.end(reply('200 OK', '{"permission":"al', 400)),
  'answers one byte after another': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    const timer = setInterval(() => socket.write('{'), 200);
    socket.on('close', () => clearInterval(timer));
  },
  'is no HTTP': (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
};

test('[HOOK-7] whatever goes wrong at the other end, the answer is a denial in the harness’s words and exit code 2', async (context) => {
  const { settings } = place(context);
  const closed = await stub(context, () => undefined);
  const cases = await Promise.all(Object.entries(FAULTS).map(async ([what, speak]) => ({ what, url: await stub(context, speak) })));
  for (const { what, url } of [...cases, { what: 'is not there', url: closed.replace(/:\d+$/, ':1') }]) {
    const slow = what.startsWith('never') || what.includes('one byte');
    const { code, stdout, stderr } = await ran(launched('claude-code', settings({ url, deadlineMs: slow ? 400 : 20_000 })), event('claude-code'));
    assert.equal(code, 2, what);
    assert.equal(effectIn(documentOf('claude-code'), JSON.parse(stdout) as JsonObject), 'deny', what);
    assert.match(stderr, /^Aegis could not decide this action, so it may not run: (?:its? |what answers at ).*\n$/, what);
  }
});

test('[HOOK-7] the launcher’s own denial is the daemon’s, in every harness and at every deciding event', async (context) => {
  const { settings } = place(context);
  const file = settings({ url: 'http://127.0.0.1:1' });
  for (const { name, protocol } of HARNESSES) {
    for (const [native, meaning] of Object.entries(protocol.events)) {
      const { code, stdout, stderr } = await ran(launched(name, file, native), event(name));
      if (meaning === 'decide') {
        assert.deepEqual(JSON.parse(stdout), protocol.answer(native, { effect: 'deny', text: stderr.trim() }), `${name} ${native}`);
        assert.equal(code, 2);
      } else assert.deepEqual([JSON.parse(stdout), code], [protocol.acknowledge(native), 0], `${name} ${native}: it stops nothing`);
    }
  }
});

test('[HOOK-7] no settings, broken settings, an event that is not JSON: denied', async (context) => {
  const { settings, folder } = place(context);
  for (const [file, input] of [
    [join(folder, 'nowhere.json'), event('codex')],
    [settings({ url: 'not a url' }), event('codex')],
    [settings({ url: 'ftp://127.0.0.1:1' }), event('codex')],
    [settings({ url: 'https://127.0.0.1:1' }), event('codex')],
    [settings({ url: 'http://127.0.0.1:1', onUnavailable: 'allow' }), 'not json'],
    [settings({ url: 'http://127.0.0.1:1', onUnavailable: 'allow', journal: join(folder, 'no/such/folder/j') }), event('codex')],
    [settings({ url: 'http://127.0.0.1:1', onUnavailable: 'sometimes' }), event('codex')],
  ] as const) {
    const { code, stdout } = await ran(launched('codex', file), input);
    assert.deepEqual([code, effectIn(documentOf('codex'), JSON.parse(stdout) as JsonObject)], [2, 'deny'], `${file} ${input}`);
  }
});

test('[HOOK-7] what may run while Aegis is away was chosen at installation, is written down first and told at the next start', async (context) => {
  const { settings, folder } = place(context);
  const { aegis, key, entries } = await stage(context);
  const away = settings({ url: 'http://127.0.0.1:1', onUnavailable: 'allow_readonly' });
  assert.equal((await ran(launched('claude-code', away), event('claude-code', 'Bash', { command: 'ls' }))).code, 2);
  assert.equal(existsSync(join(folder, 'journal.jsonl')), false);
  const read = await ran(launched('claude-code', away), event('claude-code', 'Read', { file_path: 'a.ts' }));
  assert.deepEqual([read.code, read.stdout], [0, '{}']);
  const all = settings({ url: 'http://127.0.0.1:1', onUnavailable: 'allow' });
  assert.equal((await ran(launched('gemini', all), event('gemini', 'run_shell_command'))).code, 0);
  assert.equal(statSync(join(folder, 'journal.jsonl')).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(join(folder, 'journal.jsonl'), 'utf8'), /a\.ts|"ls"/, 'arguments are named by their digest');
  const back = settings({ url: aegis.daemon.url, key, answerKey: aegis.answerKey });
  const start = await ran(launched('claude-code', back, 'SessionStart'), JSON.stringify({ session_id: 's1', source: 'startup' }));
  assert.deepEqual([start.code, start.stdout], [0, '{}']);
  const told = (await entries('action-journalled')).map(({ body }) => body as { mode: string; action: { name: string } });
  assert.deepEqual(
    told.map(({ mode, action }) => [mode, action.name]),
    [
      ['allow_readonly', 'Read'],
      ['allow', 'run_shell_command'],
    ],
  );
  assert.equal(existsSync(join(folder, 'journal.jsonl')), false);
});

test('[HOOK-7] in every harness only its own reading tools run undecided, each by its name and session', async (context) => {
  for (const { name, protocol, readingTools, canary } of HARNESSES) {
    const { settings, folder } = place(context);
    const file = settings({ url: 'http://127.0.0.1:1', onUnavailable: 'allow_readonly' });
    const { shell } = documentOf(name);
    assert.equal((await ran(launched(name, file), event(name, shell))).code, 2, `${name} ${shell}`);
    for (const tool of readingTools.slice(0, 1)) assert.equal((await ran(launched(name, file), event(name, tool))).code, 0, `${name} ${tool}`);
    for (const [native, { tool }] of Object.entries(protocol.unnamed ?? {})) {
      const payload = documentOf(name).calls.find((row) => row.event === native && row.call !== null)?.payload;
      const { code } = await ran(launched(name, file, native), JSON.stringify(payload));
      assert.equal(code, readingTools.includes(tool) ? 0 : 2, `${name} ${native}`);
    }
    const journal = join(folder, 'journal.jsonl');
    const told = existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : [];
    const actions = told.map((line) => (JSON.parse(line) as { action: { harness: string; event: string; session: string; name: string } }).action);
    const [first] = actions;
    if (readingTools.length > 0)
      assert.deepEqual([first?.harness, first?.event, first?.session, first?.name], [name, canary.event, 's1', readingTools[0]]);
    else assert.deepEqual(actions, []);
  }
});

test('[HOOK-7] a harness the launcher does not know is refused by its exit code', async (context) => {
  const { settings } = place(context);
  const { code, stdout, stderr } = await ran(launched('codex', settings({ onUnavailable: 'allow' })).with(2, 'emacs'), event('codex'));
  assert.deepEqual([code, stdout], [2, '{}']);
  assert.match(stderr, /may not run/);
});

test('[HOOK-7] a journal Aegis does not take is kept', async (context) => {
  const { settings, folder } = place(context);
  await ran(launched('codex', settings({ url: 'http://127.0.0.1:1', onUnavailable: 'allow' })), event('codex'));
  const before = readFileSync(join(folder, 'journal.jsonl'), 'utf8');
  await ran(launched('codex', settings({ url: 'http://127.0.0.1:1' }), 'SessionStart'), '{"session_id":"s1"}');
  assert.equal(readFileSync(join(folder, 'journal.jsonl'), 'utf8'), before);
});

/** The command exactly as it stands in a harness's settings, run as harnesses run it: by a shell. */
async function guardedRun(context: TestContext, launcher: string, started?: (pid: number) => void) {
  const { settings } = place(context);
  const url = await stub(context, () => undefined);
  const command = guarded({ node: process.execPath, launcher, harness: 'codex', event: 'PreToolUse', settings: settings({ url }) }, 'decide');
  return ran(['/bin/sh', '-c', command], event('codex'), (child) => {
    if (child.pid !== undefined) started?.(child.pid);
  });
}

test('[HOOK-7] a launcher that is gone, cannot be read or is killed in the middle still ends in exit code 2 with a reason', async (context) => {
  const { folder } = place(context);
  const gone = await guardedRun(context, join(folder, 'gone.mjs'));
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /Aegis could not be asked/);
  const copy = join(folder, 'aegis hook’s "copy".mjs');
  copyFileSync(LAUNCHER, copy);
  chmodSync(copy, 0o644);
  const killed = await guardedRun(context, copy, (shell) => killNode(copy, shell));
  if (existsSync('/proc/self/cmdline')) assert.deepEqual([killed.code, /Aegis could not be asked/.test(killed.stderr)], [2, true]);
});

/** Kills the launcher as soon as it runs; where there is no /proc to find it in, the shell around it. */
function killNode(launcher: string, shell: number): void {
  if (!existsSync('/proc/self/cmdline')) return void process.kill(shell, 'SIGKILL');
  const node = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && wordsOf(pid)[0] === process.execPath && wordsOf(pid)[1] === launcher);
  if (node === undefined) setImmediate(() => killNode(launcher, shell));
  else process.kill(Number(node), 'SIGKILL');
}

function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

test('[HOOK-7] the launcher imports nothing of the project and nothing that is slow to load', () => {
  const source = readFileSync(LAUNCHER, 'utf8');
  assert.doesNotMatch(source, /^import |\bimport\(|\brequire\(/m);
  assert.deepEqual(
    [...source.matchAll(/getBuiltinModule\('([^']+)'\)/g)].map((match) => match[1]),
    ['node:fs', 'node:crypto', 'node:net', 'node:crypto', 'node:http'],
  );
});
