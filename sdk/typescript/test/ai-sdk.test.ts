import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createGateway } from '@ai-sdk/gateway';
import { generateText, stepCountIs, streamText, tool, wrapLanguageModel, type LanguageModel } from 'ai';
import { z } from 'zod';
import { AegisBlockedError, auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';

let gateway: Gateway;
before(async () => {
  gateway = await startGateway(({ name, args }) => {
    if (name === 'wipe') return { effect: 'deny' };
    return args['amount'] === 900 ? { effect: 'modify', args: { amount: 100 } } : undefined;
  });
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
});
after(() => gateway.close());

type Content = { type: 'tool-call'; toolCallId: string; toolName: string; input: string } | { type: 'text'; text: string };

/** A model made by hand, of no provider there is: it calls a tool, then ends. */
function handMade(toolName: string, input: object): Exclude<LanguageModel, string> {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
  const contentOf = (prompt: readonly { role: string }[]): Content[] =>
    prompt.at(-1)?.role === 'tool'
      ? [{ type: 'text', text: 'bye' }]
      : [{ type: 'tool-call', toolCallId: `c_${toolName}`, toolName, input: JSON.stringify(input) }];
  const finish = (content: Content[]) => ({ unified: content[0]?.type === 'text' ? 'stop' : 'tool-calls', raw: undefined });
  const model = {
    specificationVersion: 'v4',
    provider: 'by-hand',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: ({ prompt }: { prompt: { role: string }[] }) => {
      const content = contentOf(prompt);
      return Promise.resolve({ content, finishReason: finish(content), usage, warnings: [] });
    },
    doStream: ({ prompt }: { prompt: { role: string }[] }) => {
      const content = contentOf(prompt);
      const parts = content.flatMap((part): object[] =>
        part.type === 'text'
          ? [
              { type: 'text-start', id: '1' },
              { type: 'text-delta', id: '1', delta: part.text },
              { type: 'text-end', id: '1' },
            ]
          : [part],
      );
      const stream = ReadableStream.from([
        { type: 'stream-start', warnings: [] },
        ...parts,
        { type: 'finish', finishReason: finish(content), usage },
      ]);
      return Promise.resolve({ stream });
    },
  };
  return model as unknown as Exclude<LanguageModel, string>;
}

const ran: string[] = [];
const toolsOf = {
  wipe: tool({ inputSchema: z.object({ id: z.number() }), execute: () => (ran.push('wipe'), 'wiped') }),
  lookup: tool({
    inputSchema: z.object({ id: z.number(), depth: z.number().default(3) }),
    execute: ({ id }) => (ran.push('lookup'), `found ${String(id)}`),
  }),
  pay: tool({ inputSchema: z.object({ amount: z.number() }), execute: ({ amount }) => (ran.push('pay'), `paid ${String(amount)}`) }),
};
const going = { prompt: 'go', tools: toolsOf, stopWhen: stepCountIs(3), maxRetries: 0 } as const;

test('[SDK-16] AI SDK: tools of a model made by hand are decided where they run; a refusal is the tool’s error, and the run goes on', async () => {
  const { text, steps } = await generateText({ ...going, model: handMade('wipe', { id: 7 }) });
  assert.equal(text, 'bye');
  const errors = steps.flatMap(({ content }) => content.flatMap((part) => (part.type === 'tool-error' ? [part.error] : [])));
  assert.ok(errors[0] instanceof AegisBlockedError && errors[0].toolName === 'wipe');
  const streamed = streamText({ ...going, model: handMade('wipe', { id: 7 }) });
  assert.equal(await streamed.text, 'bye');
  assert.deepEqual(ran, []);
});

test('[SDK-16] AI SDK: an allowed one runs once decided, with what its schema made of the input, and its result is reported', async () => {
  const before = gateway.proposals().length;
  await generateText({ ...going, model: handMade('lookup', { id: 7 }) });
  assert.deepEqual(ran.splice(0), ['lookup']);
  assert.deepEqual(
    gateway
      .proposals()
      .slice(before)
      .map(({ args }) => args),
    [{ id: 7, depth: 3 }],
  );
  assert.deepEqual(
    gateway
      .outcomes()
      .slice(-1)
      .map(({ status, result }) => [status, result]),
    [['succeeded', 'found 7']],
  );
});

test('[SDK-4, SDK-16] AI SDK: what would have to be changed does not run there', async () => {
  await generateText({ ...going, model: handMade('pay', { amount: 900 }) });
  assert.deepEqual(ran, []);
  assert.deepEqual(
    gateway
      .outcomes()
      .slice(-1)
      .map(({ status }) => status),
    ['cancelled'],
  );
});

test('[SDK-16] AI SDK: the model class of a gateway is guarded, also behind middleware', async () => {
  const answer = {
    content: [{ type: 'tool-call', toolCallId: 'g1', toolName: 'wipe', input: '{"id":7}' }],
    finishReason: { unified: 'tool-calls' },
    usage: { inputTokens: {}, outputTokens: {} },
    warnings: [],
  };
  const fetch = () => Promise.resolve(new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }));
  const model = createGateway({ apiKey: 'x', baseURL: 'http://127.0.0.1:9', fetch })('openai/gpt-4o');
  const behind = wrapLanguageModel({ model, middleware: { specificationVersion: 'v4' } });
  for (const one of [model, behind]) {
    await assert.rejects(generateText({ ...going, model: one }), (error) => error instanceof AegisBlockedError && error.toolName === 'wipe');
  }
  assert.deepEqual(ran, []);
});
