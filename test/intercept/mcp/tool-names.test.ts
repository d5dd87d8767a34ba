import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { CLI, stage } from './conversation.ts';
import type { Conversation, Stage, Wire } from './conversation.ts';
import { badServer, POLICY, toolNamed, WAYS, wireIn } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };

interface Listed {
  readonly names: readonly string[];
  readonly held: readonly { readonly tool: string; readonly why: readonly string[] }[];
  readonly text: string;
}

function listed({ result }: Wire): Listed {
  const { tools, _meta } = result as { tools: { name: string }[]; _meta?: { 'aegis.dev/held-back'?: { text: string; tools: Listed['held'] } } };
  const { text = '', tools: held = [] } = _meta?.['aegis.dev/held-back'] ?? {};
  return { names: tools.map(({ name }) => name), held, text };
}

async function talk({ folder, talk: open }: Stage, name: string, tools: readonly object[]): Promise<Conversation> {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(tools));
  const agent = open({ name, env: { TOOLS: file } });
  await agent.initialize();
  return agent;
}

const cli = async ({ aegis }: Stage, ...words: readonly string[]): Promise<string> => {
  const env = { ...process.env, AEGIS_URL: aegis.daemon.url, AEGIS_KEY: aegis.admin, COLUMNS: '200' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'mcp', ...words], { env });
  return stdout;
};

test(
  '[MCP-25] two servers with one tool name: the second’s list says what is held back, the client hears it once, and the CLI what to do',
  PATIENT,
  async (context) => {
    const place = await stage(context);
    const first = await talk(place, 'first', [toolNamed('search')]);
    assert.deepEqual(listed(await first.ask('tools/list')), { names: ['search'], held: [], text: '' });
    const second = await talk(place, 'second', [toolNamed('search', 'Searches too.'), toolNamed('fetch_page'), toolNamed('Fetch_Page')]);
    const { names, held, text } = listed(await second.ask('tools/list'));
    assert.deepEqual(names, ['fetch_page']);
    assert.deepEqual(held, [
      { tool: 'search', why: ['NAME_COLLISION'] },
      { tool: 'Fetch_Page', why: ['NAME_LOOKALIKE'] },
    ]);
    assert.match(text, /Aegis holds back 2 of the tools of MCP server second: search \(another server has a tool of this name\)/);
    assert.match(text, /`aegis mcp accept second <tool> --yes`/);
    await second.ask('tools/list');
    const told = second.said.filter(({ method }) => method === 'notifications/message');
    assert.deepEqual(
      told.map(({ params }) => params),
      [{ level: 'warning', logger: 'aegis', data: text }],
    );
    assert.match((await second.call('search')).text, /TOOL_QUARANTINED/);
    const shown = await cli(place, 'tools');
    assert.match(shown, /first also has a tool called search/);
    assert.match(shown, /aegis mcp accept second search --yes/);
    await cli(place, 'accept', 'second', '--all', '--yes');
    assert.deepEqual(listed(await second.ask('tools/list')).names, ['search', 'fetch_page', 'Fetch_Page']);
    assert.equal((await second.call('search', { text: 'found' })).text, 'found');
  },
);

test('[MCP-25] a client that wants no warnings gets none on the wire; one of 2026-07-28 gets those it asked for', PATIENT, async (context) => {
  const place = await stage(context);
  await (await talk(place, 'first', [toolNamed('search')])).ask('tools/list');
  const quiet = await talk(place, 'second', [toolNamed('search', 'Too.')]);
  await quiet.ask('logging/setLevel', { level: 'error' });
  assert.equal(listed(await quiet.ask('tools/list')).held.length, 1);
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const modern = await talk(place, 'third', [toolNamed('search', 'As well.')]);
  assert.equal(listed(await modern.ask('tools/list', { _meta: meta })).held.length, 1);
  for (const agent of [quiet, modern]) assert.ok(!agent.said.some(({ method }) => method === 'notifications/message'));
  const loud = await talk(place, 'fourth', [toolNamed('search', 'Again.')]);
  await loud.ask('tools/list', { _meta: { ...meta, 'io.modelcontextprotocol/logLevel': 'info' } });
  assert.equal(loud.said.filter(({ method }) => method === 'notifications/message').length, 1);
});

interface Door {
  page(cursor?: string): Promise<Listed>;
  call(name: string): Promise<Wire>;
}

/** A server whose list is these pages, behind the gateway. */
async function paged(context: TestContext, pages: () => readonly (readonly object[])[]): Promise<Door> {
  const server = await badServer(context, ({ said, say }) => {
    if (said.method !== 'tools/list') return false;
    const at = Number(said.params?.cursor ?? 0);
    say({ tools: pages()[at] ?? [], ...(at + 1 < pages().length ? { nextCursor: String(at + 1) } : {}) });
    return true;
  });
  const way = await WAYS['the gateway']?.(context, server.url, { policy: POLICY });
  assert.ok(way !== undefined);
  let id = 0;
  const send = async (method: string, params: object): Promise<Wire> => (await way.send({ id: ++id, method, params })) as Wire;
  return {
    page: async (cursor) => listed(await send('tools/list', cursor === undefined ? {} : { cursor })),
    call: (name) => send('tools/call', { name, arguments: {} }),
  };
}

test('[MCP-25] one name twice in one list: the same is listed once, another is held back, on one page and across pages', PATIENT, async (context) => {
  const door = await paged(context, () => [
    [toolNamed('a'), toolNamed('a'), toolNamed('b'), toolNamed('b', 'Another b.')],
    [toolNamed('c'), toolNamed('a', 'Another a.')],
  ]);
  for (let again = 0; again < 2; again++) {
    const first = await door.page();
    assert.deepEqual([first.names, first.held], [['a', 'b'], [{ tool: 'b', why: ['DUPLICATE'] }]]);
    for (let twice = 0; twice < 2; twice++) {
      const second = await door.page('1');
      assert.deepEqual([second.names, second.held], [['c'], [{ tool: 'a', why: ['DUPLICATE'] }]]);
    }
  }
  for (const name of ['a', 'b', 'c']) assert.ok((await door.call(name)).result !== undefined, name);
});

test('[MCP-25] a tool that changes between two lists is in quarantine, and the list says so', PATIENT, async (context) => {
  let description = 'Does a.';
  const door = await paged(context, () => [[toolNamed('a', description), toolNamed('b')]]);
  assert.deepEqual((await door.page()).names, ['a', 'b']);
  description = 'Does a, and more.';
  const { names, held } = await door.page();
  assert.deepEqual([names, held], [['b'], [{ tool: 'a', why: ['TOOL_CHANGED'] }]]);
});

test('[MCP-25] names and definitions that nobody can keep fail themselves, not the tools beside them', PATIENT, async (context) => {
  const wide = { type: 'object', properties: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${String(n)}`, {}])) };
  const odd = [
    toolNamed(''),
    toolNamed('n'.repeat(300)),
    toolNamed('n'.repeat(200)),
    toolNamed('two words'),
    toolNamed('\u202egnp.exe'),
    { ...toolNamed('long'), description: 'x'.repeat(1_100_000) },
    { ...toolNamed('wide'), inputSchema: wide },
  ];
  const door = await paged(context, () => [[toolNamed('before_them'), ...odd, toolNamed('x'.repeat(100)), toolNamed('after_them')]]);
  const { names, held, text } = await door.page();
  assert.deepEqual(names, ['before_them', 'x'.repeat(100), 'after_them']);
  assert.equal(held.length, odd.length);
  assert.deepEqual(
    held.slice(0, 2).map(({ why }) => why),
    [['NAME_LENGTH'], ['NAME_LENGTH']],
  );
  assert.ok(
    held.some(({ tool, why }) => tool === 'long' && why.includes('UNREADABLE')),
    JSON.stringify(held),
  );
  assert.ok(
    held.some(({ tool, why }) => tool === 'wide' && why.includes('UNREADABLE')),
    JSON.stringify(held),
  );
  assert.doesNotMatch(text, /gnp|two words/, 'a name that could say something is not repeated');
});

test(
  '[MCP-26] a server with 1,020 tools loses what is beyond 512 of them and says so; the agent’s other servers keep theirs',
  PATIENT,
  async (context) => {
    const many = await badServer(
      context,
      () => false,
      Array.from({ length: 1_020 }, (_, n) => toolNamed(`tool_${String(n)}`)),
    );
    const way = await WAYS['the gateway']?.(context, many.url, { policy: POLICY });
    assert.ok(way !== undefined);
    const { names, held, text } = listed((await way.send({ id: 1, method: 'tools/list' })) as Wire);
    assert.deepEqual([names.length, held.length], [512, 16]);
    assert.match(text, /holds back 508 of the tools of MCP server srv: tool_512 \(the server has more than 512 tools\)/);
    const other = { identity: '0'.repeat(64), session: 's', tools: [toolNamed('other_tool')] };
    const shown = await way.aegis.ask('POST', '/v1/mcp/servers/other/tools', { key: way.key, body: other });
    assert.equal(shown.status, 200, shown.text);
    const more = { ...other, tools: [toolNamed('one_more')] };
    const refused = await way.aegis.ask('POST', '/v1/mcp/servers/srv/tools', { key: way.key, body: more });
    assert.equal(refused.status, 400);
    assert.match(
      refused.text,
      /the MCP server srv has shown more than 512 tools; `aegis mcp forget srv` makes room\. Other servers are not affected/,
    );
    assert.equal(wireIn(JSON.stringify(await way.send({ id: 2, method: 'tools/call', params: { name: 'tool_3', arguments: {} } }))).error, undefined);
  },
);
