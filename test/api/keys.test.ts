import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { running } from './daemon.ts';

test('[AUTH-2] keys lie nowhere on disk, stop working when replaced or removed, and take the holder’s role of now', async (context) => {
  const aegis = await running(context);
  const first = await aegis.agent('bot');
  const auditor = await aegis.operator('aldo', 'auditor');
  assert.equal((await aegis.ask('GET', '/v1/agents/self', { key: first })).status, 200);
  const rotated = await aegis.ask('POST', '/v1/agents', { key: aegis.admin, body: { agent: 'bot', rotate: true } });
  assert.equal(rotated.status, 201, rotated.text);
  assert.equal((await aegis.ask('GET', '/v1/agents/self', { key: first })).status, 401);
  assert.equal((await aegis.ask('GET', '/v1/agents/self', { key: String(rotated.body['key']) })).status, 200);
  assert.equal((await aegis.ask('DELETE', '/v1/operators/aldo', { key: aegis.admin })).status, 200);
  assert.equal((await aegis.ask('GET', '/v1/agents', { key: auditor })).status, 401);
  const last = await aegis.ask('DELETE', '/v1/operators/admin', { key: aegis.admin });
  assert.deepEqual([last.status, last.body['code']], [409, 'CONFLICT']);
  for (const file of await readdir(join(aegis.folder, 'data'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = readFileSync(join(file.parentPath, file.name));
    for (const key of [first, auditor, aegis.admin]) assert.ok(!bytes.includes(key), file.name);
  }
});

test('[AUTH-2] a key that is cut, longer, in another case or of another scheme is no key', async (context) => {
  const aegis = await running(context);
  const { admin } = aegis;
  const wrong = [admin.slice(0, -1), `${admin}A`, admin.toUpperCase(), `${admin}.`, `${admin}.ZGVmYXVsdA`, '', ' ', 'x'.repeat(5_000)];
  for (const key of wrong) assert.ok([401, 431].includes((await aegis.ask('GET', '/v1/agents', { key })).status), key);
  for (const authorization of [`Basic ${admin}`, admin, `Bearer  ${admin}`]) {
    assert.equal((await aegis.ask('GET', '/v1/agents', { headers: { authorization } })).status, 401, authorization);
  }
  assert.equal((await aegis.ask('GET', `/v1/agents?key=${admin}`)).status, 401);
});
