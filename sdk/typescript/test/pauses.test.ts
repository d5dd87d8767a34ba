import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test, type TestContext } from 'node:test';
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { Command, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { Agent, OpenAIProvider, Runner, RunState, tool as agentTool } from '@openai/agents';
import OpenAI from 'openai';
import { z } from 'zod';
import { auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { startVendor } from './vendor.ts';

let gateway: Gateway;
let effect = 'ask';
let paid: string[] = [];
before(async () => {
  gateway = await startGateway(({ name }) => (name !== 'pay' || effect === 'allow' ? undefined : { effect }));
  const journalPath = join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl');
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', socket: 'off', journalPath, askTimeoutMs: 0, pause: true });
});
after(() => gateway.close());
beforeEach(() => {
  effect = 'ask';
  paid = [];
  gateway.seen.length = 0;
});

const schema = z.object({ to: z.string() });
const pay = tool(({ to }: { to: string }) => (paid.push(to), `paid ${to}`), { name: 'pay', description: 'pays', schema });
const payIfSure = tool(({ to }: { to: string }) => `${String(interrupt('sure?'))}: paid ${to}`, { name: 'pay', description: 'pays', schema });

const graphOf = (tools: ConstructorParameters<typeof ToolNode>[0], state: { readonly checkpointer?: MemorySaver }) =>
  new StateGraph(MessagesAnnotation).addNode('tools', new ToolNode(tools)).addEdge(START, 'tools').addEdge('tools', END).compile(state);

const asking = (id: string) => ({ messages: [new AIMessage({ content: '', tool_calls: [{ id, name: 'pay', args: { to: 'ann' } }] })] });
const interrupts = (said: object): readonly unknown[] =>
  ((said as { readonly __interrupt__?: readonly { readonly value: unknown }[] }).__interrupt__ ?? []).map(({ value }) => value);
const last = (said: { readonly messages: readonly { readonly content: unknown }[] }): string => String(said.messages.at(-1)?.content);
const actions = (): ReadonlySet<string> => new Set(gateway.proposals().map(({ id }) => id));

test('[SDK-82] a graph that keeps its state is interrupted with what waits, as often as it is resumed undecided, and then goes on', async () => {
  const graph = graphOf([pay], { checkpointer: new MemorySaver() });
  const thread = { configurable: { thread_id: 'one' } };
  const [first] = interrupts(await graph.invoke(asking('call_1'), thread));
  const [action = ''] = actions();
  const waits = { aegis: 'waits for a person', approval: `ap-${action}`, action, tool: 'pay', reason: 'pay was judged by the test' };
  assert.deepEqual(first, waits);
  assert.deepEqual(interrupts(await graph.invoke(new Command({ resume: 'yes' }), thread)), [waits], 'who resumes the run has decided nothing');
  assert.deepEqual([paid, gateway.outcomes()], [[], []]);
  effect = 'allow';
  assert.equal(last(await graph.invoke(new Command({ resume: 'yes' }), thread)), 'paid ann');
  assert.deepEqual(
    [paid, actions().size, gateway.outcomes().map(({ id, status }) => [id, status])],
    [['ann'], 1, [[action, 'succeeded']]],
    'one action, run and reported once',
  );
});

test('[SDK-82] what was refused while the graph was interrupted is a tool error when it goes on', async () => {
  const graph = graphOf([pay], { checkpointer: new MemorySaver() });
  const thread = { configurable: { thread_id: 'two' } };
  assert.equal(interrupts(await graph.invoke(asking('call_2'), thread)).length, 1);
  effect = 'deny';
  assert.match(last(await graph.invoke(new Command({ resume: 'yes' }), thread)), /Aegis denied pay/);
  assert.deepEqual(paid, []);
});

test('[SDK-82] a tool that interrupts the graph itself gets the answer meant for it', async () => {
  const graph = graphOf([payIfSure], { checkpointer: new MemorySaver() });
  const thread = { configurable: { thread_id: 'three' } };
  assert.notDeepEqual(interrupts(await graph.invoke(asking('call_3'), thread)), ['sure?']);
  effect = 'allow';
  assert.deepEqual(interrupts(await graph.invoke(null, thread)), ['sure?']);
  assert.equal(last(await graph.invoke(new Command({ resume: 'quite' }), thread)), 'quite: paid ann');
});

const bye = { type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'bye', annotations: [] }] };

/** An agent whose model calls the tool once, and then says bye. */
async function paying(context: TestContext, approving = false): Promise<{ readonly agent: Agent; readonly runner: Runner }> {
  let asked = 0;
  const call = { type: 'function_call', id: 'f', call_id: `call_${context.name}`, name: 'pay', arguments: '{"to":"ann"}', status: 'completed' };
  const vendor = await startVendor(() => {
    asked += 1;
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return { id: `resp_${String(asked)}`, object: 'response', status: 'completed', output: [asked === 1 ? call : bye], usage };
  });
  context.after(() => vendor.close());
  const openAIClient = new OpenAI({ apiKey: 'x', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
  const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient, useResponses: true }), tracingDisabled: true });
  const execute = ({ to }: { to: string }): string => (paid.push(to), `paid ${to}`);
  const agent = new Agent({
    name: 'a',
    model: 'm',
    tools: [agentTool({ name: 'pay', description: 'pays', parameters: schema, execute, needsApproval: approving })],
  });
  return { agent, runner };
}

test('[SDK-82] a run of OpenAI Agents is interrupted; its state goes through text, and once granted the same action runs', async (context) => {
  const { agent, runner } = await paying(context);
  const first = await runner.run(agent, 'go');
  assert.deepEqual([first.interruptions.map(({ name }) => name), paid], [['pay'], []]);
  const state = await RunState.fromString(agent, first.state.toString());
  assert.equal((await runner.run(agent, state)).interruptions.length, 1, 'resumed undecided, it is interrupted again');
  effect = 'allow';
  const [waiting] = state.getInterruptions();
  assert.ok(waiting);
  state.approve(waiting);
  assert.equal((await runner.run(agent, state)).finalOutput, 'bye');
  assert.deepEqual([paid, actions().size, gateway.outcomes().map(({ status }) => status)], [['ann'], 1, ['succeeded']]);
});

test('[SDK-82] what a person approves in OpenAI Agents alone does not run, and the run goes on', async (context) => {
  const { agent, runner } = await paying(context);
  const { state } = await runner.run(agent, 'go');
  const [waiting] = state.getInterruptions();
  assert.ok(waiting);
  state.approve(waiting);
  const { finalOutput, newItems } = await runner.run(agent, state);
  assert.deepEqual([finalOutput, paid], ['bye', []]);
  assert.match(JSON.stringify(newItems.map(({ rawItem }) => rawItem)), /did not allow pay/);
});

test('[SDK-82] an approval of OpenAI Agents’ own stays, and what is allowed or denied at once interrupts nothing', async (context) => {
  effect = 'allow';
  const own = await paying(context, true);
  assert.equal((await own.runner.run(own.agent, 'go')).interruptions.length, 1);
  assert.deepEqual(gateway.proposals(), [], 'asked about once somebody has approved it');
  const allowed = await paying(context);
  assert.equal((await allowed.runner.run(allowed.agent, 'go')).finalOutput, 'bye');
  assert.deepEqual([paid, actions().size], [['ann'], 1]);
  effect = 'deny';
  const denied = await paying(context);
  assert.equal((await denied.runner.run(denied.agent, 'go')).finalOutput, 'bye');
  assert.deepEqual(paid, ['ann']);
});

test('[SDK-82] a graph that cannot be resumed reads a tool error, and what is not waited for runs', async () => {
  const said = await graphOf([pay], {}).invoke(asking('call_4'));
  assert.deepEqual([interrupts(said), paid], [[], []]);
  assert.match(last(said), /did not allow pay/);
  effect = 'allow';
  assert.equal(last(await graphOf([pay], {}).invoke(asking('call_5'))), 'paid ann');
});
