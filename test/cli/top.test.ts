import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { drawnWidth } from '../../src/cli/screen/width.ts';
import { history, sparkline } from '../../src/cli/top/burn.ts';
import { figures, picture, plainLines, ranked } from '../../src/cli/top/picture.ts';
import type { AgentSample, Sample } from '../../src/cli/top/sample.ts';
import { onScreen } from './pty.ts';
import { act, terminal } from './terminal.ts';

const AT = Date.UTC(2026, 10, 30, 12);
const agent = (name: string, more: Partial<AgentSample> = {}): AgentSample => ({
  agent: name,
  status: 'active',
  waiting: 0,
  tokens: 0,
  calls: 0,
  usdMicrosToday: 0,
  sessions: 0,
  loops: 0,
  ...more,
});
const sample = (at: number, agents: readonly AgentSample[]): Sample => ({ at, agents, approvals: 1, actions24h: 12, denied24h: 3 });

test('[CLI-10] what burns is what came in the last minute; a reservation that is given back burns nothing', () => {
  const past = history();
  const looks = [0, 1_000, 3_000, 2_500, 8_500].map((tokens, at) => sample(AT + at * 30_000, [agent('bot', { tokens, calls: at * 5 })]));
  assert.deepEqual(past.burn('bot'), { tokensPerMinute: 0, callsPerMinute: 0, steps: [] });
  for (const one of looks) past.add(one);
  assert.deepEqual(past.burn('bot'), { tokensPerMinute: 5_500, callsPerMinute: 10, steps: [1_000, 2_000, 0, 6_000] });
  assert.deepEqual(past.burn('nobody').steps, []);
  for (let at = 0; at < 1_000; at++) past.add(sample(AT + 120_000 + at, [agent('bot', { tokens: 8_500 })]));
  assert.ok(past.burn('bot').steps.length < 64, 'old looks are forgotten');
});

test('[CLI-10] the sparkline ends with the newest step and is never wider than its room', () => {
  assert.equal(sparkline([0, 50, 100], 16), '▁▅█');
  assert.equal(sparkline([], 16), '');
  assert.equal(sparkline([0, 0], 16), '▁▁');
  assert.equal(
    sparkline(
      Array.from({ length: 100 }, (_, at) => at),
      16,
    ).length,
    16,
  );
});

test('[CLI-10] the screen fits its terminal, most tokens first, hostile names are shown for what they are', () => {
  const past = history();
  const agents = [
    agent('idle'),
    agent('bot\u001b[2J', { tokens: 100, waiting: 2, loops: 1, usdMicrosToday: 2_370_000, sessions: 3 }),
    agent('x'.repeat(120)),
  ];
  past.add(
    sample(
      AT,
      agents.map((one) => ({ ...one, tokens: 0 })),
    ),
  );
  const now = sample(AT + 10_000, agents);
  past.add(now);
  const view = { sample: now, past, selected: 'idle', said: '', lostAt: null, rows: 24 };
  for (const columns of [80, 120, 200]) {
    const shown = stripVTControlCharacters(picture({ ...view, columns }));
    for (const row of shown.split('\n')) assert.ok(drawnWidth(row) <= columns, row);
    assert.match(shown, /3 agents · \$2\.37 today/);
    assert.match(shown, /12 actions in 24 h, 3 denied · 1 waiting: aegis approvals/);
    assert.match(shown, /> +idle/);
  }
  assert.equal(ranked(now, past)[0]?.agent, 'bot\u001b[2J');
  assert.match(picture({ ...view, columns: 200 }), /bot\\u\{1b\}\[2J/);
  assert.match(
    plainLines(now, past)[0] ?? '',
    /^2026-11-30 12:00:10 {2}bot\\u\{1b\}\[2J {2}active {2}600 tokens\/min .*\$2\.37 today {2}3 sessions {2}2 waiting {2}1 loops$/,
  );
  assert.deepEqual(Object.keys(figures(now, past)[0] ?? {}).toSorted(), [
    'agent',
    'at',
    'callsPerMinute',
    'loops',
    'sessions',
    'status',
    'tokensPerMinute',
    'usdMicrosToday',
    'waiting',
  ]);
  assert.match(picture({ ...view, lostAt: AT, columns: 80 }), /Aegis does not answer since 2026-11-30 12:00:00 UTC/);
  assert.match(picture({ ...view, sample: sample(AT, []), columns: 80 }), /No agents yet\. Register one/);
  const many = Array.from({ length: 300 }, (_, at) => agent(`a${String(at).padStart(3, '0')}`));
  const low = stripVTControlCharacters(picture({ ...view, sample: sample(AT, many), selected: 'a200', columns: 80, rows: 20 }));
  assert.ok(low.split('\n').length <= 20, 'no higher than the terminal');
  assert.match(low, />.*a200/, 'the selected one is in sight');
});

test('[CLI-10] on a terminal: select, halt after a y, and leave it as it was; in a pipe lines and JSON', async (context) => {
  const shell = await terminal(context);
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  const empty = await shell.aegis('top', '--count', '1');
  assert.match(empty.stdout, /no agents\n$/);
  await shell.aegis('agents', 'add', 'anna');
  const { key } = JSON.parse((await shell.aegis('agents', 'add', 'bob', '--json')).stdout) as { key: string };
  await act(up.url, key, { session: 's', name: 'lookup', args: {} });

  const { code, text } = await onScreen(shell, {
    columns: 100,
    args: ['top', '--every', '3600'],
    steps: [
      [/q quit/, 'j'],
      [/> +bob/, 'h'],
      [/Halt the agent bob\?/, 'n'],
      [/q quit/, 'h'],
      [/Halt the agent bob\?/, 'y'],
      [/Halted bob; recorded as entry \d+/, '\u0003'],
    ],
  });
  assert.equal(code, 0, text);
  assert.ok(text.startsWith('\u001b[?1049h') && text.trimEnd().endsWith('\u001b[?25h\u001b[?1049l'), 'the screen is given back');
  const rows = (await shell.aegis('top', '--json', '--count', '1')).stdout
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as { agent: string; status: string; sessions: number });
  assert.deepEqual(
    rows.map(({ agent: one, status, sessions }) => [one, status, sessions]),
    [
      ['anna', 'active', 0],
      ['bob', 'halted', 1],
    ],
  );
  assert.equal((await shell.aegis('top', '--every', '0')).code, 2);
});
