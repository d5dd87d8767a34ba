import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { AegisBlockedError, AegisSetupError, auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { startVendor, type Says, type Vendor } from './vendor.ts';

const call = (name: string, args = '{"id":7}') => ({ id: `call_${name}`, type: 'function', function: { name, arguments: args } });
const completion = (name: string, args?: string) => ({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [call(name, args)] } }],
});
const run = (name: string, args?: string) => ({
  id: 'run_1',
  object: 'thread.run',
  status: 'requires_action',
  required_action: { type: 'submit_tool_outputs', submit_tool_outputs: { tool_calls: [call(name, args)] } },
});
const item = (name: string) => ({
  type: 'function_call',
  id: `fc_${name}`,
  call_id: `call_${name}`,
  name,
  arguments: '{"id":7}',
  status: 'completed',
});
const response = (output: readonly object[]) => ({ id: 'resp_1', object: 'response', status: 'completed', output });
const use = (name: string, input: object = { id: 7 }) => ({ type: 'tool_use', id: `toolu_${name}`, name, input });
const message = (content: readonly object[]) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: 'tool_use',
  usage: { input_tokens: 1, output_tokens: 1 },
});
const line = (name: string) => JSON.stringify({ id: 'b', custom_id: name, response: { status_code: 200, body: completion(name) }, error: null });

let said: Says = {};
let results: Says = {};
let vendor: Vendor;
let gateway: Gateway;
let openai: OpenAI;
let anthropic: Anthropic;
before(async () => {
  vendor = await startVendor((path) => (path === '/results' ? results : said));
  gateway = await startGateway(({ name }) =>
    name === 'wipe' ? { effect: 'deny' } : name === 'change' ? { effect: 'modify', args: { amount: 100 } } : undefined,
  );
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
  openai = new OpenAI({ apiKey: 'x', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: 'x', baseURL: vendor.url, maxRetries: 0 });
});
after(async () => {
  await vendor.close();
  await gateway.close();
});

const wiped = (error: unknown): boolean => error instanceof AegisBlockedError && error.toolName === 'wipe';

async function drained(stream: AsyncIterable<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const event of stream) seen.push(JSON.stringify(event));
  return seen;
}

/** Ways to one and the same answer of a model. */
const OPENAI: Readonly<Record<string, (name: string) => readonly [Says, () => PromiseLike<unknown>]>> = {
  'a bare route': (name) => [completion(name), () => openai.post('/chat/completions', { body: { model: 'm', messages: [] } })],
  'a bare request': (name) => [
    response([item(name)]),
    () => openai.request({ method: 'post', path: '/responses', body: { model: 'm', input: 'x' } }),
  ],
  'an address Aegis never heard of': (name) => [completion(name), () => openai.get('/somewhere/else')],
  'a beta resource': (name) => [response([item(name)]), () => openai.beta.responses.create({ model: 'm', input: 'x' } as never)],
  'a new run of an assistant': (name) => [run(name), () => openai.beta.threads.runs.create('thread_1', { assistant_id: 'a' })],
  'a run that is fetched': (name) => [run(name), () => openai.beta.threads.runs.retrieve('run_1', { thread_id: 'thread_1' })],
  'a run that outputs were given to': (name) => [
    run(name),
    () => openai.beta.threads.runs.submitToolOutputs('run_1', { thread_id: 'thread_1', tool_outputs: [{ tool_call_id: 'x', output: 'y' }] }),
  ],
  'a step of a run': (name) => [
    {
      id: 's',
      object: 'thread.run.step',
      step_details: { type: 'tool_calls', tool_calls: [{ ...call(name), function: { ...call(name).function, output: null } }] },
    },
    () => openai.beta.threads.runs.steps.retrieve('s', { thread_id: 'thread_1', run_id: 'run_1' }),
  ],
  'the results of a batch': (name) => [
    { text: `${line('lookup')}\n${line(name)}\n`, type: 'application/octet-stream' },
    () => openai.files.content('file_1').then((file) => file.text()),
  ],
  'bytes that were asked for': (name) => [completion(name), () => openai.post('/chat/completions', { body: {}, __binaryResponse: true } as never)],
  'a run that is streamed': (name) => [
    {
      events: [
        { event: 'thread.run.created', data: { id: 'run_1' } },
        { event: 'thread.run.requires_action', data: run(name) },
      ],
    },
    async () => drained(await openai.beta.threads.runs.create('thread_1', { assistant_id: 'a', stream: true })),
  ],
  'a run that a helper streams': (name) => [
    {
      events: [
        { event: 'thread.run.created', data: { id: 'run_1' } },
        { event: 'thread.run.requires_action', data: run(name) },
      ],
    },
    () => openai.beta.threads.runs.stream('thread_1', { assistant_id: 'a' }).finalRun(),
  ],
  'the last event of a stream alone': (name) => [
    {
      events: [
        { type: 'response.created', response: response([]) },
        { type: 'response.completed', response: response([item(name)]) },
      ],
    },
    async () => drained(await openai.responses.create({ model: 'm', input: 'x', stream: true })),
  ],
};

for (const [way, to] of Object.entries(OPENAI)) {
  test(`[SDK-16] openai, ${way}: a denied call is not handed out, an allowed one is`, async () => {
    for (const name of ['wipe', 'lookup']) {
      const [answer, ask] = to(name);
      said = answer;
      if (name === 'wipe')
        await assert.rejects(
          async () => ask(),
          (error) => wiped(error) || wiped((error as Error).cause),
          way,
        );
      else assert.match(JSON.stringify(await ask()), way.startsWith('bytes') ? /^/ : /lookup/);
    }
  });
}

test('[SDK-16, SDK-4] openai: by other ways too, the changed arguments are all there is', async () => {
  said = completion('change', '{"amount":900}');
  assert.doesNotMatch(JSON.stringify(await openai.post('/chat/completions', { body: {} })), /900/);
  said = run('change', '{"amount":900}');
  assert.match(JSON.stringify(await openai.beta.threads.runs.retrieve('run_1', { thread_id: 't' })), /\{\\"amount\\":100\}/);
  const delta = (tool: object) => ({
    event: 'thread.run.step.delta',
    data: { object: 'thread.run.step.delta', delta: { step_details: { type: 'tool_calls', tool_calls: [{ index: 0, type: 'function', ...tool }] } } },
  });
  said = {
    events: [
      delta({ id: 'call_change', function: { name: 'change', arguments: '', output: null } }),
      delta({ function: { arguments: '{"amount"' } }),
      delta({ function: { arguments: ':900}' } }),
      { event: 'thread.run.requires_action', data: run('change', '{"amount":900}') },
    ],
  };
  const seen = (await drained(await openai.beta.threads.runs.create('thread_1', { assistant_id: 'a', stream: true }))).join();
  assert.match(seen, /\{\\"amount\\":100\}/);
  assert.doesNotMatch(seen, /900|"amount\\"'/);
  said = { text: `${line('lookup')}\n${line('change').replace('\\"id\\":7', '\\"amount\\":900')}\n`, type: 'application/jsonl' };
  const text = await (await openai.files.content('file_1')).text();
  assert.match(text, /lookup/);
  assert.doesNotMatch(text, /900/);
});

test('[SDK-16] openai: what holds no call passes as it is, bytes and pages too', async () => {
  said = { text: 'a,b\n1,2\n', type: 'application/octet-stream' };
  assert.equal(await (await openai.files.content('file_1')).text(), 'a,b\n1,2\n');
  said = { text: 'RIFF', type: 'audio/wav' };
  assert.equal((await openai.audio.speech.create({ input: 'x', model: 'm', voice: 'alloy' })).headers.get('content-type'), 'audio/wav');
  said = { object: 'list', data: [{ id: 'm-1', object: 'model' }] };
  const names: string[] = [];
  for await (const { id } of openai.models.list()) names.push(id);
  assert.deepEqual(names, ['m-1']);
  assert.equal((await openai.models.list().asResponse()).status, 200);
});

test('[SDK-2, SDK-16] raw bytes of a stream, or with calls in them, are not handed out', async () => {
  said = { events: [{ type: 'response.completed', response: response([item('lookup')]) }] };
  await assert.rejects(openai.responses.create({ model: 'm', input: 'x', stream: true }).asResponse(), AegisSetupError);
  said = completion('lookup');
  await assert.rejects(openai.post('/chat/completions', { body: {} }).asResponse(), AegisSetupError);
});

const ANTHROPIC: Readonly<Record<string, (name: string) => readonly [Says, () => PromiseLike<unknown>]>> = {
  'a bare route': (name) => [message([use(name)]), () => anthropic.post('/v1/messages', { body: { model: 'm' } })],
  'beta messages': (name) => [message([use(name)]), () => anthropic.beta.messages.create({ model: 'm', max_tokens: 9, messages: [] })],
  'a call whole in the beginning of an answer': (name) => [
    { events: [{ type: 'message_start', message: message([use(name)]) }, { type: 'message_stop' }] },
    async () => drained(await anthropic.messages.create({ model: 'm', max_tokens: 9, messages: [], stream: true })),
  ],
  'an input whole in the beginning of a block': (name) => [
    {
      events: [
        { type: 'message_start', message: message([]) },
        { type: 'content_block_start', index: 0, content_block: use(name) },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_stop' },
      ],
    },
    async () => drained(await anthropic.messages.create({ model: 'm', max_tokens: 9, messages: [], stream: true })),
  ],
};

for (const [way, to] of Object.entries(ANTHROPIC)) {
  test(`[SDK-16] anthropic, ${way}: a denied call is not handed out, an allowed one is decided with its arguments`, async () => {
    for (const name of ['wipe', 'lookup', 'change']) {
      const [answer, ask] = to(name);
      said = answer;
      const before = gateway.proposals().length;
      if (name === 'wipe') await assert.rejects(async () => ask(), wiped);
      else assert.match(JSON.stringify(await ask()), name === 'change' ? /amount.*100/ : /lookup/);
      assert.deepEqual(
        gateway
          .proposals()
          .slice(before)
          .map(({ args }) => args),
        [{ id: 7 }],
      );
    }
  });
}

test('[SDK-16] anthropic: a call that says its input in two ways is refused', async () => {
  const delta = (partial_json: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json } });
  said = {
    events: [
      { type: 'message_start', message: message([]) },
      { type: 'content_block_start', index: 0, content_block: use('lookup') },
      delta('{"id":'),
      delta('8}'),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_stop' },
    ],
  };
  await assert.rejects(
    async () => drained(await anthropic.messages.create({ model: 'm', max_tokens: 9, messages: [], stream: true })),
    AegisSetupError,
  );
});

test('[SDK-16] anthropic: results of a batch are decided one by one', async () => {
  const result = (name: string) => JSON.stringify({ custom_id: name, result: { type: 'succeeded', message: message([use(name)]) } });
  said = { id: 'b', type: 'message_batch', processing_status: 'ended', results_url: `${vendor.url}/results` };
  results = { text: ['change', 'lookup', 'wipe'].map(result).join('\n'), type: 'application/x-jsonl' };
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const one of await anthropic.messages.batches.results('b')) seen.push(JSON.stringify(one));
  }, wiped);
  assert.equal(seen.length, 2);
  assert.match(seen[0] ?? '', /"amount":100/);
});

test('[SDK-16] what others lay around the same methods, and take away again, leaves calls decided', async () => {
  const prototype = OpenAI.Chat.Completions.prototype as unknown as { create: (...args: unknown[]) => unknown };
  const original = prototype.create;
  const traced: string[] = [];
  prototype.create = function create(...args) {
    traced.push('create');
    return original.apply(this, args);
  };
  said = completion('wipe');
  const ask = () => openai.chat.completions.create({ model: 'm', messages: [] }).then();
  await assert.rejects(ask(), wiped);
  prototype.create = original;
  await assert.rejects(ask(), wiped);
  assert.deepEqual(traced, ['create']);
});

test('[SDK-16] a second copy, nested in the folder of another package, is guarded too', async () => {
  const nested = createRequire(createRequire(import.meta.url).resolve('@langchain/anthropic'))('@anthropic-ai/sdk') as {
    Anthropic: typeof Anthropic;
  };
  assert.notEqual(nested.Anthropic, Anthropic);
  const second = new nested.Anthropic({ apiKey: 'x', baseURL: vendor.url, maxRetries: 0 });
  said = message([use('wipe')]);
  await assert.rejects(second.messages.create({ model: 'm', max_tokens: 9, messages: [] }).then(), wiped);
});
