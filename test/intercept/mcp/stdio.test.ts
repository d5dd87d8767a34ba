import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './conversation.ts';

test('[MCP-7] a call over stdio is decided, forwarded, settled and answered', async (context) => {
  const { talk, entries } = await stage(context);
  const agent = talk();
  await agent.initialize();
  const list = await agent.ask('tools/list');
  assert.deepEqual(
    (list.result?.['tools'] as { name: string }[]).map(({ name }) => name),
    ['echo_text'],
  );
  const said = await agent.call('echo_text', { text: 'hello' });
  assert.deepEqual([said.text, said.isError], ['hello', false]);
  const unknown = await agent.call('rm_all', { path: '/' });
  assert.match(unknown.text, /TOOL_QUARANTINED/);
  assert.equal(agent.heard().filter(({ method }) => method === 'tools/call').length, 1);
  assert.equal(await agent.end(), 0);
  const decided = await entries('action-decided');
  assert.equal(decided.length, 2);
  assert.equal((await entries('action-settled')).length, 1);
  assert.equal((await entries('tool-pinned')).length, 1);
});
