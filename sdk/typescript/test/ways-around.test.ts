import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { AegisBlockedError, AegisSetupError, auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';

/** Answers as a vendor, or somebody in between, might give them: by id of the request's model. */
const ANSWERS: Readonly<Record<string, object>> = {
  legacy: {
    choices: [
      {
        index: 0,
        finish_reason: 'function_call',
        message: { role: 'assistant', content: null, function_call: { name: 'wipe', arguments: '{"id":7}' } },
      },
    ],
  },
  changed: {
    choices: [
      {
        index: 0,
        finish_reason: 'function_call',
        message: { role: 'assistant', content: null, function_call: { name: 'change', arguments: '{"amount":900}' } },
      },
    ],
  },
  twins: {
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: null,
          tool_calls: ['lookup', 'pay'].map((name, n) => ({ id: 'same', type: 'function', function: { name, arguments: `{"n":${String(n)}}` } })),
        },
      },
    ],
  },
  stored: {
    id: 'resp_1',
    object: 'response',
    output: [{ type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'wipe', arguments: '{}', status: 'completed' }],
  },
};

let gateway: Gateway;
let client: OpenAI;
const server = createServer((request, reply) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => {
    const model = request.method === 'GET' ? 'stored' : (JSON.parse(text) as { model: string; stream?: boolean }).model;
    if (model !== 'streamed') return void reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWERS[model]));
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const delta of [{ content: 'Wiping.' }, { function_call: { name: 'wipe', arguments: '' } }, { function_call: { arguments: '{"id":7}' } }]) {
      reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`);
    }
    reply.end('data: [DONE]\n\n');
  });
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway = await startGateway(({ name }) =>
    name === 'wipe' ? { effect: 'deny' } : name === 'change' ? { effect: 'modify', args: { amount: 100 } } : undefined,
  );
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
  client = new OpenAI({ apiKey: 'x', baseURL: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`, maxRetries: 0 });
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await gateway.close();
});

const ask = (model: string) => client.chat.completions.create({ model, messages: [{ role: 'user', content: 'go' }] });
const wiped = (error: unknown): boolean => error instanceof AegisBlockedError && error.toolName === 'wipe';

test('[SDK-1, SDK-4] the deprecated function_call is decided like any other call', async () => {
  await assert.rejects(ask('legacy').then(), wiped);
  assert.equal((await ask('changed')).choices[0]?.message.function_call?.arguments, '{"amount":100}');
});

test('[SDK-3] the deprecated function_call is held back in a stream', async () => {
  const seen: string[] = [];
  const stream = await client.chat.completions.create({ model: 'streamed', messages: [{ role: 'user', content: 'go' }], stream: true });
  await assert.rejects(async () => {
    for await (const chunk of stream) seen.push(JSON.stringify(chunk));
  }, wiped);
  assert.ok(seen.some((chunk) => chunk.includes('Wiping')) && !seen.some((chunk) => chunk.includes('function_call')));
});

test('[SDK-4, SDK-9] two calls that share an id are refused: arguments go back by id', async () => {
  await assert.rejects(ask('twins').then(), AegisSetupError);
  assert.ok(!gateway.proposals().some(({ name }) => name === 'pay'));
});

test('[SDK-1] a stored answer that is fetched is decided too', async () => {
  await assert.rejects(client.responses.retrieve('resp_1').then(), wiped);
});
