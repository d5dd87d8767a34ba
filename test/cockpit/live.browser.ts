import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cockpit } from './browser.ts';

test('[COCKPIT-5] actions appear as they are decided, pausing holds them, filters stand in the address', async (context) => {
  const cabin = await cockpit(context);
  const page = await cabin.open('/live');
  await page.getByText('No actions yet.').waitFor();
  await cabin.ask('lookup_order', { order: 1 });
  const rows = page.getByRole('listitem');
  await rows.filter({ hasText: 'lookup_order' }).waitFor();
  await page.keyboard.press('Space');
  await cabin.ask('http_get', { url: 'http://169.254.169.254/latest/meta-data/' });
  await page.getByRole('button', { name: /1 new/ }).waitFor();
  assert.equal(await rows.count(), 1);
  await page.keyboard.press('Space');
  await rows.filter({ hasText: 'http_get' }).waitFor();
  await page.getByLabel('Effect').selectOption('deny');
  await rows.filter({ hasText: 'lookup_order' }).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('effect'), 'deny');
  await page.reload();
  await rows.filter({ hasText: 'http_get' }).waitFor();
  assert.equal(await rows.count(), 1);
  assert.deepEqual(cabin.complaints, []);
});

test('[COCKPIT-2] when the daemon is gone the page says so and keeps what it showed', async (context) => {
  const cabin = await cockpit(context);
  const page = await cabin.open('/live');
  await cabin.ask('lookup_order', { order: 1 });
  const row = page.getByRole('listitem').filter({ hasText: 'lookup_order' });
  await row.waitFor();
  // On another port from now on, so that this page's address answers no more.
  await cabin.aegis.restart();
  await page.getByRole('status').filter({ hasText: 'Disconnected' }).waitFor();
  assert.equal(await row.count(), 1);
});

test('[COCKPIT-2] a second tab is told by the first, and both ask for a login when it ended', async (context) => {
  const cabin = await cockpit(context);
  const page = await cabin.open('/live');
  const second = await page.context().newPage();
  await second.goto(`${cabin.aegis.daemon.url}/approvals`);
  await second.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await cabin.ask('run_command', { command: 'git push --force origin main' });
  await second.getByText('1 waiting').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('log out');
  await page.keyboard.press('Enter');
  await page.getByLabel('Key of an operator').waitFor();
  await second.getByText('Your login ended').waitFor();
});

test('[COCKPIT-6] an action in full: its bytes, why, what happened, and the proof computed in this browser', async (context) => {
  const cabin = await cockpit(context);
  await cabin.ask('lookup_order', { order: 1 });
  await cabin.ask('run_command', { command: 'rm -rf / --no-preserve-root' });
  const page = await cabin.open('/live');
  await page.getByRole('listitem').filter({ hasText: 'run_command' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'run_command' }).waitFor();
  assert.match((await page.getByRole('region', { name: 'Exact arguments' }).textContent()) ?? '', /rm -rf \/ --no-preserve-root/);
  await page.getByText('SHELL_RECURSIVE_DELETE').first().waitFor();
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  await page.getByText('inclusion verified in this browser').waitFor();
  await page.goBack();
  await page.getByRole('listitem').filter({ hasText: 'run_command' }).waitFor();
  assert.deepEqual(cabin.complaints, []);
});
