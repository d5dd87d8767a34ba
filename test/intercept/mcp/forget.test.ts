import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stage } from './conversation.ts';
import { aegis } from './person.ts';

const PATIENT = { timeout: 120_000 };
const tool = (name: string): object => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object' } });

test('[MCP-17] a server that was renamed: its old name is forgotten, and the new one is free of the collision', PATIENT, async (context) => {
  const place = await stage(context);
  const { aegis: daemon } = place;
  const file = join(place.folder, 'tools.json');
  writeFileSync(file, JSON.stringify([tool('send_mail'), tool('read_mail')]));
  const old = place.talk({ name: 'letters', env: { TOOLS: file } });
  await old.initialize();
  await old.ask('tools/list');
  assert.equal(await old.end(), 0);
  const now = place.talk({ name: 'mail', env: { TOOLS: file } });
  await now.initialize();
  assert.match((await now.call('send_mail', { text: 'one' })).text, /NAME_COLLISION/);

  const body = { agent: 'a1', server: 'letters' };
  const forget = (more: object, key: string) => daemon.ask('POST', '/v1/mcp/forget', { key, body: { ...body, ...more } });
  assert.equal((await forget({}, place.key)).status, 403);
  assert.equal((await forget({}, await daemon.operator('o1', 'auditor'))).status, 403);
  assert.equal((await forget({ tools: ['send_mail', 'never_shown'] }, daemon.admin)).status, 404);
  assert.equal((await forget({ server: 'nobody' }, daemon.admin)).status, 404);
  assert.equal((await place.entries('tool-forgotten')).length, 0);
  assert.match((await now.call('send_mail', { text: 'two' })).text, /NAME_COLLISION/);

  const one = await forget({ tools: ['read_mail'] }, await daemon.operator('o2', 'operator'));
  assert.deepEqual([one.status, one.body['forgotten']], [200, ['read_mail']]);
  assert.deepEqual((await forget({}, daemon.admin)).body['forgotten'], ['send_mail']);
  assert.deepEqual(
    (await place.entries('tool-forgotten')).map((entry) => [entry['agent'], entry['body']]),
    [
      ['a1', { server: 'letters', tool: 'read_mail', by: 'o2' }],
      ['a1', { server: 'letters', tool: 'send_mail', by: 'admin' }],
    ],
  );
  // The call before was refused, so that the list is read again before this one, without the agent's asking.
  assert.equal((await now.call('send_mail', { text: 'three' })).text, 'three');
  await daemon.restart();
  assert.deepEqual(
    ((await daemon.ask('GET', '/v1/mcp/tools', { key: daemon.admin })).body['tools'] as { server: string; doubted: unknown }[]).map(
      ({ server, doubted }) => [server, doubted],
    ),
    [
      ['mail', null],
      ['mail', null],
    ],
  );
});

test('[MCP-17] a person sees what would be forgotten, and forgets it by a word', PATIENT, async (context) => {
  const place = await stage(context);
  const file = join(place.folder, 'tools.json');
  writeFileSync(file, JSON.stringify([tool('send_mail'), tool('read\u001b[2Jmail')]));
  const agent = place.talk({ name: 'mail', env: { TOOLS: file } });
  await agent.initialize();
  await agent.ask('tools/list');
  const shown = await aegis(place, 'forget', 'mail');
  assert.match(shown.said, /send_mail +pinned[^]*Nothing was changed/);
  assert.ok(!shown.said.includes('\u001b'));
  assert.equal((await aegis(place, 'forget', 'mail', 'other', '--yes')).code, 5);
  assert.equal((await aegis(place, 'forget', 'nobody', '--yes')).code, 5);
  assert.equal((await place.entries('tool-forgotten')).length, 0);
  const one = await aegis(place, 'forget', 'mail', 'send_mail', '--yes', '--json');
  assert.deepEqual([one.code, JSON.parse(one.said)], [0, { agent: 'a1', server: 'mail', tools: ['send_mail'], forgotten: true }]);
  // What nobody shows is refused; what is shown again is new.
  assert.match((await agent.call('send_mail', { text: 'x' })).text, /has not shown/);
  assert.equal((await agent.call('send_mail', { text: 'x' })).text, 'x');
  const body = { identity: '0'.repeat(64), session: 's2', tools: [tool('send_mail')] };
  await place.aegis.ask('POST', '/v1/mcp/servers/mail/tools', { key: await place.aegis.agent('a2'), body });
  const both = await aegis(place, 'forget', 'mail', '--yes');
  assert.deepEqual([both.code, /--agent/.test(both.said)], [2, true]);
  assert.equal((await aegis(place, 'forget', 'mail', '--agent', 'a2', '--yes')).code, 0);
  assert.match((await aegis(place, 'forget', '--help')).said, /aegis mcp forget old-files --yes/);
});
