import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cockpit } from './browser.ts';
import type { Cockpit } from './browser.ts';

async function paid(cabin: Cockpit, tool: string, usdMicros: number): Promise<void> {
  const { action } = (await cabin.ask(tool, { n: usdMicros })) as { action: string };
  const settled = await cabin.aegis.ask('POST', `/v1/actions/${action}/outcome`, {
    key: cabin.key,
    body: { status: 'succeeded', usage: { usdMicros, tokens: 40 } },
  });
  assert.equal(settled.status, 200, settled.text);
}

const limit = (cabin: Cockpit, ledger: string, usdMicros: number): Promise<unknown> =>
  cabin.aegis.ask('POST', '/v1/budgets', { key: cabin.aegis.admin, body: { ledger, limit: { usdMicros }, reason: 'trial' } });

test('[COCKPIT-9] budgets stand the fullest first with their outlook, and costs by agent, model, tool and day, as they happen', async (context) => {
  const cabin = await cockpit(context);
  await limit(cabin, 'agent/support-bot', 2_000_000);
  await limit(cabin, 'tenant/month', 90_000_000);
  const page = await cabin.open('/');
  await page.keyboard.press('s');
  const budgets = page.getByRole('list', { name: 'Budgets' });
  await budgets.getByRole('listitem').filter({ hasText: 'tenant/month' }).filter({ hasText: '$0.00 of $90.00' }).waitFor();
  await page.getByText('Nothing was spent in this time.').first().waitFor();
  await paid(cabin, '<b>pay</b>', 1_500_000);
  const own = budgets.getByRole('listitem').filter({ hasText: '$1.50 of $2.00' }).filter({ hasText: 'Never resets.' });
  await own.filter({ hasText: 'At this pace used up in' }).waitFor();
  await own.getByRole('img', { name: '75 % used, $1.50 spent, $0.00 reserved' }).waitFor();
  assert.match(await budgets.getByRole('listitem').first().innerText(), /support-bot/);
  const byTool = page.getByRole('list', { name: 'By tool' });
  await byTool.getByText('<b>pay</b>').waitFor();
  await byTool.getByText('$1.50').waitFor();
  await page.getByRole('list', { name: 'By model' }).getByText('(tools)').waitFor();
  await paid(cabin, 'look', 500_000);
  await own.waitFor({ state: 'detached' });
  await budgets.getByText('Used up.').waitFor();
  await page.getByRole('button', { name: '90 days' }).click();
  assert.equal(new URL(page.url()).searchParams.get('days'), '90');
  await page.getByRole('list', { name: 'By agent' }).getByRole('link', { name: 'support-bot' }).click();
  await page.getByRole('heading', { name: 'support-bot' }).waitFor();
  await page.getByRole('list', { name: 'Budgets' }).getByText('Used up.').waitFor();
  assert.deepEqual(cabin.complaints, []);
});

test('[COCKPIT-9] on a dark phone nothing of it is wider than the screen, and an agent is looked up by its whole name', async (context) => {
  const cabin = await cockpit(context);
  await limit(cabin, `team/${'a-very-long-name-of-a-team-'.repeat(6)}`, 1);
  await limit(cabin, 'tenant', 1_000);
  const page = await cabin.open('/spend', { phone: true, dark: true });
  await page.getByRole('list', { name: 'Budgets' }).getByText('$0.00 of $0.0010').waitFor();
  assert.equal(await page.evaluate<number>('document.documentElement.scrollWidth'), 390);
  await page.goto(`${cabin.aegis.daemon.url}/agents?agent=nobody`);
  await page.getByText('No agent of this name.').waitFor();
  assert.deepEqual(cabin.complaints, []);
});
