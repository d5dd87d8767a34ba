import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminal } from './terminal.ts';

test('[VIEW-3] `aegis open` prints a link that logs a browser in', async (context) => {
  const shell = await terminal(context);
  const { url, admin } = await shell.up();
  await shell.aegis('login', admin, '--url', url);
  const { code, stdout } = await shell.aegis('open', '--json');
  assert.equal(code, 0);
  const link = new URL((JSON.parse(stdout) as { url: string }).url);
  assert.deepEqual([link.origin, link.pathname], [new URL(url).origin, '/']);
  const login = await fetch(`${url}/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: link.hash.slice('#login='.length) }),
  });
  assert.equal(((await login.json()) as { role: string }).role, 'admin');
  const printed = await shell.aegis('open', '--print');
  assert.match(printed.stdout, new RegExp(`^${url}/#login=[\\w-]{43}\\n$`));
  assert.match(printed.stderr, /It logs one browser in, once, within 10 minutes\./);
});
