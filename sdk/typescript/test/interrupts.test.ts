import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AIMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { Command, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import { auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';

let gateway: Gateway;
before(async () => {
  gateway = await startGateway();
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
});
after(() => gateway.close());

const graphOf = (tools: ConstructorParameters<typeof ToolNode>[0]) =>
  new StateGraph(MessagesAnnotation)
    .addNode('tools', new ToolNode(tools))
    .addEdge(START, 'tools')
    .addEdge('tools', END)
    .compile({ checkpointer: new MemorySaver() });

const asking = (name: string, id: string) => ({ messages: [new AIMessage({ content: '', tool_calls: [{ id, name, args: { to: 'ann' } }] })] });

test('[SDK-14, SDK-15] a tool that interrupts its run is one action, open until the run goes on and the tool has ended', async () => {
  const said: unknown[] = [];
  const pay = tool(
    ({ to }: { to: string }) => {
      said.push(interrupt({ question: `pay ${to}?` }), interrupt({ question: 'sure?' }));
      return `paid ${to}`;
    },
    { name: 'pay', description: 'pays', schema: z.object({ to: z.string() }) },
  );
  const graph = graphOf([pay]);
  const config = { configurable: { thread_id: 'one' } };
  await graph.invoke(asking('pay', 'call_1'), config);
  await graph.invoke(new Command({ resume: 'yes' }), config);
  assert.deepEqual(gateway.outcomes(), [], 'a pause is no failure');
  const { messages } = await graph.invoke(new Command({ resume: 'quite' }), config);
  assert.ok(messages.at(-1) instanceof ToolMessage && messages.at(-1)?.content === 'paid ann');
  assert.deepEqual(said.slice(-2), ['yes', 'quite']);
  assert.equal(new Set(gateway.proposals().map(({ id }) => id)).size, 1, 'asked once more for each step, under one id');
  assert.deepEqual(
    gateway.outcomes().map(({ status, result }) => [status, result]),
    [['succeeded', 'paid ann']],
  );
});

test('[SDK-14] two calls with one id of the model’s and other arguments are two actions, and a tool that fails is settled', async () => {
  const before = gateway.proposals().length;
  const settled = gateway.outcomes().length;
  const fail = tool(() => Promise.reject(new Error('no network')), { name: 'fail', description: 'fails', schema: z.object({ to: z.string() }) });
  const graph = graphOf([fail]);
  await graph.invoke(asking('fail', 'call_0'), { configurable: { thread_id: 'two' } });
  await graph.invoke(
    { messages: [new AIMessage({ content: '', tool_calls: [{ id: 'call_0', name: 'fail', args: { to: 'bob' } }] })] },
    { configurable: { thread_id: 'three' } },
  );
  assert.equal(
    new Set(
      gateway
        .proposals()
        .slice(before)
        .map(({ id }) => id),
    ).size,
    2,
  );
  assert.deepEqual(
    gateway
      .outcomes()
      .slice(settled)
      .map(({ status }) => status),
    ['failed', 'failed'],
  );
});
