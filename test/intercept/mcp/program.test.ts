import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { programOf } from '../../../src/cli/mcp-program.ts';
import { executableOf } from '../../../src/cli/mcp-server-name.ts';
import { HOSTILE, stage } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { aegis } from './person.ts';

const PATIENT = { timeout: 120_000 };
const names = async (agent: Conversation): Promise<readonly string[]> =>
  ((await agent.ask('tools/list')).result?.['tools'] as { name: string }[]).map(({ name }) => name);

function folderOf(context: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aegis-program-')));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('[MCP-18] a program is the file that is executed, and of an interpreter the files it is told to run', async (context) => {
  const folder = folderOf(context);
  const file = (name: string, text = name): string => {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
    return `${join(folder, name)} sha256:${sha256(text)}`;
  };
  const facts = {
    server: file('server'),
    js: file('server.js'),
    py: file('server.py'),
    hook: file('hook.js'),
    node: file('node'),
    python: file('python3.12'),
    java: file('java'),
    sh: file('sh'),
  };
  file('data.txt');
  mkdirSync(join(folder, 'package'));
  const main = file('package/index.js');
  symlinkSync(join(folder, 'server'), join(folder, 'linked'));
  const of = (...words: readonly string[]): Promise<readonly string[]> => programOf(join(folder, words[0] ?? ''), words.slice(1), folder);
  assert.deepEqual(await of('server', 'data.txt'), [facts.server]);
  assert.deepEqual(await of('linked'), [facts.server]);
  assert.deepEqual(await of('node', '-r', './hook.js', '--import=./hook.js', '--conditions', 'data.txt', '--flag', 'server.js', 'data.txt'), [
    facts.node,
    facts.hook,
    facts.js,
  ]);
  assert.deepEqual(await of('node', 'server.js', '-r', 'hook.js'), [facts.node, facts.js]);
  assert.deepEqual(await of('node', 'package'), [facts.node, main]);
  assert.deepEqual(await of('node', '-e', 'server.js'), [facts.node]);
  assert.deepEqual(await of('node', '--', 'server.js', 'data.txt'), [facts.node, facts.js]);
  assert.deepEqual(await of('python3.12', '-u', '-X', 'data.txt', 'server.py', 'data.txt'), [facts.python, facts.py]);
  assert.deepEqual(await of('python3.12', '-m', 'server.py'), [facts.python]);
  assert.deepEqual(await of('java', '-jar', 'server', 'data.txt'), [facts.java, facts.server]);
  assert.deepEqual(await of('sh', '-c', 'server'), [facts.sh]);
  assert.deepEqual(await of('node', 'nothing.js'), [facts.node]);
  assert.deepEqual(await of('nothing'), []);
});

test('[MCP-18] a program too large to read at every start is told by its size and the time it was written', async (context) => {
  const folder = folderOf(context);
  const file = join(folder, 'large');
  writeFileSync(file, 'x');
  truncateSync(file, 67_108_865);
  const [fact = ''] = await programOf(file, []);
  assert.match(fact, /large 67108865 bytes of \d{4}-\d\d-\d\dT/);
  truncateSync(file, 67_108_866);
  assert.notDeepEqual(await programOf(file, []), [fact]);
});

test('[MCP-18] what is read is what PATH has the system execute: no folder and no file that may not be executed', (context) => {
  const folder = folderOf(context);
  for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, name));
  mkdirSync(join(folder, 'a/tool'));
  writeFileSync(join(folder, 'b/tool'), '', { mode: 0o644 });
  writeFileSync(join(folder, 'c/tool'), '');
  chmodSync(join(folder, 'c/tool'), 0o755);
  const path = ['a', 'b', 'c'].map((name) => join(folder, name)).join(':');
  assert.equal(executableOf('tool', path), join(folder, 'c/tool'));
  assert.equal(executableOf('other', path), 'other');
});

test(
  '[MCP-18] a script that is swapped under the same command is noticed at the next start: its tools wait until a person has seen that',
  PATIENT,
  async (context) => {
    const place = await stage(context);
    const script = join(place.folder, 'server.ts');
    copyFileSync(HOSTILE, script);
    const talk = async (): Promise<Conversation> => {
      const agent = place.talk({ name: 'mail', command: [process.execPath, '--disable-warning=ExperimentalWarning', script] });
      await agent.initialize();
      return agent;
    };
    const first = await talk();
    assert.deepEqual(await names(first), ['echo_text']);
    assert.equal(await first.end(), 0);
    appendFileSync(script, '\n// swapped\n');
    const second = await talk();
    assert.deepEqual(await names(second), []);
    assert.match((await second.call('echo_text', { text: 'x' })).text, /PROGRAM_CHANGED.*TOOL_QUARANTINED/);
    assert.ok(!second.heard().some(({ method }) => method === 'tools/call'));

    const shown = await aegis(place, 'accept', 'mail', 'echo_text');
    assert.match(shown.said, /the program changed/);
    assert.match(shown.said, /- .*server\.ts sha256:[0-9a-f]{64}\n.*\+ .*server\.ts sha256:[0-9a-f]{64}/);
    const { digest } = place.aegis.daemon.gate.world('default' as never).tools.get('a1' as never)?.[0]?.doubted ?? {};
    const blind = { agent: 'a1', server: 'mail', tool: 'echo_text', digest };
    for (const wrong of [blind, { ...blind, program: ['something else'] }, { ...blind, program: [] }])
      assert.equal((await place.aegis.ask('POST', '/v1/mcp/accept', { key: place.aegis.admin, body: wrong })).status, 409);
    assert.equal((await aegis(place, 'accept', 'mail', '--all', '--yes')).code, 0);
    assert.equal((await second.call('echo_text', { text: 'seen' })).text, 'seen');
    assert.equal(await second.end(), 0);

    copyFileSync(HOSTILE, script);
    const third = await talk();
    assert.deepEqual(await names(third), []);
    assert.equal(await third.end(), 0);
    appendFileSync(script, '\n// swapped\n');
    assert.deepEqual(await names(await talk()), ['echo_text']);
    assert.deepEqual(
      (await place.entries('tool-pinned')).map((entry) => (entry['body'] as { why: string }).why),
      ['first-seen', 'accepted', 'restored'],
    );
  },
);

test('[MCP-18] a pin from before programs were read learns the first it sees, and holds it from then on', PATIENT, async (context) => {
  const { aegis: daemon, key, entries } = await stage(context);
  const tools = [{ name: 'send_mail', description: 'Sends.', inputSchema: { type: 'object' } }];
  const show = async (program?: readonly string[]): Promise<unknown> => {
    const body = { identity: '0'.repeat(64), session: 's1', tools, ...(program === undefined ? {} : { program }) };
    const [standing] = (await daemon.ask('POST', '/v1/mcp/servers/mail/tools', { key, body })).body['tools'] as {
      status: string;
      doubts: string[];
    }[];
    return standing?.doubts.join() ?? '';
  };
  assert.equal(await show(), '');
  assert.equal(await show(['/bin/mail sha256:1']), '');
  assert.equal(await show(['/bin/mail sha256:1']), '');
  assert.equal(await show(['/bin/mail sha256:2']), 'PROGRAM_CHANGED');
  assert.equal(await show(), 'PROGRAM_CHANGED');
  await daemon.restart();
  assert.equal(await show(['/bin/mail sha256:2']), 'PROGRAM_CHANGED');
  assert.equal(await show(['/bin/mail sha256:1']), '');
  assert.deepEqual(
    (await entries('tool-pinned')).map((entry) => (entry['body'] as { why: string }).why),
    ['first-seen', 'program-seen', 'restored'],
  );
});
