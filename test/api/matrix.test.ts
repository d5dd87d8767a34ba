import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRoutes } from '../../src/daemon/routes.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { Route } from '../../src/http/route.ts';
import { running } from './daemon.ts';

/** Declarations only: no handler is called through these. */
const ROUTES = allRoutes({} as ApiDeps);

const concrete = (path: string): string => path.replace(/:\w+/g, 'nobody');
/** A stream never ends by itself; its roles are tested with the others, its content in stream.test.ts. */
const allowed = (status: number): boolean => status !== 401 && status !== 403;

test('[AUTH-1] every route declares auth, role, tenant and what it records', () => {
  assert.ok(ROUTES.length > 40);
  for (const one of ROUTES) {
    const name = `${one.method} ${one.path}`;
    assert.ok(['key', 'beyond', 'none'].includes(one.auth), name);
    assert.equal(one.role.length === 0, one.auth === 'none', name);
    assert.equal(one.tenant, one.auth === 'key' ? 'key' : 'none', name);
    assert.ok(Array.isArray(one.audited), name);
    // Who comes for a release whose files changed is told that it is asked about again (ASK-33); every other GET only reads.
    if (one.method === 'GET' && one.path !== '/v1/actions/:id') assert.deepEqual(one.audited, [], `${name}: GET never mutates`);
    if (one.path.includes('/approvals/')) assert.ok(!one.role.includes('agent'), name);
  }
  assert.equal(new Set(ROUTES.map(({ method, path }) => `${method} ${path}`)).size, ROUTES.length);
});

test('[AUTH-1] every route answers each role as it declares, and nobody without a key', async (context) => {
  const aegis = await running(context);
  const keys = {
    agent: await aegis.agent('bot'),
    operator: await aegis.operator('olga', 'operator'),
    auditor: await aegis.operator('aldo', 'auditor'),
    admin: aegis.admin,
  };
  const asked = async (one: Route, key: string | undefined): Promise<number> => {
    const stop = new AbortController();
    const response = await fetch(aegis.daemon.url + concrete(one.path), {
      method: one.method,
      signal: stop.signal,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(one.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(one.body === undefined ? {} : { body: '{"unknown-field":1}' }),
    });
    stop.abort();
    return response.status;
  };
  for (const one of ROUTES) {
    const name = `${one.method} ${one.path}`;
    // A body that nobody wants is refused for what it is where no key is needed.
    assert.equal(await asked(one, undefined), one.auth === 'key' ? 401 : one.body === undefined ? 200 : 400, name);
    if (one.auth !== 'key') continue;
    assert.equal(await asked(one, 'aegis_admin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), 401, name);
    for (const [role, key] of Object.entries(keys)) {
      const status = await asked(one, key);
      assert.equal(allowed(status), one.role.includes(role as keyof typeof keys), `${name} as ${role}: ${String(status)}`);
    }
  }
});

test('[AUTH-3] Host and Origin are checked on every route and on none, and CORS is never answered', async (context) => {
  const aegis = await running(context);
  const { port } = new URL(aegis.daemon.url);
  const { request } = await import('node:http');
  const status = (path: string, headers: Record<string, string>, method = 'GET'): Promise<{ status: number; cors: string | undefined }> =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, setHost: false }, (answer) => {
        answer.resume();
        answer.on('error', () => undefined);
        resolve({ status: answer.statusCode ?? 0, cors: answer.headers['access-control-allow-origin'] });
        answer.destroy();
      });
      sent.on('error', reject);
      sent.end();
    });
  const good = ['127.0.0.1', `127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const bad = ['evil.com', '0.0.0.0', `0.0.0.0:${port}`, '[::]', `127.0.0.1.evil.com:${port}`, '127.0.0.1:1', `evil.com@127.0.0.1:${port}`, ''];
  for (const host of good) assert.equal((await status('/healthz', { host })).status, 200, host);
  for (const path of [...ROUTES.map((one) => concrete(one.path)), '/nowhere']) {
    for (const host of bad.slice(0, path === '/healthz' ? bad.length : 2))
      assert.ok([400, 403].includes((await status(path, { host })).status), `${path} ${host}`);
  }
  for (const origin of ['https://evil.com', 'null', 'file://', 'chrome-extension://abc', `http://127.0.0.1.evil.com:${port}`]) {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await status('/v1/approvals', { host: `127.0.0.1:${port}`, origin, authorization: `Bearer ${aegis.admin}` }, method);
      assert.deepEqual(answer, { status: 403, cors: undefined }, `${method} ${origin}`);
    }
  }
  const own = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, authorization: `Bearer ${aegis.admin}` };
  assert.deepEqual(await status('/v1/approvals', own), { status: 200, cors: undefined });
});

test('[AUTH-5] another tenant’s ids do not exist', async (context) => {
  const aegis = await running(context, { config: { tenants: ['default', 'acme'] } });
  const acme = aegis.daemon.firstKeys.find(({ tenant }) => String(tenant) === 'acme')?.key ?? '';
  const key = await aegis.agent('bot');
  await aegis.ask('POST', '/v1/actions', { key, body: { id: 'a-1', session: 's1', name: 'lookup', args: {} } });
  assert.equal((await aegis.ask('GET', '/v1/actions/a-1', { key: aegis.admin })).status, 200);
  for (const path of ['/v1/actions/a-1', '/v1/agents/bot', '/v1/sessions/s1', '/v1/sessions/s1/verify']) {
    assert.equal((await aegis.ask('GET', path, { key: acme })).status, 404, path);
  }
  assert.deepEqual((await aegis.ask('GET', '/v1/agents', { key: acme })).body, { agents: [] });
  const halted = await aegis.ask('POST', '/v1/agents/bot/halt', { key: acme, body: { reason: 'mine?' } });
  assert.equal(halted.status, 404);
  const rows = (await aegis.ask('GET', '/v1/log?limit=1000', { key: acme })).body['entries'] as { tenant: string }[];
  assert.ok(rows.every(({ tenant }) => tenant === 'acme'));
});

test('[AUTH-5] an agent sees its own actions, sessions and standing only', async (context) => {
  const aegis = await running(context);
  const [one, two] = [await aegis.agent('one'), await aegis.agent('two')];
  await aegis.ask('POST', '/v1/actions', { key: one, body: { id: 'a-1', session: 's1', name: 'lookup', args: {} } });
  for (const path of ['/v1/actions/a-1', '/v1/sessions/s1', '/v1/agents/one'])
    assert.equal((await aegis.ask('GET', path, { key: two })).status, 404, path);
  assert.deepEqual((await aegis.ask('GET', '/v1/actions', { key: two })).body['actions'], []);
  assert.equal((await aegis.ask('GET', '/v1/agents/self', { key: two })).body['agent'], 'two');
  const outcome = await aegis.ask('POST', '/v1/actions/a-1/outcome', { key: two, body: { status: 'succeeded' } });
  assert.equal(outcome.status, 404);
  // The name is the agent's own: it opens a session of its own and touches nobody's.
  await aegis.ask('POST', '/v1/sessions/s1/content', { key: two, body: { source: 'user_input', value: 'x' } });
  const sessions = (await aegis.ask('GET', '/v1/sessions', { key: aegis.admin })).body['sessions'] as { agent: string; prints: number }[];
  assert.deepEqual(
    new Map(sessions.map(({ agent, prints }) => [agent, prints])),
    new Map([
      ['one', 0],
      ['two', 1],
    ]),
  );
});
