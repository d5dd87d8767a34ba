import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stage } from './conversation.ts';
import { badServer, POLICY, toolNamed, WAYS } from './misbehaving.ts';

const PATIENT = { timeout: 120_000 };
const TOKEN = 'tk-9f8e7d6c5b4a39281706';
const PASSWORD = 'correct/horse+9"x';
const BASIC = `Basic ${Buffer.from(`robot:${PASSWORD}`).toString('base64')}`;
const SPELLINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => JSON.stringify(secret),
  'in a sentence': (secret) => JSON.stringify(`the header was Bearer ${secret}, which is wrong`),
  escaped: (secret) => `"${[...secret].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
  percent: (secret) => JSON.stringify(encodeURIComponent(secret)),
  hexadecimal: (secret) => JSON.stringify(Buffer.from(secret).toString('hex')),
  base64: (secret) => JSON.stringify(Buffer.from(secret).toString('base64')),
};

/** Wherever a server may say something. */
const PLACES: Readonly<Record<string, (id: unknown, text: string) => string>> = {
  'a result': (id, text) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":${text}}]}}`,
  'a key of a result': (id, text) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"structuredContent":{${text}:1}}}`,
  'an error': (id, text) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-32000,"message":${text},"data":{"headers":[${text}]}}}`,
  'an error without an id': (_id, text) => `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":${text}}}`,
};

const holds = (text: string, secret: string): boolean =>
  Object.values(SPELLINGS).some((spell) => text.includes(spell(secret).slice(1, -1))) || text.includes(secret);

test(
  '[MCP-28] a server that quotes the credentials Aegis sends it is masked: at both doors, wherever and however it says them, in the log too',
  PATIENT,
  async (context) => {
    process.env['AEGIS_TEST_MCP_TOKEN'] = `Bearer ${TOKEN}`;
    process.env['AEGIS_TEST_MCP_BASIC'] = BASIC;
    context.after(() => {
      delete process.env['AEGIS_TEST_MCP_TOKEN'];
      delete process.env['AEGIS_TEST_MCP_BASIC'];
    });
    const server = await badServer(context, ({ said, response }) => {
      if (said.method !== 'tools/call') return false;
      const { at, spelled, secret, streamed } = said.params?.arguments as { at: string; spelled: string; secret: number; streamed: boolean };
      const text = SPELLINGS[spelled]?.(secret === 0 ? TOKEN : PASSWORD) ?? '""';
      const body = PLACES[at]?.(said.id, text) ?? '';
      if (at === 'an error without an id') response.writeHead(400, { 'content-type': 'application/json' }).end(body);
      else if (streamed)
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(`data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":${text}}}\n\ndata: ${body}\n\n`);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      return true;
    });
    const headers = { authorization: 'AEGIS_TEST_MCP_TOKEN', 'x-proxy-authorization': 'AEGIS_TEST_MCP_BASIC' };
    const way = await WAYS['the gateway']?.(context, server.url, { policy: POLICY, headers });
    assert.ok(way !== undefined);
    let id = 0;
    for (const at of Object.keys(PLACES))
      for (const spelled of Object.keys(SPELLINGS))
        for (const secret of [0, 1])
          for (const streamed of [false, true]) {
            const body = { jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name: 'do_it', arguments: { at, spelled, secret, streamed } } };
            const answer = await way.aegis.ask('POST', '/mcp/srv', {
              key: way.key,
              body,
              headers: { accept: 'application/json, text/event-stream' },
            });
            const what = `${at} ${spelled} ${String(secret)}: ${answer.text}`;
            assert.ok(!holds(answer.text, TOKEN) && !holds(answer.text, PASSWORD), what);
            assert.match(answer.text, /REDACTED:secret/, what);
          }
    const { text } = await way.aegis.ask('GET', '/v1/log/export', { key: way.aegis.admin });
    assert.ok(!holds(text, TOKEN) && !holds(text, PASSWORD));
    assert.equal(
      server.heard.some(({ said }) => JSON.stringify(said).includes('REDACTED')),
      false,
    );
  },
);

test('[MCP-28] a server over stdio that says the token it was given is masked; what is no secret of a variable passes', PATIENT, async (context) => {
  const place = await stage(context);
  const file = join(place.folder, 'tools.json');
  writeFileSync(file, JSON.stringify([toolNamed('say_env')]));
  const env = { TOOLS: file, TRACKER_TOKEN: TOKEN, TRACKER_HOST: 'tracker.example.org', SSH_KEY_FILE: '/home/me/keys/id' };
  const agent = place.talk({ env });
  await agent.initialize();
  const { text } = await agent.call('say_env', { n: 1 });
  assert.ok(!holds(text, TOKEN), text);
  assert.deepEqual(JSON.parse(text), { TRACKER_TOKEN: '[REDACTED:secret]', TRACKER_HOST: 'tracker.example.org', SSH_KEY_FILE: '/home/me/keys/id' });
});
