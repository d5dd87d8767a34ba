import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cockpit } from './browser.ts';

/** Texts that would run as markup, in an attribute, in a script, in a template or as an address, and texts that hide. */
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "';alert(1)//",
  '</textarea><svg/onload=alert(1)>',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<base href="https://evil.example/">',
  '<form action="https://evil.example/"><input name=key>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '--><!--<img src=x onerror=alert(1)>',
  '\u001b[31mred\u001b[2J',
  'user\u202etxt.exe',
  'pay\u200bpal',
  '\u{e0041}\u{e0042}\u{e0043}',
  'a\u0300\u0301\u0302\u0303\u0304',
  '=HYPERLINK("https://evil.example","x")',
  '\ufeff\u2066\u2069\u00ad',
] as const;

test('[COCKPIT-7] hostile text in arguments, reasons, sessions and the agent’s words is shown and never runs', async (context) => {
  const cabin = await cockpit(context);
  for (const [at, text] of HOSTILE.entries())
    await cabin.ask('run_command', { command: 'git push --force origin main', note: text, [text]: at }, `s${String(at)}`);
  const { body } = await cabin.aegis.ask('GET', '/v1/approvals', { key: cabin.aegis.admin });
  const waiting = body['approvals'] as { readonly approval: string; readonly args: string }[];
  assert.ok(waiting.length > 0);
  const page = await cabin.open('/approvals');
  await page.getByText(`${String(waiting.length)} waiting`).waitFor();
  for (const path of ['/', '/live', '/approvals?open=<img src=x onerror=alert(1)>', '/live?q="><img src=x onerror=alert(1)>', '/actions/<img src=x>'])
    await page.goto(cabin.aegis.daemon.url + path, { waitUntil: 'load' });
  await page.getByRole('alert').waitFor();
  for (const { approval, args } of waiting) {
    await page.goto(`${cabin.aegis.daemon.url}/approvals?open=${approval}`);
    const payload = page.getByRole('region', { name: 'Exact arguments' });
    await payload.waitFor();
    const shown = (await payload.textContent()) ?? '';
    assert.doesNotMatch(shown, /[\u200b\u202e\u2066\u2069\ufeff\u00ad\u{e0041}]/u);
    const visible = args.slice(1, -1).split(/[":,\u200b\u202e\u2066\u2069\ufeff\u00ad\p{M}\u{e0041}-\u{e0043}]+/u);
    for (const part of visible) assert.ok(shown.includes(part), `${part} is shown`);
  }
  assert.equal(await page.locator('iframe, main img, main script, main style, form[action]').count(), 0);
  assert.deepEqual(cabin.complaints, []);
});

test('[COCKPIT-7] characters that nobody would see are code points, in the arguments and elsewhere', async (context) => {
  const cabin = await cockpit(context);
  await cabin.ask('run_command', { command: 'git push --force origin ma\u200bin \u202etxt.exe' });
  const page = await cabin.open('/approvals');
  const payload = page.getByRole('region', { name: 'Exact arguments' });
  await payload.getByText('U+200B').waitFor();
  await payload.getByText('U+202E').waitFor();
});

test('[COCKPIT-7] a megabyte of text is shown to its end, and the page still answers keys', async (context) => {
  const cabin = await cockpit(context);
  const { action } = await cabin.ask('save_note', { text: `${'lorem ipsum '.repeat(70_000)} END-OF-IT` });
  const page = await cabin.open(`/actions/${String(action)}`);
  const payload = page.getByRole('region', { name: 'Exact arguments' });
  await payload.waitFor();
  assert.match(((await payload.textContent()) ?? '').slice(-20), /END-OF-IT/);
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
});
