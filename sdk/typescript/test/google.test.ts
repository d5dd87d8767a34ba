import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GoogleGenAI, type CallableTool, type FunctionCall } from '@google/genai';
import { fc } from '../../../test/random.ts';
import { AegisBlockedError, auto } from '../src/index.ts';
import { gemini } from '../src/patch/gemini.ts';
import type { JsonObject } from '../src/wire.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { startVendor, type Says, type Vendor } from './vendor.ts';

const chunk = (...parts: readonly object[]) => ({ candidates: [{ index: 0, content: { role: 'model', parts } }] });
const call = (name: string, args: object = { id: 7 }, id?: string) => ({ functionCall: { name, args, ...(id === undefined ? {} : { id }) } });

let said: Says[] = [];
let vendor: Vendor;
let gateway: Gateway;
let google: GoogleGenAI;
before(async () => {
  vendor = await startVendor(() => said.shift());
  gateway = await startGateway(({ name }) =>
    name === 'wipe' ? { effect: 'deny' } : name === 'change' ? { effect: 'modify', args: { amount: 100 } } : undefined,
  );
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
  google = new GoogleGenAI({ apiKey: 'x', httpOptions: { baseUrl: vendor.url } });
});
after(async () => {
  await vendor.close();
  await gateway.close();
});

const wiped = (error: unknown): boolean => error instanceof AegisBlockedError && error.toolName === 'wipe';
const asking = { model: 'm', contents: 'go' };

test('[SDK-1, SDK-4] Gemini: whole answers, chats and streams hand out decided calls alone', async () => {
  said = [chunk(call('lookup')), chunk(call('change', { amount: 900 })), chunk(call('wipe'))];
  assert.deepEqual((await google.models.generateContent(asking)).functionCalls, [{ name: 'lookup', args: { id: 7 } }]);
  assert.deepEqual((await google.models.generateContent(asking)).functionCalls, [{ name: 'change', args: { amount: 100 } }]);
  await assert.rejects(google.models.generateContent(asking), wiped);
  said = [chunk(call('wipe'))];
  await assert.rejects(google.chats.create({ model: 'm' }).sendMessage({ message: 'go' }), wiped);
  said = [{ events: [chunk({ text: 'Wiping.' }), chunk(call('wipe')), chunk({ text: '' })] }];
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const one of await google.models.generateContentStream(asking)) seen.push(JSON.stringify(one));
  }, wiped);
  assert.equal(seen.length, 1);
  assert.match(seen[0] ?? '', /Wiping/);
});

test('[SDK-1, SDK-5, SDK-6] Gemini: functions it calls by itself run once decided, and their results settle the calls', async () => {
  const ran: string[] = [];
  const tool: CallableTool = {
    tool: () => Promise.resolve({ functionDeclarations: ['lookup', 'wipe'].map((name) => ({ name, description: name })) }),
    callTool: (calls: FunctionCall[]) => {
      ran.push(...calls.map(({ name = '' }) => name));
      return Promise.resolve(calls.map(({ name = '' }) => ({ functionResponse: { name, response: { output: 'found' } } })));
    },
  };
  const before = gateway.outcomes().length;
  said = [chunk(call('lookup')), chunk({ text: 'bye' })];
  assert.equal((await google.models.generateContent({ ...asking, config: { tools: [tool] } })).text, 'bye');
  assert.deepEqual(ran, ['lookup']);
  assert.deepEqual(
    gateway
      .outcomes()
      .slice(before)
      .map(({ status, result }) => [status, result]),
    [['succeeded', { output: 'found' }]],
  );
  said = [chunk(call('wipe'))];
  await assert.rejects(google.models.generateContent({ ...asking, config: { tools: [tool] } }), wiped);
  assert.deepEqual(ran, ['lookup']);
});

test('[SDK-1] Gemini: two calls of one name without ids are two calls', async () => {
  said = [chunk(call('lookup', { id: 1 }), call('lookup', { id: 2 }))];
  const before = gateway.proposals().length;
  await google.models.generateContent(asking);
  assert.deepEqual(
    gateway
      .proposals()
      .slice(before)
      .map(({ args }) => args),
    [{ id: 1 }, { id: 2 }],
  );
});

test('[SDK-3, SDK-4] Gemini: arguments in pieces are put together by their paths, also what leads nowhere', () => {
  const pieces = (...list: readonly object[]) => [
    chunk({ functionCall: { name: 'pay', id: 'c', willContinue: true } }),
    ...list.map((piece) => chunk({ functionCall: { partialArgs: [piece], willContinue: true } })),
    chunk({ functionCall: {} }),
  ];
  const read = (...list: readonly object[]) => gemini.assemble(pieces(...list) as unknown as JsonObject[])[0]?.args;
  assert.deepEqual(
    read(
      { jsonPath: '$.to[0].name', stringValue: 'A' },
      { jsonPath: '$.to[0].name', stringValue: 'nn' },
      { jsonPath: "$['a b']", boolValue: true },
      { jsonPath: '$.none', nullValue: 'NULL_VALUE' },
    ),
    { to: [{ name: 'Ann' }], 'a b': true, none: null },
  );
  for (const path of ['', 'to', '$..to', '$.to[*]', '$[99999]', '$.to[?(@.x)]']) {
    assert.match(JSON.stringify(read({ jsonPath: path, stringValue: 'rm -rf /' })), /rm -rf/, path);
  }
  const polluted = read({ jsonPath: '$.__proto__.admin', boolValue: true });
  assert.equal(({} as { admin?: boolean }).admin, undefined);
  assert.ok(polluted !== undefined && Object.hasOwn(polluted, '__proto__'));
  const lone = chunk({ functionCall: { partialArgs: [{ jsonPath: '$.x', stringValue: 'y' }] } }) as unknown as JsonObject;
  assert.equal(gemini.assemble([lone]).length, 1);
  const textsIn = (value: unknown): readonly string[] =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
  fc.assert(
    fc.property(fc.string(), fc.string(), (path, words) => {
      // Whatever is said stands somewhere in what is decided: as it is, or in the JSON of the piece.
      const said = textsIn(read({ jsonPath: path, stringValue: words }));
      assert.ok(said.some((text) => text.includes(words) || text.includes(JSON.stringify(words))));
    }),
  );
});
