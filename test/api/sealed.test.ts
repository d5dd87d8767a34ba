import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaryCalls, found } from '../gate/canary.ts';
import { running } from './daemon.ts';

test('[LOG-34] who may export payloads reads the texts of decided actions, an agent its own; an operator reads codes, and nobody after an erasure', async (context) => {
  const aegis = await running(context);
  const bot = await aegis.agent('bot');
  const other = await aegis.agent('other');
  const [operator, auditor] = [await aegis.operator('olga', 'operator'), await aegis.operator('otto', 'auditor')];
  for (const [n, call] of canaryCalls().entries()) {
    const told = await aegis.ask('POST', '/v1/actions', { key: bot, body: { id: `c${String(n)}`, session: 's1', ...call } });
    assert.equal(told.status, 200, told.text);
  }
  const read = async (key: string): Promise<readonly string[]> => {
    const answers = await Promise.all(
      ['/v1/actions', '/v1/actions?effect=deny', '/v1/actions/c0', '/v1/actions/c2', '/v1/stats', '/v1/sessions/s1', '/v1/replay'].map((path) =>
        aegis.ask('GET', path, { key }),
      ),
    );
    return found(answers.map(({ text }) => text).join('\n'));
  };
  assert.notDeepEqual(await read(aegis.admin), []);
  assert.notDeepEqual(await read(auditor), []);
  assert.notDeepEqual(await read(bot), []);
  assert.deepEqual(await read(operator), []);
  assert.deepEqual(await read(other), []);
  const codes = await aegis.ask('GET', '/v1/actions?effect=deny', { key: operator });
  assert.match(codes.text, /: \[sealed\]","finding":"SHELL_RECURSIVE_DELETE"|"finding":"SHELL_RECURSIVE_DELETE".*\[sealed\]/);
  const simulated = await aegis.ask('POST', '/v1/policies/simulate', { key: operator, body: { document: LOUD } });
  assert.equal(simulated.status, 200, simulated.text);
  assert.ok(Number(simulated.body['flipped']) > 0);
  assert.deepEqual(found(simulated.text), []);
  // The log itself is the same for everybody: what was hashed.
  assert.deepEqual(found((await aegis.ask('GET', '/v1/log', { key: aegis.admin })).text), []);
  assert.deepEqual(found((await aegis.ask('GET', '/v1/log/export', { key: auditor })).text), []);
  const erased = await aegis.ask('POST', '/v1/erase', { key: aegis.admin, body: { subject: 'session/s1', reason: 'asked for' } });
  assert.equal(erased.status, 200, erased.text);
  for (const key of [aegis.admin, auditor, bot]) assert.deepEqual(await read(key), []);
});

const LOUD = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: loud }
default: allow
detectors: { shell: { ask: LOW }, sql: { ask: LOW }, path: { ask: LOW }, url: { ask: LOW } }
`;
