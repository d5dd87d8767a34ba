import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { pinned } from '../pins/pinned.ts';
import { drawnWidth } from '../../src/cli/screen/width.ts';
import { onScreen } from './pty.ts';
import { act, terminal, type Terminal } from './terminal.ts';

const SCREENS = [
  ['status'],
  ['agents'],
  ['actions'],
  ['actions', '6'],
  ['approvals'],
  ['approvals', 'show', '7'],
  ['costs'],
  ['operators'],
  ['log', 'tail', '--last', '4', '--no-follow'],
] as const;

/** A daemon with one agent that did something ordinary, something forbidden and something a person must look at. */
async function inUse(context: Parameters<typeof terminal>[0]): Promise<Terminal> {
  const shell = await terminal(context);
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  const { key } = JSON.parse((await shell.aegis('agents', 'add', 'customer-support-assistant-of-the-night', '--json')).stdout) as { key: string };
  await act(up.url, key, { session: 'night', name: 'lookup_balance', args: { customer: 3 } });
  await act(up.url, key, { session: 'night', name: 'run_command', args: { command: 'rm -rf / --no-preserve-root' } });
  await act(up.url, key, {
    session: 'night',
    name: 'write_file',
    args: { path: '/etc/cron.d/nightly', content: '0 3 * * * root /usr/local/bin/résumé-备份' },
  });
  return shell;
}

/** Times differ from run to run, also in length: a cell of ten columns keeps its width, one in a sentence is a word. */
const steady = (text: string): string =>
  text
    .replace(/(?<= {2})(?:now|(?:in )?\d+ (?:s|min|h)(?: ago)?) *(?= {2}|$)/gm, '<time>    ')
    .replace(/\b(?:now|(?:in )?\d+ (?:s|min|h)(?: ago)?)\b/g, '<time>');

for (const columns of [80, 120]) {
  test(`[CLI-4] every screen fits a terminal of ${String(columns)} columns, in colour, and says when in words`, async (context) => {
    const shell = await inUse(context);
    let shownAll = '';
    for (const args of SCREENS) {
      const { code, text } = await onScreen(shell, { columns, args });
      assert.equal(code, 0, `${args.join(' ')}: ${text}`);
      const plain = stripVTControlCharacters(text);
      const table = ['actions', 'agents', 'approvals', 'costs', 'operators'].includes(args[0]) && args.length === 1;
      if (table) for (const row of plain.split('\n')) assert.ok(drawnWidth(row) <= columns, `${args.join(' ')}: ${row}`);
      shownAll += `$ aegis ${args.join(' ')}\n${plain}\n`;
    }
    assert.match(shownAll, /\bago\b|\bnow\b/);
    assert.ok(shownAll.length > 1_000);
    pinned(`test/transcripts/screen-${String(columns)}.txt`, shell.level(steady(shownAll)));
  });
}

test('[CLI-4] effect and risk have colours on a terminal, none with NO_COLOR, none in a pipe', async (context) => {
  const shell = await inUse(context);
  const { text } = await onScreen(shell, { columns: 120, args: ['actions'] });
  assert.match(text, /\u001b\[31mCRITICAL\u001b\[0m/);
  assert.match(text, /\u001b\[31mdeny\u001b\[0m/);
  assert.match(text, /\u001b\[32mallow\u001b\[0m/);
  const bare = await onScreen(shell, { columns: 120, args: ['actions'], env: { NO_COLOR: '1' } });
  assert.doesNotMatch(bare.text, /\u001b\[/);
  const piped = await shell.aegis('actions');
  assert.doesNotMatch(piped.stdout, /\u001b\[|…| ago/);
  assert.match(piped.stdout, /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
});

test('[CLI-5] --watch shows the screen again until Ctrl-C, which ends it well; without a terminal it is refused', async (context) => {
  const shell = await inUse(context);
  const twice = (text: string): string | null => ((text.match(/Ctrl-C ends/g)?.length ?? 0) >= 2 ? '\u0003' : null);
  for (const args of [['actions'], ['approvals'], ['status'], ['agents'], ['costs']]) {
    const { code, text } = await onScreen(shell, { columns: 100, args: [...args, '--watch', '1'], type: twice });
    assert.equal(code, 0, text);
  }
  const piped = await shell.aegis('status', '--watch');
  assert.equal(piped.code, 2);
  assert.match(piped.stderr, /--watch needs a terminal\./);
  assert.equal((await onScreen(shell, { columns: 80, args: ['status', '--watch', 'soon'] })).code, 2);
});

test('[CLI-6] an action and an approval are named by their number, their id or the beginning of it', async (context) => {
  const shell = await inUse(context);
  const rows = JSON.parse((await shell.aegis('actions', '--json')).stdout) as readonly { action: string; index: number; name: string }[];
  const denied = rows.find(({ name }) => name === 'run_command');
  assert.ok(denied !== undefined);
  for (const word of [String(denied.index), `#${String(denied.index)}`, denied.action, denied.action.slice(0, -4)]) {
    const { code, stdout } = await shell.aegis('actions', word, '--json');
    assert.equal(code, 0, word);
    assert.equal((JSON.parse(stdout) as { action: string }).action, denied.action, word);
  }
  const nobody = await shell.aegis('actions', 'zzz');
  assert.deepEqual([nobody.code, /Unknown action `zzz`/.test(nobody.stderr)], [5, true]);
  const several = await shell.aegis('actions', denied.action.slice(0, 4));
  assert.deepEqual([several.code, /is the start of 3 action ids/.test(several.stderr)], [2, true]);
  const none = await shell.aegis('actions', '#1');
  assert.deepEqual([none.code, /No action was decided in entry 1\./.test(none.stderr)], [5, true]);
  const asked = rows.find(({ name }) => name === 'write_file');
  const granted = await shell.aegis('approvals', 'grant', String(asked?.index), '--reason', 'looked at it');
  assert.equal(granted.code, 0, granted.stderr);
  assert.equal((await shell.aegis('approvals', 'grant', String(asked?.index), '--reason', 'again')).code, 5);
});

test('[CLI-8] halting a name that is not registered halts nothing and names the nearest, unless that is meant', async (context) => {
  const shell = await terminal(context);
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  await shell.aegis('agents', 'add', 'support-bot');
  const mistyped = await shell.aegis('halt', 'agent', 'suport-bot', '--reason', 'in a hurry');
  assert.deepEqual([mistyped.code, /Did you mean `aegis halt agent support-bot`/.test(mistyped.stderr)], [5, true]);
  assert.match((await shell.aegis('status')).stdout, /0 halted/);
  assert.equal((await shell.aegis('halt', 'agent', 'to-come', '--reason', 'not yet', '--unknown')).code, 0);
  assert.match((await shell.aegis('status')).stdout, /halted +agent to-come: not yet/);
});
