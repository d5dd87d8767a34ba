import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AegisError } from '../../../src/errors.ts';
import { createOutcomeQueue } from '../../../src/intercept/mcp/outcome-queue.ts';
import type { EndedAction } from '../../../src/intercept/mcp/decision-point.ts';
import { stage } from './conversation.ts';
import type { Stage, Wire } from './conversation.ts';

const PATIENT = { timeout: 120_000 };
const end = (action: string): EndedAction => ({ action, status: 'succeeded', result: action });

/** Type and action of every decision and end, in the order of the log. */
async function order({ aegis }: Stage): Promise<readonly (readonly [string, string])[]> {
  const { text } = await aegis.ask('GET', '/v1/log/export', { key: aegis.admin });
  return text
    .split('\n')
    .filter((line) => line.includes('"action-decided"') || line.includes('"action-settled"'))
    .map((line) => (JSON.parse(line) as { entry?: Wire }).entry ?? (JSON.parse(line) as Wire))
    .map(({ type, body }) => {
      const { action } = body as { action: string | { id: string } };
      return [String(type), typeof action === 'string' ? action : action.id];
    });
}

test('[MCP-16] in the log the end of each call stands before the next decision, and leaving records the last one', PATIENT, async (context) => {
  const place = await stage(context);
  const agent = place.talk();
  await agent.initialize();
  for (let n = 0; n < 8; n++) assert.equal((await agent.call('echo_text', { text: `call ${String(n)}` })).text, `call ${String(n)}`);
  assert.equal(await agent.end(), 0);
  const seen = await order(place);
  assert.equal(seen.length, 16);
  for (let at = 0; at < seen.length; at += 2) {
    const [[decided, asked] = [], [settled, done] = []] = [seen[at], seen[at + 1]];
    assert.deepEqual([decided, settled, done], ['action-decided', 'action-settled', asked]);
  }
});

test('[MCP-16] in a session others act in too, the end is recorded when the answer arrives', PATIENT, async (context) => {
  const place = await stage(context);
  const agent = place.talk({ env: { AEGIS_SESSION: 'shared' } });
  await agent.initialize();
  await agent.call('echo_text', { text: 'one' });
  assert.equal((await place.entries('action-settled')).length, 1);
});

test('[MCP-16] what could not be recorded is tried again before anything is decided; a refused end never passes unseen', async () => {
  const seen: string[] = [];
  let open = false;
  const ends = createOutcomeQueue(({ action, result }) => {
    seen.push(`${action} ${typeof result}`);
    return open ? Promise.resolve() : Promise.reject(new AegisError('AEGIS_UNREACHABLE', { detail: 'gone' }));
  });
  ends.add(end('a'));
  const refusing = (carried: readonly EndedAction[]): Promise<string> =>
    carried.length === 0 ? Promise.resolve('asked') : Promise.reject(new AegisError('AEGIS_REFUSED', { code: 'CONFLICT', detail: 'x' }));
  await assert.rejects(ends.askWith(refusing), { code: 'AEGIS_UNREACHABLE' });
  open = true;
  assert.equal(await ends.askWith(refusing), 'asked');
  const tries = seen.length;
  assert.equal(await ends.askWith((carried) => Promise.resolve(carried.length)), 0);
  await ends.flush();
  assert.equal(seen.length, tries);
});

test('[MCP-16] an end on its way goes along with the next decision all the same, and so does one for two decisions at once', async () => {
  let release = (): void => undefined;
  const way = new Promise<void>((resolve) => (release = resolve));
  const ends = createOutcomeQueue(() => way);
  ends.add(end('a'));
  const alone = ends.flush();
  const carried = await Promise.all([1, 2].map(() => ends.askWith((all) => Promise.resolve(all.map(({ action }) => action)))));
  assert.deepEqual(carried, [['a'], ['a']]);
  release();
  await alone;
});

test(
  '[DOOR-9] an end that comes with the next question is recorded before it is decided, once, and a wrong one fails the question',
  PATIENT,
  async (context) => {
    const place = await stage(context);
    const ask = (id: string, ended: readonly object[] = [], key = place.key) =>
      place.aegis.ask('POST', '/v1/actions', { key, body: { id, session: 's', name: 'look', args: { id }, ended } });
    assert.equal((await ask('one')).status, 200);
    const one = { action: 'one', status: 'succeeded', result: { rows: 3 }, source: 'tool_output' };
    assert.equal((await ask('two', [one])).status, 200);
    assert.equal((await ask('three', [one, { action: 'two', status: 'failed' }])).status, 200);
    assert.deepEqual(await order(place), [
      ['action-decided', 'one'],
      ['action-settled', 'one'],
      ['action-decided', 'two'],
      ['action-settled', 'two'],
      ['action-decided', 'three'],
    ]);
    assert.equal((await ask('four', [{ ...one, status: 'failed' }])).status, 409);
    assert.equal((await ask('five', [{ action: 'nothing', status: 'failed' }])).status, 404);
    const other = await place.aegis.agent('a2');
    const theirs = await place.aegis.ask('POST', '/v1/actions', { key: other, body: { session: 't', name: 'look', args: {}, ended: [one] } });
    assert.equal(theirs.status, 404);
  },
);
