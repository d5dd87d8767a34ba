import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { running } from '../api/daemon.ts';
import { CANARIES } from './canaries.ts';

/** Every file below, with its bytes. */
function files(folder: string): readonly (readonly [string, Buffer])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, Buffer] => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name))]);
}

test('[GATE-9, LOG-10] no secret that passed through lies in any file in plain text: arguments, claims, results, errors, approvals', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  for (const [at, [kind, secret]] of CANARIES.entries()) {
    const id = `c-${String(at)}`;
    const say = `use ${secret} for this`;
    const body = {
      id,
      session: `s-${String(at)}`,
      name: 'lookup_note',
      args: { text: say, headers: { Authorization: `Bearer ${secret}` }, list: [secret], nested: JSON.stringify({ password: secret }) },
      claims: { intent: say },
    };
    const decided = await aegis.ask('POST', '/v1/actions', { key, body });
    assert.equal(decided.status, 200, `${kind} ${decided.text}`);
    assert.ok(!decided.text.includes(secret), `${kind}: the answer repeats it: ${decided.text.slice(0, 400)}`);
    if (decided.body['effect'] === 'ask') {
      const { approval } = decided.body['ask'] as { approval: string };
      await aegis.ask('POST', `/v1/approvals/${approval}/grant`, { key: aegis.admin, body: { reason: 'looks fine' } });
    }
    const plain = { id: `${id}-r`, session: `s-${String(at)}`, name: 'lookup_note', args: { n: at } };
    const { body: second } = await aegis.ask('POST', '/v1/actions', { key, body: plain });
    if (second['effect'] === 'allow') {
      const outcome = { status: 'failed', result: { error: `denied for ${secret}`, log: [say] }, state: { token: secret } };
      const settled = await aegis.ask('POST', `/v1/actions/${id}-r/outcome`, { key, body: outcome });
      assert.equal(settled.status, 200, settled.text);
    }
    await aegis.ask('POST', `/v1/sessions/s-${String(at)}/content`, { key, body: { source: 'user_input', value: say } });
    // Malformed requests are recorded as well; what was in them is not.
    await aegis.ask('POST', '/v1/actions', {
      key,
      raw: `{"session":"x","name":"lookup","args":{},"extra":"${JSON.stringify(secret).slice(1, -1)}"}`,
    });
    await aegis.ask('POST', `/v1/actions/${id}-r/outcome`, {
      key,
      body: { status: 'failed', errorCode: secret.slice(0, 100).replaceAll(/[^ -~]/g, '') },
    });
  }
  const found: string[] = [];
  for (const [path, bytes] of files(aegis.folder))
    for (const [kind, secret] of CANARIES) if (bytes.includes(secret)) found.push(`${kind} in ${path}`);
  assert.deepEqual(found, []);
  // The exact bytes are still there for who may read them: beside the log, under their session's key.
  const { text } = await aegis.ask('GET', '/v1/log/export?payloads=true', { key: aegis.admin });
  assert.ok(text.length > 1_000);
  const bare = await aegis.ask('GET', '/v1/log/export', { key: aegis.admin });
  for (const [kind, secret] of CANARIES) assert.ok(!bare.text.includes(secret), `${kind} in the export without payloads`);
});

test('[GATE-9] a secret in an error code, an intent, a framework or a harness does not come into the log by them', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('bot');
  for (const [at, [, secret]] of CANARIES.filter(([, text]) => !text.includes('\n')).entries()) {
    const id = `e-${String(at)}`;
    await aegis.ask('POST', '/v1/actions', { key, body: { id, session: 's', name: 'lookup', args: { at } } });
    const body = { status: 'failed', errorCode: secret.slice(0, 128) };
    await aegis.ask('POST', `/v1/actions/${id}/outcome`, { key, body });
    await aegis.ask('POST', '/v1/actions', {
      key,
      body: {
        session: 's',
        name: 'lookup',
        args: { more: at },
        harness: secret.slice(0, 100),
        claims: { framework: secret.slice(0, 100), intent: `with ${secret}` },
      },
    });
  }
  const found: string[] = [];
  for (const [path, bytes] of files(aegis.folder))
    for (const [kind, secret] of CANARIES) if (bytes.includes(secret)) found.push(`${kind} in ${path}`);
  assert.deepEqual(found, []);
});
