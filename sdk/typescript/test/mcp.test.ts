import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { AegisBlockedError, auto } from '../src/index.ts';
import { startGateway } from './gateway.ts';

test('[SDK-1, SDK-4, SDK-7, SDK-16] MCP: a real client against a real file server, over stdio, by callTool and by bare requests', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aegis-mcp-')));
  const gateway = await startGateway(({ name, args }) => {
    if (name === 'write_file') return { effect: 'deny' };
    return args['path'] === join(folder, 'asked.txt') ? { effect: 'modify', args: { path: join(folder, 'given.txt') } } : undefined;
  });
  writeFileSync(join(folder, 'given.txt'), 'what was given');
  auto(gateway.url, { key: 'k', agentId: 'a', journalPath: join(folder, 'journal.jsonl') });
  const server = join(dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/package.json')), 'dist', 'index.js');
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [server, folder], stderr: 'ignore' }));
  try {
    const read = await client.callTool({ name: 'read_text_file', arguments: { path: join(folder, 'asked.txt') } });
    assert.match(JSON.stringify(read), /what was given/);
    await assert.rejects(client.callTool({ name: 'write_file', arguments: { path: join(folder, 'new.txt'), content: 'x' } }), AegisBlockedError);
    assert.ok(!existsSync(join(folder, 'new.txt')));
    const write = { method: 'tools/call', params: { name: 'write_file', arguments: { path: join(folder, 'new.txt'), content: 'x' } } } as const;
    await assert.rejects(client.request(write), AegisBlockedError);
    assert.ok(!existsSync(join(folder, 'new.txt')));
    const bare = await client.request({ method: 'tools/call', params: { name: 'read_text_file', arguments: { path: join(folder, 'given.txt') } } });
    assert.match(JSON.stringify(bare), /what was given/);
    assert.ok((await client.request({ method: 'tools/list' })).tools.length > 3);
    assert.deepEqual(
      gateway.outcomes().map(({ status }) => status),
      ['succeeded', 'succeeded'],
    );
    assert.equal(gateway.proposals().length, 4, 'each call once');
  } finally {
    await client.close();
    await gateway.close();
    rmSync(folder, { recursive: true });
  }
});
