import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { badServer, POLICY, WAYS } from './misbehaving.ts';
import type { BadServer, Way } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };
/** Everything that is on no list is denied. */
const DENY = POLICY.replace('default: allow', 'default: deny');

const DECIDED: Readonly<Record<string, object>> = {
  'completion/complete': { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'typed so far' } },
  'resources/subscribe': { uri: 'note:///a' },
  'resources/unsubscribe': { uri: 'note:///never-subscribed' },
  'resources/read': { uri: 'note:///a' },
  'prompts/get': { name: 'p' },
  'tasks/get': { taskId: 't' },
  'tasks/cancel': { taskId: 't' },
  'something/of-tomorrow': { a: 1 },
  'subscriptions/listen': { notifications: { resourceSubscriptions: ['note:///a'] } },
  ping: { carrying: 'words' },
  'tools/list': { filter: 'x' },
  'prompts/list': { cursor: 'x'.repeat(5_000) },
  'logging/setLevel': { level: 'warning', note: 'x' },
};

const HARMLESS: Readonly<Record<string, object | undefined>> = {
  ping: undefined,
  'tools/list': { cursor: 'page-2' },
  'resources/list': {},
  'resources/templates/list': {},
  'prompts/list': { _meta: { progressToken: 1 } },
  'logging/setLevel': { level: 'debug' },
};

interface Place extends Way {
  readonly server: BadServer;
}

async function place(context: TestContext, way: string, policy: string): Promise<Place> {
  const server = await badServer(context, ({ said, say }) => {
    if (said.id === undefined || said.method === 'initialize' || said.method === 'tools/call') return false;
    say(said.method === 'tools/list' ? { tools: [] } : { resources: [], resourceTemplates: [], prompts: [] });
    return true;
  });
  const open = WAYS[way];
  assert.ok(open !== undefined);
  return { ...(await open(context, server.url, { policy })), server };
}

const methods = ({ server }: Place): readonly (string | undefined)[] => server.heard.map(({ said }) => said.method);

for (const way of Object.keys(WAYS))
  test(
    `[MCP-22] every request that is not on the closed list, or carries more than it may, is decided before it is forwarded: ${way}`,
    PATIENT,
    async (context) => {
      const denied = await place(context, way, DENY);
      let id = 0;
      for (const [method, params] of Object.entries(DECIDED)) {
        const reply = await denied.send({ id: ++id, method, params });
        assert.equal(reply?.error?.code, -32003, method);
      }
      assert.deepEqual(methods(denied), [], 'nothing was forwarded');
      const decided = await denied.entries('action-decided');
      const names = decided.map((entry) => (entry['body'] as { action: { name: string } }).action.name);
      assert.deepEqual(names.toSorted(), Object.keys(DECIDED).toSorted());
      for (const [method, params] of Object.entries(HARMLESS)) {
        const reply = await denied.send({ id: ++id, method, ...(params === undefined ? {} : { params }) });
        assert.equal(reply?.error, undefined, method);
      }
      assert.deepEqual(methods(denied), Object.keys(HARMLESS));
      assert.equal((await denied.entries('action-decided')).length, decided.length);
    },
  );

test('[MCP-22] what is allowed is forwarded with the arguments that were decided on, and settled', PATIENT, async (context) => {
  const allowed = await place(context, 'the gateway', POLICY);
  let id = 0;
  const { 'subscriptions/listen': _stream, ...rest } = DECIDED;
  for (const [method, params] of Object.entries(rest)) {
    assert.equal((await allowed.send({ id: ++id, method, params }))?.error, undefined, method);
    assert.deepEqual(allowed.server.heard.at(-1)?.said, { jsonrpc: '2.0', id, method, params }, method);
  }
  for (;;) if ((await allowed.entries('action-settled')).length === Object.keys(rest).length) break;
});

test('[MCP-22] a subscription that was allowed may be ended undecided', PATIENT, async (context) => {
  const allowed = await place(context, 'aegis mcp --url', POLICY);
  await allowed.send({ id: 1, method: 'resources/subscribe', params: { uri: 'note:///a' } });
  const before = (await allowed.entries('action-decided')).length;
  await allowed.send({ id: 2, method: 'resources/unsubscribe', params: { uri: 'note:///a' } });
  await allowed.send({ id: 3, method: 'resources/unsubscribe', params: { uri: 'note:///a' } });
  assert.equal((await allowed.entries('action-decided')).length, before + 1, 'the second time it ends nothing');
});

test('[MCP-22] notifications are forwarded from a closed list, without what they need not carry', PATIENT, async (context) => {
  const door = await place(context, 'aegis mcp --url', DENY);
  for (const message of [
    { method: 'notifications/initialized', params: { note: 'x', _meta: { k: 1 } } },
    { method: 'notifications/roots/list_changed', params: { roots: ['/home'] } },
    { method: 'notifications/progress', params: { progressToken: 'nobody asked', progress: 1, message: 'x' } },
    { method: 'notifications/message', params: { level: 'info', data: 'x' } },
    { method: 'notifications/of-tomorrow', params: { data: 'x' } },
    { method: 'tools/call', params: { name: 'do_it' } },
  ])
    await door.send(message);
  await door.send({ id: 1, method: 'ping' });
  // Each is on its way by itself; what is refused never sets out, and its refusal is recorded.
  const posted = () => door.server.heard.filter(({ verb }) => verb === 'POST');
  while (posted().length < 3 || (await door.entries('request-refused')).length === 0);
  const said = posted().map(({ said: one }) => [one.method, one.params]);
  assert.deepEqual(said.toSorted(), [
    ['notifications/initialized', { _meta: { k: 1 } }],
    ['notifications/roots/list_changed', undefined],
    ['ping', undefined],
  ]);
});
