import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from './daemon.ts';

const HEAD = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: x }\ndefault: allow\n';
const KEYS = HEAD + Array.from({ length: 60_000 }, (_, at) => `k${String(at)}: 1`).join('\n');
const ALIASES = `${HEAD}x: &a 1\ny: [${'*a,'.repeat(150_000)}]`;

test('[GATE-23] decisions are made while documents of a megabyte are checked, and the answer is short', { timeout: 120_000 }, async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  for (const document of [KEYS, ALIASES]) {
    for (const path of ['/v1/policies/check', '/v1/policies/simulate', '/v1/policies/activate']) {
      let checked = false;
      const checking = aegis.ask('POST', path, { key: aegis.admin, body: { document } }).finally(() => (checked = true));
      // With the check on the thread that decides, the first of these would come after it.
      for (let n = 0; n < 5; n++) {
        const decided = await aegis.ask('POST', '/v1/actions', { key, body: { session: 's', name: 'look', args: { n, path } } });
        assert.equal(decided.body['effect'], 'allow');
      }
      assert.equal(checked, false, path);
      const { body, text } = await checking;
      assert.equal((body['faults'] as unknown[]).length, 200, path);
      assert.ok(Number(body['omitted']) > 50_000, path);
      assert.ok(text.length < 300_000, String(text.length));
    }
  }
});

test(
  '[GATE-23] replay and simulation answer as before from their thread, one at a time, and end with whoever asked',
  { timeout: 120_000 },
  async (context) => {
    const aegis = await running(context);
    const key = await aegis.agent('bot');
    for (let n = 0; n < 20; n++) await aegis.ask('POST', '/v1/actions', { key, body: { session: `s${String(n % 2)}`, name: 'look', args: { n } } });
    assert.deepEqual((await aegis.ask('GET', '/v1/replay', { key: aegis.admin })).body, { compared: 20, erased: 0 });
    assert.deepEqual((await aegis.ask('GET', '/v1/sessions/s1/replay', { key: aegis.admin })).body, { compared: 10, erased: 0 });
    const deny = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: x }\ndefault: deny\n';
    const { body } = await aegis.ask('POST', '/v1/policies/simulate', { key: aegis.admin, body: { document: deny } });
    assert.deepEqual([body['decided'], body['flipped']], [20, 20]);
    // Whoever leaves takes the work along, and the next one is served.
    const stop = new AbortController();
    const left = fetch(`${aegis.daemon.url}/v1/replay`, { headers: { authorization: `Bearer ${aegis.admin}` }, signal: stop.signal }).catch(
      () => null,
    );
    stop.abort();
    await left;
    for (;;) {
      const again = await aegis.ask('GET', '/v1/replay', { key: aegis.admin });
      if (again.status === 429) continue;
      assert.deepEqual(again.body, { compared: 20, erased: 0 });
      break;
    }
    const bad = await aegis.ask('POST', '/v1/policies/simulate', { key: aegis.admin, body: { document: `${deny}extra: 1\n` } });
    assert.deepEqual([bad.status, bad.body['code']], [422, 'POLICY_INVALID']);
  },
);
