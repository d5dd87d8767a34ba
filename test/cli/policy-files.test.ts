import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DEFAULTS } from '../../src/config/schema.ts';
import { startDaemon } from '../../src/daemon/main.ts';
import { terminal } from './terminal.ts';

const CEDAR = 'forbid(principal, action, resource) when { resource == Tool::"wipe" };\n';
const policy = (use: string): string => `apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: team }\ndefault: allow\nuse: ${use}\n`;

test('[POLICY-15] what was checked is what is activated: the document with the bytes of its files, from wherever they lie', async (t) => {
  const aegis = await terminal(t);
  const up = await aegis.up();
  const env = { AEGIS_URL: up.url, AEGIS_KEY: up.admin };
  Object.assign(aegis.env, env);
  const folder = join(aegis.folder, 'team', 'rules');
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const file = put('policy.yaml', policy('{ cedar: [more/limits.cedar] }'));
  const missing = await aegis.aegis('policy', 'check', file);
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /FILE_MISSING `more\/limits\.cedar` cannot be read: there is no file more\/limits\.cedar/);
  assert.equal((await aegis.aegis('policy', 'activate', file)).stdout, missing.stdout, 'the same faults');
  put('more/limits.cedar', CEDAR);
  const checked = await aegis.aegis('policy', 'check', file);
  assert.match(checked.stdout, /No faults in .* with more\/limits\.cedar \([0-9a-f]{12}\)\./);
  const active = await aegis.aegis('policy', 'activate', file);
  assert.equal(active.code, 0, active.stderr);
  assert.match(active.stdout, /Active: [0-9a-f]{12} with more\/limits\.cedar/);
  assert.match((await aegis.aegis('policy', 'show')).stdout, /more\/limits\.cedar/);
  assert.equal((await aegis.aegis('policy', 'simulate', file)).code, 0);

  writeFileSync(join(aegis.folder, 'outside.cedar'), CEDAR);
  symlinkSync(join(aegis.folder, 'outside.cedar'), join(folder, 'linked.cedar'));
  for (const [use, why] of [
    [join(folder, 'more/limits.cedar'), /is an absolute path/],
    ['../../outside.cedar', /lies outside the folder of the policy/],
    ['linked.cedar', /lies outside the folder of the policy/],
  ] as const) {
    const faulty = put('faulty.yaml', policy(`{ cedar: [${JSON.stringify(use)}] }`));
    const [check, activate] = [await aegis.aegis('policy', 'check', faulty), await aegis.aegis('policy', 'activate', faulty)];
    assert.match(check.stdout, why);
    assert.equal(activate.stdout, check.stdout);
    const config = { ...DEFAULTS, policy: faulty, dataDir: join(aegis.folder, 'other'), checkpointDir: join(aegis.folder, 'there') };
    const started = startDaemon({ config, cwd: aegis.folder, onFault: () => undefined });
    await assert.rejects(started, (error: Error) => why.test(error.message) && error.message.includes(use));
  }
});

test('[POLICY-15] a document sent without one of its files, or with a file that is no base64, changes nothing', async (t) => {
  const aegis = await terminal(t);
  const up = await aegis.up();
  const ask = async (path: string, body: object): Promise<{ status: number; text: string }> => {
    const headers = { authorization: `Bearer ${up.admin}`, 'content-type': 'application/json' };
    const answer = await fetch(up.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, text: await answer.text() };
  };
  const document = policy('{ cedar: [limits.cedar] }');
  const files = { 'limits.cedar': Buffer.from(CEDAR).toString('base64') };
  const none = await ask('/v1/policies/activate', { document, files: { 'other.cedar': files['limits.cedar'] } });
  assert.equal(none.status, 422);
  assert.match(none.text, /it was not sent along with the document/);
  assert.equal((await ask('/v1/policies/activate', { document, files: { 'limits.cedar': 'not base64!' } })).status, 400);
  const [checked, active] = [await ask('/v1/policies/check', { document, files }), await ask('/v1/policies/activate', { document, files })];
  assert.deepEqual([checked.text, active.status], ['{"ok":true,"faults":[]}', 200]);
});
