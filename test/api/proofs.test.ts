import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf } from '../../src/log/export.ts';
import { verifyExport } from '../../src/log/verify-export.ts';
import { verifyConsistency, verifyInclusion } from '../../src/log/receipt.ts';
import { running } from './daemon.ts';

const STRICTER = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: stricter }
default: deny
`;

test('[AUTH-9] the record can be proved, exported, replayed and simulated from outside', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  for (const name of ['lookup', 'search', 'lookup']) await aegis.ask('POST', '/v1/actions', { key, body: { session: 's1', name, args: { name } } });
  const get = (path: string) => aegis.ask('GET', path, { key: aegis.admin });
  const inclusion = await get('/v1/log/proof/inclusion?index=3');
  assert.ok(verifyInclusion(inclusion.body as never), inclusion.text);
  assert.ok(verifyConsistency((await get('/v1/log/proof/consistency?older=2')).body as never));
  const verified = await get('/v1/sessions/s1/verify');
  assert.deepEqual([verified.body['valid'], verified.body['entries']], [true, 4], verified.text);
  const exported = await get('/v1/log/export?payloads=true');
  const chunks = (async function* () {
    yield new TextEncoder().encode(exported.text);
  })();
  const result = await verifyExport(linesOf(chunks), () => []);
  assert.ok(result.ok, result.detail ?? '');
  const replayed = await get('/v1/replay');
  assert.deepEqual(replayed.body, { compared: 3, erased: 0 });
  await aegis.ask('POST', '/v1/actions', { key, body: { session: 's2', name: 'lookup', args: {} } });
  assert.deepEqual((await get('/v1/sessions/s2/replay')).body, { compared: 1, erased: 0 });
  assert.deepEqual((await get('/v1/sessions/s1/replay')).body, { compared: 3, erased: 0 });
  const simulated = await aegis.ask('POST', '/v1/policies/simulate', { key: aegis.admin, body: { document: STRICTER } });
  assert.deepEqual([simulated.body['decided'], simulated.body['flipped']], [4, 4], simulated.text);
  const faulty = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: `${STRICTER}defalt: ask\n` } });
  assert.deepEqual([faulty.status, faulty.body['code'], (faulty.body['faults'] as unknown[]).length], [422, 'POLICY_INVALID', 1]);
  const current = await get('/v1/policies/current');
  assert.match(String(current.body['document']), /kind: Policy/);
  const erased = await aegis.ask('POST', '/v1/erase', { key: aegis.admin, body: { subject: 'session/s1', reason: 'asked for' } });
  assert.equal(erased.status, 200, erased.text);
  assert.ok(Number(erased.body['erased']) >= 2);
  assert.equal((await get('/v1/replay')).body['erased'], 3);
  const metrics = await get('/metrics');
  assert.match(metrics.text, /^aegis_decisions_total\{effect="allow"\} 4$/m);
});
