import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createBrowserLogins } from '../../src/http/browser-logins.ts';
import { DEFAULT_TENANT } from '../../src/kernel/ids.ts';
import type { Digest } from '../../src/kernel/ids.ts';
import { running } from './daemon.ts';
import type { Answer, Running } from './daemon.ts';

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
}

const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** A browser logged in with these terms. */
async function browser(aegis: Running, body: object): Promise<Browser> {
  const answer = await aegis.ask('POST', '/v1/login', { body });
  assert.equal(answer.status, 200, answer.text);
  const [cookie, csrf] = [cookieOf(answer), String(answer.body['csrf'])];
  const ask: Browser['ask'] = (method, path, sent, headers = {}) =>
    aegis.ask(method, path, {
      ...(sent === undefined ? {} : { body: sent }),
      headers: { cookie, 'sec-fetch-site': 'same-origin', ...(method === 'GET' ? {} : { 'aegis-csrf': csrf }), ...headers },
    });
  return { cookie, csrf, ask };
}

async function crew(context: TestContext): Promise<{ aegis: Running; operator: string; auditor: string }> {
  const aegis = await running(context);
  return { aegis, operator: await aegis.operator('olga', 'operator'), auditor: await aegis.operator('aldo', 'auditor') };
}

test('[VIEW-1] a key logs a browser in: the cookie is HttpOnly, SameSite=Strict and expires, and stands for the key', async (context) => {
  const { aegis, operator } = await crew(context);
  const answer = await aegis.ask('POST', '/v1/login', { body: { key: operator } });
  const { port } = new URL(aegis.daemon.url);
  assert.match(
    answer.headers.get('set-cookie') ?? '',
    new RegExp(`^aegis_login_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Expires=[A-Z][a-z]{2}, [^;]+ GMT$`),
  );
  assert.deepEqual([answer.body['operator'], answer.body['role'], answer.body['name']], ['olga', 'operator', 'olga']);
  const { ask } = await browser(aegis, { key: operator });
  const who = await ask('GET', '/v1/login');
  assert.deepEqual([who.status, who.body['operator'], 'csrf' in who.body], [200, 'olga', false]);
  assert.ok(Number(who.body['expiresAt']) > 0);
  const secure = await aegis.ask('POST', '/v1/login', { body: { key: operator }, headers: { origin: aegis.daemon.url } });
  assert.doesNotMatch(secure.headers.get('set-cookie') ?? '', /Secure/);
});

test('[VIEW-1] behind TLS the cookie is Secure', async (context) => {
  const aegis = await running(context, { config: { server: { origins: ['https://aegis.example'] } } });
  const answer = await aegis.ask('POST', '/v1/login', { body: { key: aegis.admin }, headers: { origin: 'https://aegis.example' } });
  assert.match(answer.headers.get('set-cookie') ?? '', /; Secure$/);
});

test('[VIEW-1] roles are those of the key, and what was done in a browser says so', async (context) => {
  const { aegis, operator, auditor } = await crew(context);
  const key = await aegis.agent('bot');
  const [olga, aldo, admin] = [
    await browser(aegis, { key: operator }),
    await browser(aegis, { key: auditor }),
    await browser(aegis, { key: aegis.admin }),
  ];
  const reason = { reason: 'looking into it' };
  assert.equal((await aldo.ask('POST', '/v1/agents/bot/halt', reason)).body['code'], 'FORBIDDEN');
  assert.equal((await olga.ask('GET', '/v1/operators')).body['code'], 'FORBIDDEN');
  assert.equal((await admin.ask('GET', '/v1/operators')).status, 200);
  const halted = await olga.ask('POST', '/v1/agents/bot/halt', reason);
  assert.equal(halted.status, 200, halted.text);
  const { body } = await aegis.ask('GET', `/v1/log?from=${String(halted.body['index'])}&limit=1`, { key: auditor });
  const [entry] = body['entries'] as { actor: object }[];
  assert.deepEqual(entry?.actor, { kind: 'operator', id: 'olga', role: 'operator', presence: 'browser' });
  for (const wrong of [key, 'aegis_admin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'x'.repeat(1024)])
    assert.ok([401, 403].includes((await aegis.ask('POST', '/v1/login', { body: { key: wrong } })).status));
});

test('[VIEW-1] a login ends with the operator’s standing, with a restart and with an unknown cookie', async (context) => {
  const { aegis, operator } = await crew(context);
  const { ask, cookie } = await browser(aegis, { key: operator });
  assert.equal((await ask('GET', '/v1/approvals')).status, 200);
  await aegis.ask('DELETE', '/v1/operators/olga', { key: aegis.admin });
  assert.deepEqual([(await ask('GET', '/v1/approvals')).status, (await ask('GET', '/v1/login')).body['code']], [401, 'UNAUTHENTICATED']);
  const admin = await browser(aegis, { key: aegis.admin });
  for (const hostile of [
    `${cookie.split('=')[0] ?? ''}=`,
    `${cookie}x`,
    `${cookie.split('=')[0] ?? ''}=../../etc/passwd`,
    'aegis_login=1',
    `=${'a'.repeat(4_000)}`,
    '; ; ;=;',
    `a${cookie}`,
  ])
    assert.equal((await aegis.ask('GET', '/v1/approvals', { headers: { cookie: hostile } })).status, 401, hostile);
  // A page on another port of this machine may add a cookie of the same name; it does not log anybody out.
  const tossed = `${cookie.split('=')[0] ?? ''}=tossed; ${admin.cookie}`;
  assert.equal((await aegis.ask('GET', '/v1/approvals', { headers: { cookie: tossed } })).status, 200);
  await aegis.restart();
  assert.equal((await admin.ask('GET', '/v1/approvals')).status, 401);
});

test('[VIEW-2] other pages cannot use a login: only our own page asks, and only with its token it changes anything', async (context) => {
  const { aegis, operator } = await crew(context);
  await aegis.agent('bot');
  const { ask, cookie, csrf } = await browser(aegis, { key: operator });
  const halt = (headers: Record<string, string>): Promise<Answer> =>
    aegis.ask('POST', '/v1/agents/bot/halt', { body: { reason: 'r' }, headers: { cookie, ...headers } });
  for (const site of ['cross-site', 'same-site'])
    for (const path of ['/v1/approvals', '/v1/stream'])
      assert.ok([401, 403].includes((await ask('GET', path, undefined, { 'sec-fetch-site': site })).status));
  for (const origin of ['http://localhost:3000', 'null', 'https://evil.example'])
    assert.equal((await halt({ origin, 'aegis-csrf': csrf })).body['code'], 'HOST_REFUSED', origin);
  for (const token of [{}, { 'aegis-csrf': '' }, { 'aegis-csrf': `${csrf}x` }, { 'aegis-csrf': cookie.split('=')[1] ?? '' }])
    assert.deepEqual([(await halt(token)).status, (await halt(token)).body['code']], [403, 'CSRF_REFUSED']);
  const other = await browser(aegis, { key: aegis.admin });
  assert.equal((await halt({ 'aegis-csrf': other.csrf })).body['code'], 'CSRF_REFUSED');
  assert.equal((await aegis.ask('GET', '/v1/agents/bot', { key: aegis.admin })).body['status'], 'active');
  assert.equal((await halt({ 'aegis-csrf': csrf, origin: aegis.daemon.url })).status, 200);
  // A key needs no token, and a wrong key is not made good by a cookie.
  assert.equal((await aegis.ask('GET', '/v1/approvals', { key: 'nobody', headers: { cookie } })).status, 401);
});

test('[VIEW-3] a one-time link logs in once, as whoever asked for it', async (context) => {
  const { aegis, operator } = await crew(context);
  const made = await aegis.ask('POST', '/v1/login/link', { key: operator, body: {} });
  const code = String(made.body['code']);
  assert.deepEqual([made.status, made.body['path']], [201, `/#login=${code}`]);
  const { ask } = await browser(aegis, { code });
  assert.equal((await ask('GET', '/v1/login')).body['operator'], 'olga');
  for (const again of [code, code.slice(1), 'x', '../..'])
    assert.equal((await aegis.ask('POST', '/v1/login', { body: { code: again } })).body['code'], 'LOGIN_REFUSED', again);
  const late = await aegis.ask('POST', '/v1/login/link', { key: operator, body: {} });
  await aegis.ask('DELETE', '/v1/operators/olga', { key: aegis.admin });
  assert.equal((await aegis.ask('POST', '/v1/login', { body: { code: late.body['code'] } })).body['code'], 'LOGIN_REFUSED');
  const first = new URL(aegis.daemon.loginLink() ?? '');
  assert.equal(first.pathname, '/');
  const admin = await browser(aegis, { code: first.hash.replace('#login=', '') });
  assert.equal((await admin.ask('GET', '/v1/login')).body['role'], 'admin');
});

test('[VIEW-3] links and logins expire, and there are only so many', () => {
  let now = 1_000;
  const logins = createBrowserLogins({ clock: { now: () => now }, random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) } });
  const bound = { tenant: DEFAULT_TENANT, keyDigest: 'a'.repeat(64) as Digest };
  const [used, late] = [logins.link(bound), logins.link(bound)];
  assert.deepEqual(logins.redeem(used.code), bound);
  assert.equal(logins.redeem(used.code), null);
  now += 600_000;
  assert.equal(logins.redeem(late.code), null);
  const { token, login } = logins.begin(bound);
  let ended = 0;
  logins.ended(login, () => ended++);
  now = login.expiresAt - 1;
  assert.equal(logins.find(token), login);
  now += 1;
  assert.deepEqual([logins.find(token), ended], [null, 1]);
  logins.ended(login, () => ended++);
  assert.equal(ended, 2);
  const first = logins.begin(bound);
  for (let at = 0; at < 1_000; at++) logins.begin(bound);
  assert.equal(logins.find(first.token), null);
  const oldest = logins.link(bound);
  for (let at = 0; at < 100; at++) logins.link(bound);
  assert.equal(logins.redeem(oldest.code), null);
});

test('[VIEW-4] logging out ends the login and the streams it still reads', async (context) => {
  const { aegis, operator } = await crew(context);
  const { ask, cookie } = await browser(aegis, { key: operator });
  const other = await browser(aegis, { key: operator });
  const stream = await fetch(`${aegis.daemon.url}/v1/stream`, { headers: { cookie } });
  assert.equal(stream.status, 200);
  const out = await ask('DELETE', '/v1/login');
  assert.equal(out.body['loggedOut'], true);
  assert.match(out.headers.get('set-cookie') ?? '', /=; Path=\/; HttpOnly; SameSite=Strict; Max-Age=0$/);
  await assert.rejects(async () => {
    for await (const piece of stream.body ?? []) assert.ok(piece.length > 0);
  });
  assert.equal((await ask('GET', '/v1/login')).status, 401);
  assert.equal((await other.ask('GET', '/v1/login')).status, 200);
  assert.equal((await aegis.ask('DELETE', '/v1/login', { key: operator })).body['loggedOut'], false);
});
