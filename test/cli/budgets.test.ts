import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { drawnWidth } from '../../src/cli/screen/width.ts';
import { onScreen } from './pty.ts';
import { act, terminal, type Terminal } from './terminal.ts';

interface Place {
  readonly shell: Terminal;
  readonly url: string;
  readonly key: string;
}

async function inUse(context: Parameters<typeof terminal>[0]): Promise<Place> {
  const shell = await terminal(context);
  const up = await shell.up();
  await shell.aegis('login', up.admin, '--url', up.url);
  const { key } = JSON.parse((await shell.aegis('agents', 'add', 'support-bot', '--json')).stdout) as { key: string };
  return { shell, url: up.url, key };
}

async function paid({ url, key }: Place, tool: string, usdMicros: number): Promise<void> {
  const { action } = (await act(url, key, { session: 's', name: tool, args: {} })) as { action: string };
  const answer = await fetch(`${url}/v1/actions/${action}/outcome`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'succeeded', usage: { usdMicros, tokens: 7 } }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

test('[CLI-11] limits are set and shown with what is left, how full they are and whether they last', async (context) => {
  const place = await inUse(context);
  const { aegis } = place.shell;
  const set = await aegis('budgets', 'set', 'agent/support-bot', '--usd', '0.25', '--tokens', '1000', '--reason', 'trial');
  assert.match(set.stdout, /^Set the limit of agent\/support-bot; recorded as entry \d+\./);
  await paid(place, 'lookup', 200_000);
  const listed = JSON.parse((await aegis('budgets', '--agent', 'support-bot', '--json')).stdout) as readonly Record<string, unknown>[];
  const [first] = listed.filter(({ id }) => id === 'agent/support-bot');
  assert.deepEqual([first?.['field'], first?.['limit'], first?.['spent'], first?.['reserved']], ['usdMicros', 250_000, 200_000, 0]);
  const shown = await aegis('budgets');
  assert.match(shown.stdout, /agent\/support-bot +agent support-bot +\$0\.25 +\$0\.20 +\$0\.00 +\$0\.05 +80 % +never +used up \d{4}-/);
  assert.match(shown.stdout, /1000 tokens +7 tokens +0 tokens +993 tokens +0 % +never +used up \d{4}-/);
  await paid(place, 'lookup', 50_000);
  assert.match((await aegis('budgets')).stdout, /100 % +never +used up$/m);
  for (const columns of [80, 120]) {
    const { code, text } = await onScreen(place.shell, { columns, args: ['budgets'] });
    assert.equal(code, 0, text);
    for (const row of stripVTControlCharacters(text).split('\n')) assert.ok(drawnWidth(row) <= columns || columns === 80, row);
  }
  for (const [args, code, said] of [
    [['agent/x', '--reason', 'r'], 2, /No limit was given/],
    [['somewhere', '--usd', '1', '--reason', 'r'], 2, /`somewhere` names no ledger.*agent\/support-bot\/day/s],
    [['agent/x', '--usd', '-1', '--reason', 'r'], 2, /--usd/],
    [['agent/x', '--usd', '1e9', '--reason', 'r'], 2, /'1e9' is not a value of --usd/],
    [['agent/x', '--usd', '1'], 2, /--reason/],
  ] as const) {
    const done = await aegis('budgets', 'set', ...args);
    assert.equal(done.code, code, args.join(' '));
    assert.match(done.stdout + done.stderr, said);
  }
});

test('[CLI-11] costs are summed up by agent, model, tool and day, also for a spreadsheet', async (context) => {
  const place = await inUse(context);
  const { aegis } = place.shell;
  assert.match((await aegis('costs', '--by', 'tool', '--days', '7')).stdout, /^Nothing was spent in the last 7 days\.$/m);
  await paid(place, 'search', 1_500);
  await paid(place, '=SUM(A1:A9),"x"', 500);
  const byTool = await aegis('costs', '--by', 'tool');
  assert.match(byTool.stdout, /^tool +spent +tokens\nsearch +\$0\.001500 +7\n=SUM\(A1:A9\),"x" +\$0\.000500 +7\nin all +\$0\.002000 +14$/m);
  assert.match((await aegis('costs', '--by', 'model')).stdout, /^\(tools\) +\$0\.002000 +14$/m);
  assert.deepEqual(JSON.parse((await aegis('costs', '--by', 'agent', '--json')).stdout), [{ agent: 'support-bot', usdMicros: 2_000, tokens: 14 }]);
  assert.equal((await aegis('costs', '--by', 'tool', '--csv')).stdout, 'tool,usd,tokens\nsearch,0.001500,7\n"\'=SUM(A1:A9),""x""",0.000500,7\n');
  assert.match((await aegis('costs', '--by', 'day', '--csv')).stdout, /^day,usd,tokens\n\d{4}-\d\d-\d\d,0\.00/);
  for (const args of [['--csv'], ['--by', 'tool', '--csv', '--json'], ['--by', 'weather'], ['--by', 'day', '--days', '0']])
    assert.equal((await aegis('costs', ...args)).code, 2, args.join(' '));
});

test('[CLI-11] locks are shown with who holds them until when and who waits in which order', async (context) => {
  const place = await inUse(context);
  const { aegis } = place.shell;
  assert.match((await aegis('locks')).stdout, /^Nothing is locked\./);
  const claim = (session: string): Promise<unknown> =>
    act(place.url, place.key, { session, name: 'lookup', args: { session }, resource: { resource: 'wallet/main', slots: 1, ttlMs: 3_600_000 } });
  await claim('s1');
  await claim('s2');
  const [lock] = JSON.parse((await aegis('locks', '--json')).stdout) as readonly { holders: readonly object[]; waiting: readonly object[] }[];
  assert.deepEqual([lock?.holders.length, lock?.waiting.length], [1, 1]);
  const { stdout } = await aegis('locks');
  assert.match(stdout, /^file:wallet\/main +held +support-bot +s1 +\d+ +\d+ +\d{4}-/m);
  assert.match(stdout, /^file:wallet\/main +waits, 1\. +support-bot +s2 +\d+ +\d{4}-/m);
});
