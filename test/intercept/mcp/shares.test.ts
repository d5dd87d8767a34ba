import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionTable } from '../../../src/intercept/mcp/http/session-table.ts';
import { agentLoads } from '../../../src/intercept/mcp/http/agent-load.ts';
import { badServer, POLICY, WAYS } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };
const ACCEPT = { accept: 'application/json, text/event-stream' };
const HELLO = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};

test('[MCP-26] an owner’s sessions beyond its share are its own oldest; nobody else’s leave', () => {
  const table = sessionTable<string>({ perOwner: 3, all: 6 });
  table.set('quiet', 'q', 'q');
  for (let n = 0; n < 100; n++) table.set('loud', `l${String(n)}`, `l${String(n)}`);
  assert.deepEqual([table.get('q'), table.has('l96'), table.has('l97'), table.has('l99')], ['q', false, true, true]);
  // What was used is not the oldest.
  table.get('l97');
  table.set('loud', 'l100', 'l100');
  assert.deepEqual([table.has('l97'), table.has('l98')], [true, false]);
  for (const owner of ['c', 'd', 'e', 'f']) table.set(owner, owner, owner);
  // Of all together too many: whoever has the most loses.
  assert.ok(['q', 'c', 'd', 'e', 'f', 'l100'].every((key) => table.has(key)));
  table.delete('q');
  assert.equal(table.get('q'), undefined);
});

test('[MCP-26] an agent has its own places for requests and streams, and each is given back once', () => {
  const loads = agentLoads();
  const mine = Array.from({ length: 32 }, () => loads.take('a', 'streams'));
  assert.ok(mine.every((release) => release !== null));
  assert.equal(loads.take('a', 'streams'), null);
  assert.notEqual(loads.take('b', 'streams'), null);
  assert.notEqual(loads.take('a', 'requests'), null);
  const [first] = mine;
  first?.();
  first?.();
  assert.notEqual(loads.take('a', 'streams'), null);
  assert.equal(loads.take('a', 'streams'), null);
});

test(
  '[MCP-26] 400 requests with as many Aegis-Sessions, and all the streams one agent may have, leave another agent’s session alone',
  PATIENT,
  async (context) => {
    let begun = 0;
    const server = await badServer(context, ({ said, say, request, response }) => {
      if (said.method === 'initialize') {
        say(
          { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
          { 'mcp-session-id': `s-${String(++begun)}` },
        );
        return true;
      }
      if (request.method !== 'GET') return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      return true;
    });
    const way = await WAYS['the gateway']?.(context, server.url, { policy: POLICY });
    assert.ok(way !== undefined);
    const { aegis, key: loud } = way;
    const quiet = await aegis.agent('quiet');
    const begin = async (key: string): Promise<Record<string, string>> => {
      const { headers } = await aegis.ask('POST', '/mcp/srv', { key, body: HELLO, headers: ACCEPT });
      return { ...ACCEPT, 'mcp-session-id': headers.get('mcp-session-id') ?? '' };
    };
    const mine = await begin(quiet);
    for (let n = 0; n < 400; n += 100) {
      const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
      await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          aegis.ask('POST', '/mcp/srv', { key: loud, body: ping, headers: { ...ACCEPT, 'aegis-session': `s${String(n + at)}` } }),
        ),
      );
    }
    const theirs = await begin(loud);
    const over = new AbortController();
    context.after(() => over.abort());
    const listen = (key: string, session: Record<string, string>): Promise<Response> =>
      fetch(`${aegis.daemon.url}/mcp/srv`, {
        headers: { ...session, authorization: `Bearer ${key}`, accept: 'text/event-stream' },
        signal: over.signal,
      });
    const streams = await Promise.all(Array.from({ length: 40 }, () => listen(loud, theirs)));
    assert.deepEqual([streams.filter(({ status }) => status === 200).length, streams.filter(({ status }) => status === 429).length], [32, 8]);
    assert.equal(streams.find(({ status }) => status === 429)?.headers.get('retry-after'), '1');
    assert.equal((await listen(quiet, mine)).status, 200);
    const listed = await aegis.ask('POST', '/mcp/srv', { key: quiet, body: { jsonrpc: '2.0', id: 2, method: 'tools/list' }, headers: mine });
    assert.equal(listed.status, 200, listed.text);
  },
);
