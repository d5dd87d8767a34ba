import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cockpit } from './browser.ts';
import type { Cockpit } from './browser.ts';

const FORCE = { command: 'git push --force origin main' };

const approvalOf = (asked: Readonly<Record<string, unknown>>): string => (asked['ask'] as { readonly approval: string }).approval;

async function statusOf({ aegis }: Cockpit, approval: string): Promise<unknown> {
  return (await aegis.ask('GET', `/v1/approvals/${approval}`, { key: aegis.admin })).body['status'];
}

test('[COCKPIT-1] a key logs in, a wrong one is refused in words, and logging out shows the form again', async (context) => {
  const cabin = await cockpit(context);
  const page = await cabin.open('/live?effect=deny');
  assert.equal(new URL(page.url()).search, '?effect=deny', 'the address is kept over the login');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('log out');
  await page.keyboard.press('Enter');
  await page.getByLabel('Key of an operator').fill('aegis_admin_wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'LOGIN_REFUSED' }).waitFor();
  assert.deepEqual(cabin.complaints, []);
});

test('[COCKPIT-1] a one-time link logs in once, and its code is gone from the address', async (context) => {
  const cabin = await cockpit(context);
  const page = await cabin.open('/');
  const link = cabin.aegis.daemon.loginLink() ?? '';
  const fresh = await page.context().browser()?.newContext();
  assert.ok(fresh !== undefined);
  const linked = await fresh.newPage();
  await linked.goto(link);
  await linked.getByRole('navigation').waitFor();
  assert.equal(new URL(linked.url()).hash, '');
  await fresh.clearCookies();
  await linked.goto('about:blank');
  await linked.goto(link);
  await linked.getByRole('alert').filter({ hasText: 'LOGIN_REFUSED' }).waitFor();
  await fresh.close();
});

test('[COCKPIT-3] by keyboard alone: a held action appears, is allowed with one key, and the agent gets its answer', async (context) => {
  const cabin = await cockpit(context);
  const page = await cabin.open('/approvals');
  await page.getByText('No approvals waiting.').waitFor();
  const asked = await cabin.ask('run_command', FORCE);
  await page
    .getByRole('button', { name: /Allow once/ })
    .and(page.locator(':enabled'))
    .waitFor();
  assert.match(await page.title(), /^\(1\) Approvals/);
  await page.keyboard.press('a');
  await page.getByText('Allowed once by you.').waitFor();
  const answer = await cabin.aegis.ask('GET', `/v1/actions/${String(asked['action'])}`, { key: cabin.aegis.admin });
  assert.ok(answer.status === 200 || answer.status === 403);
  assert.notEqual(await statusOf(cabin, approvalOf(asked)), 'pending');
  await page.getByText('allowed once', { exact: true }).waitFor();
  assert.deepEqual(cabin.complaints, []);
});

test('[COCKPIT-3] refusing takes a reason: decision keys are dead while it is written, Esc goes back, Enter sends', async (context) => {
  const cabin = await cockpit(context);
  const asked = await cabin.ask('run_command', FORCE);
  const page = await cabin.open('/approvals');
  await page.getByRole('button', { name: /Refuse/ }).waitFor();
  await page.keyboard.press('x');
  const why = page.getByLabel('Why you refuse');
  await why.waitFor();
  await page.keyboard.press('Escape');
  await why.waitFor({ state: 'detached' });
  assert.equal(await statusOf(cabin, approvalOf(asked)), 'pending');
  await page.keyboard.press('x');
  await page.keyboard.type('a branch, not main');
  await page.keyboard.press('Enter');
  await page.getByText('Refused by you.').waitFor();
  assert.equal(await statusOf(cabin, approvalOf(asked)), 'refused');
  const { body } = await cabin.aegis.ask('GET', '/v1/log?type=approval-refused', { key: cabin.aegis.admin });
  const [entry] = body['entries'] as { readonly body: { readonly reason: string; readonly channel: string } }[];
  assert.deepEqual([entry?.body.reason, entry?.body.channel], ['a branch, not main', 'dashboard']);
});

test('[COCKPIT-3] Allow stays locked until the end of the arguments was on the screen', async (context) => {
  const cabin = await cockpit(context);
  const steps = Array.from({ length: 200 }, (_, at) => `echo step ${String(at)}`);
  const asked = await cabin.ask('run_command', { command: ['git push --force origin main', ...steps].join('\n') });
  const page = await cabin.open('/approvals');
  const allow = page.getByRole('button', { name: /Allow once/ });
  await page.getByText('Scroll to the end of the arguments').waitFor();
  assert.equal(await allow.isDisabled(), true);
  await page.keyboard.press('a');
  assert.equal(await statusOf(cabin, approvalOf(asked)), 'pending');
  // The refused key put the focus on the arguments: End scrolls them.
  await page.keyboard.press('End');
  await allow.and(page.locator(':enabled')).waitFor();
  await page.keyboard.press('a');
  await page.getByText('Allowed once by you.').waitFor();
});

test('[COCKPIT-3] whoever is second is told; what is open does not change under the key', async (context) => {
  const cabin = await cockpit(context);
  const asked = await cabin.ask('run_command', FORCE);
  const page = await cabin.open('/approvals');
  await page
    .getByRole('button', { name: /Allow once/ })
    .and(page.locator(':enabled'))
    .waitFor();
  await cabin.ask('query_database', { sql: 'DELETE FROM orders' });
  await page.getByText('2 waiting').waitFor();
  await cabin.aegis.ask('POST', `/v1/approvals/${approvalOf(asked)}/refuse`, { key: cabin.aegis.admin, body: { reason: 'no' } });
  await page.getByText('It does not wait any more.').waitFor();
  await page.keyboard.press('a');
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'query_database' }).waitFor();
  const { body } = await cabin.aegis.ask('GET', '/v1/approvals', { key: cabin.aegis.admin });
  assert.equal((body['approvals'] as unknown[]).length, 1, 'nothing was answered by the key');
});

test('[COCKPIT-4] an auditor sees the answers with the reason why they are switched off', async (context) => {
  const cabin = await cockpit(context);
  const asked = await cabin.ask('run_command', FORCE);
  const page = await cabin.open('/approvals', {}, await cabin.aegis.operator('aldo', 'auditor'));
  await page.getByText('Your role is auditor; deciding needs operator or admin.').waitFor();
  for (const name of [/Allow once/, /Refuse/, /Halt/]) assert.equal(await page.getByRole('button', { name }).isDisabled(), true);
  await page.keyboard.press('a');
  await page.keyboard.press('x');
  assert.equal(await page.getByLabel('Why you refuse').count(), 0);
  assert.equal(await statusOf(cabin, approvalOf(asked)), 'pending');
});

test('[COCKPIT-2] on a phone, dark: the queue, then one request, allowed by touch, nothing wider than the screen', async (context) => {
  const cabin = await cockpit(context);
  await cabin.ask('run_command', { command: `git push --force origin main ${'x'.repeat(300)}` });
  const page = await cabin.open('/approvals', { phone: true, dark: true });
  await page.getByRole('button', { name: /run_command/ }).click();
  const allow = page.getByRole('button', { name: /Allow once/ });
  await allow.and(page.locator(':enabled')).waitFor();
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
  assert.equal(wide, 390);
  await allow.click();
  await page.getByText('Allowed once by you.').waitFor();
  await page.getByRole('button', { name: /All approvals/ }).click();
  await page.getByText('No approvals waiting.').waitFor();
  assert.deepEqual(cabin.complaints, []);
});
