import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../random.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import { allRoutes } from '../../../src/daemon/routes.ts';
import { running } from '../daemon.ts';
import { lineClient } from './line-client.ts';

/** Declarations only: no handler is called through these. */
const ROUTES = allRoutes({} as ApiDeps);
const ABSENT = new Set(['time', 'at', 'now', 'ageMs', 'uptimeMs', 'rss', 'requests', 'memory']);

/** What changes between two looks at the same thing. */
function steady(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, held: unknown) => (ABSENT.has(name) ? undefined : held)) ?? 'null');
}

test('[DOOR-13, AUTH-1] every route answers over the socket as over HTTP, to every role; streams name HTTP', async (context) => {
  const aegis = await running(context);
  const keys = {
    agent: await aegis.agent('bot'),
    operator: await aegis.operator('olga', 'operator'),
    auditor: await aegis.operator('aldo', 'auditor'),
    admin: aegis.admin,
    nobody: 'aegis_admin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  };
  await aegis.ask('POST', '/v1/actions', { key: keys.agent, body: { id: 'a1', session: 's1', name: 'look', args: { at: 'the sky' } } });
  for (const [role, key] of Object.entries(keys)) {
    const client = await lineClient(context, aegis, key);
    for (const { method, path, body: takes, response, auth, role: may } of ROUTES) {
      const where = `${method} ${path} as ${role}`;
      const target = path.replace(/:\w+/g, 'a1');
      const body = takes === undefined ? undefined : { 'unknown-field': 1 };
      const local = await client.ask(method, target, body);
      if ('contentType' in response) {
        if (auth === 'none' || may.some((one) => one === role)) {
          assert.deepEqual([local.status, local.body['code']], [501, 'NOT_SUPPORTED'], where);
          assert.ok(String(local.body['detail']).includes(aegis.daemon.url), where);
        }
        continue;
      }
      const http = await aegis.ask(method, target, { key, ...(body === undefined ? {} : { body }) });
      assert.equal(local.status, http.status, `${where}: ${JSON.stringify(local.body)}`);
      if (method === 'GET' || http.status >= 400) assert.deepEqual(steady(local.body), steady(http.body), where);
    }
  }
});

test('[DOOR-13] a path leads where it leads over HTTP, however it is written', async (context) => {
  const aegis = await running(context);
  const client = await lineClient(context, aegis, aegis.admin);
  const word = fc.constantFrom(
    'v1', 'actions', 'agents', 'approvals', 'batch', 'grant', 'log', 'halt', 'self', 'mcp', 'V1', '', '.', 'a1', '%61ctions', '%2F', '%zz', '%25', '%C3%28', '%E2%82%AC',
    'a%2Fb', 'a;b', 'x'.repeat(512), 'x'.repeat(513), 'healthz', 'sessions', 'content', 'policies', '+', 'proof', 'inclusion',
  ); // prettier-ignore
  const query = fc.constantFrom(
    '',
    '?',
    '?limit=1',
    '?limit=1&limit=2',
    '?limit=%31',
    '?wait=+1',
    '?limit',
    '?=1',
    '?limit=1e1',
    '?agent=%zz',
    '?a=1&b=2',
    '#x',
    '?limit=1#2',
  );
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'OPTIONS');
  const target = fc.tuple(method, fc.array(word, { minLength: 1, maxLength: 5 }), query);
  await fc.assert(
    fc.asyncProperty(target, async ([verb, words, rest]) => {
      const path = `/${words.join('/')}${rest}`;
      // A client of HTTP cuts what stands behind `#` off, and dots out, before it asks.
      fc.pre(!path.includes('#') && !words.includes('.'));
      const known = ROUTES.find((one) => one.path === `/${words.join('/')}`);
      fc.pre(known === undefined || !('contentType' in known.response));
      const [local, http] = await Promise.all([client.ask(verb, path), aegis.ask(verb, path, { key: aegis.admin })]);
      // HTTP wants a media type before it looks at a body.
      if (http.status === 415) return;
      assert.deepEqual([local.status, local.body['code']], [http.status, http.body['code']], `${verb} ${path}`);
    }),
    { numRuns: 600 },
  );
});
