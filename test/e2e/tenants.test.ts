import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRoutes } from '../../src/daemon/routes.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { isEndless } from '../api/endless.ts';
import { running } from '../api/daemon.ts';
import type { Running } from '../api/daemon.ts';

const TENANTS = ['acme', 'globex'] as const;
const ROUTES = allRoutes({} as ApiDeps);

interface House {
  readonly tenant: string;
  /** Stands in every name and value of this tenant and of no other. */
  readonly canary: string;
  readonly admin: string;
  readonly auditor: string;
  readonly operator: string;
  readonly agent: string;
  readonly ids: Readonly<Record<string, string>>;
}

async function furnish(aegis: Running, tenant: string): Promise<House> {
  const canary = `canary-${tenant}-77`;
  const admin = aegis.daemon.firstKeys.find((one) => String(one.tenant) === tenant)?.key ?? '';
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await aegis.ask('POST', path, { key: admin, body });
    assert.equal(answer.status, 201, answer.text);
    return String(answer.body['key']);
  };
  const agent = await made('/v1/agents', { agent: canary, framework: canary, team: canary });
  const operator = await made('/v1/operators', { operator: `${canary}-op`, role: 'operator', name: canary });
  const auditor = await made('/v1/operators', { operator: `${canary}-au`, role: 'auditor' });
  const act = (id: string, name: string, more: object = {}): ReturnType<Running['ask']> =>
    aegis.ask('POST', '/v1/actions', { key: agent, body: { id: `${canary}-${id}`, session: canary, name, args: { note: canary }, ...more } });
  await act('1', 'lookup', { resource: { resource: `thing:${canary}`, slots: 1, ttlMs: 600_000 }, claims: { usdMicros: 7, intent: canary } });
  await act('2', 'lookup_more');
  await aegis.ask('POST', `/v1/actions/${canary}-2/outcome`, { key: agent, body: { status: 'succeeded', result: { note: canary } } });
  await aegis.ask('POST', `/v1/sessions/${canary}/content`, { key: agent, body: { source: 'user_input', value: canary } });
  const asked = await act('3', 'withdraw_funds');
  assert.equal(asked.body['effect'], 'ask', asked.text);
  await aegis.ask('POST', '/v1/budgets', { key: admin, body: { ledger: `agent/${canary}/day`, limit: { usdMicros: 1_000_000 }, reason: canary } });
  await aegis.ask('POST', '/v1/policies/activate', {
    key: admin,
    body: { document: `apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: ${canary} }\ndefault: allow\n` },
  });
  const { approval } = asked.body['ask'] as { approval: string };
  return {
    tenant,
    canary,
    admin,
    auditor,
    operator,
    agent,
    ids: { approval, action: `${canary}-1`, agent: canary, session: canary, operator: `${canary}-op` },
  };
}

test('[AUTH-5, GATE-13] every route, every role, every id of the other tenant: not one byte crosses, and nothing changes there', async (context) => {
  const aegis = await running(context, { config: { tenants: ['default', ...TENANTS] } });
  const houses = await Promise.all(TENANTS.map((tenant) => furnish(aegis, tenant)));
  const [one, two] = houses as [House, House];
  const sizeOf = async (house: House): Promise<unknown> => (await aegis.ask('GET', '/v1/log/checkpoint', { key: house.admin })).body['size'];
  let asked = 0;
  let own = 0;
  for (const [mine, theirs] of [
    [one, two],
    [two, one],
  ] as const) {
    const before = await sizeOf(theirs);
    for (const route of ROUTES) {
      if (isEndless(route)) continue;
      for (const key of [mine.agent, mine.operator, mine.auditor, mine.admin]) {
        for (const id of Object.values(theirs.ids)) {
          if (!route.path.includes(':id') && id !== theirs.ids['session']) continue;
          const path = route.path.replace(':id', encodeURIComponent(id));
          const query = route.method === 'GET' && ['/v1/actions', '/v1/log', '/v1/budgets'].includes(route.path) ? `?agent=${theirs.canary}` : '';
          // A body that would do something, were the id this tenant's.
          const body = route.body === undefined ? {} : { body: { reason: 'mine', status: 'succeeded' } };
          for (const target of new Set([path, path + query])) {
            const answer = await aegis.ask(route.method, target, { key, ...body });
            asked++;
            const said = answer.text.replaceAll(target, '').replaceAll(encodeURIComponent(target), '');
            // What the caller sent may come back in the refusal; nothing else of theirs may.
            const known = answer.status >= 400 ? said.replaceAll(id, '') : said;
            assert.ok(!known.includes(theirs.canary), `${route.method} ${target}: ${answer.text.slice(0, 300)}`);
            if (answer.text.includes(mine.canary)) own++;
            if (route.path.includes(':id')) assert.ok(answer.status >= 400, `${route.method} ${target} → ${String(answer.status)}`);
          }
        }
      }
    }
    assert.equal(await sizeOf(theirs), before, 'something was recorded in the other tenant');
  }
  assert.ok(asked > 1_000, String(asked));
  assert.ok(own > 50, 'the canaries are where they belong');
  for (const { approval } of houses.map(({ ids }) => ids) as { approval: string }[]) {
    for (const house of houses.filter(({ ids }) => ids['approval'] !== approval))
      assert.equal((await aegis.ask('POST', `/v1/approvals/${approval}/grant`, { key: house.operator, body: {} })).status, 404);
  }
});

test('[AUTH-5, AUTH-10] the stream of one tenant carries nothing of another', async (context) => {
  const aegis = await running(context, { config: { tenants: ['default', ...TENANTS] } });
  const [one, two] = (await Promise.all(TENANTS.map((tenant) => furnish(aegis, tenant)))) as [House, House];
  const stop = new AbortController();
  const response = await fetch(`${aegis.daemon.url}/v1/stream?from=0`, { headers: { authorization: `Bearer ${one.auditor}` }, signal: stop.signal });
  let text = '';
  const { size } = (await aegis.ask('GET', '/v1/log/checkpoint', { key: one.admin })).body as { size: number };
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(`id: ${String(size - 1)}\n`)) break;
  }
  stop.abort();
  assert.ok(text.includes(one.canary));
  assert.ok(!text.includes(two.canary));
  const metrics = await aegis.ask('GET', '/metrics', { key: one.auditor });
  assert.ok(!metrics.text.includes(two.canary) && !metrics.text.includes('globex'), 'metrics of the other tenant');
});
