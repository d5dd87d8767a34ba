import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, applyPatchTool, computerTool, OpenAIProvider, Runner, shellTool } from '@openai/agents';
import OpenAI from 'openai';
import { auto } from '../src/index.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { startVendor, type Vendor } from './vendor.ts';

let first: object = {};
let asked = 0;
let vendor: Vendor;
let gateway: Gateway;
let runner: Runner;
before(async () => {
  const response = (output: readonly object[]) => ({
    id: `resp_${String((asked += 1))}`,
    object: 'response',
    status: 'completed',
    output,
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  });
  const bye = { type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'bye', annotations: [] }] };
  vendor = await startVendor(() => response(asked % 2 === 0 ? [first] : [bye]));
  gateway = await startGateway(({ args }) => {
    const text = JSON.stringify(args);
    if (/rm -rf|secret/.test(text)) return { effect: 'deny' };
    return /harmful/.test(text) ? { effect: 'modify', args: { commands: ['echo harmless'] } } : undefined;
  });
  auto(gateway.url, { key: 'k', agentId: 'a', session: 's', journalPath: join(tmpdir(), 'aegis-sdk-unused', 'journal.jsonl') });
  const openAIClient = new OpenAI({ apiKey: 'x', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
  runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient, useResponses: true }), tracingDisabled: true });
});
after(async () => {
  await vendor.close();
  await gateway.close();
});

async function play(agent: Agent, item: object): Promise<{ readonly text: string; readonly proposals: readonly string[] }> {
  first = item;
  const before = gateway.proposals().length;
  const { finalOutput, newItems } = await runner.run(agent, 'go');
  assert.equal(finalOutput, 'bye', 'the run goes on');
  const proposals = gateway.proposals().slice(before);
  return {
    text: JSON.stringify(newItems.map((one) => one.rawItem)),
    proposals: proposals.map(({ name, args }) => `${name} ${JSON.stringify(args)}`),
  };
}

const shellCall = (command: string) => ({
  type: 'shell_call',
  id: 'sh_1',
  call_id: `c_${command}`,
  status: 'completed',
  action: { commands: [command] },
});

test('[SDK-6, SDK-16] OpenAI Agents: a shell is decided before it runs, denied, changed and allowed', async () => {
  const ran: string[] = [];
  const shell = {
    run: ({ commands }: { commands: string[] }) => {
      ran.push(...commands);
      return Promise.resolve({ output: [{ stdout: 'done', stderr: '', outcome: { type: 'exit' as const, exitCode: 0 } }] });
    },
  };
  const agent = new Agent({ name: 'a', model: 'm', tools: [shellTool({ shell })] });
  const denied = await play(agent, shellCall('rm -rf /'));
  assert.deepEqual(ran, []);
  assert.match(denied.text, /Aegis denied shell/);
  await play(agent, shellCall('harmful'));
  const allowed = await play(agent, shellCall('ls'));
  assert.deepEqual(ran, ['echo harmless', 'ls']);
  assert.deepEqual(allowed.proposals, ['shell {"commands":["ls"]}']);
  assert.deepEqual(
    gateway
      .outcomes()
      .map(({ status }) => status)
      .slice(-1),
    ['succeeded'],
  );
});

test('[SDK-6, SDK-16] OpenAI Agents: patches are decided before they are applied', async () => {
  const ran: string[] = [];
  const apply = (kind: string) => (operation: { path: string }) => {
    ran.push(`${kind} ${operation.path}`);
    return Promise.resolve({ status: 'completed' as const });
  };
  const editor = { createFile: apply('create'), updateFile: apply('update'), deleteFile: apply('delete') };
  const agent = new Agent({ name: 'a', model: 'm', tools: [applyPatchTool({ editor })] });
  const patch = (path: string) => ({
    type: 'apply_patch_call',
    id: 'p',
    call_id: `c_${path}`,
    status: 'completed',
    operation: { type: 'delete_file', path },
  });
  await play(agent, patch('/secret/key'));
  const { proposals } = await play(agent, patch('notes.txt'));
  assert.deepEqual(ran, ['delete notes.txt']);
  assert.deepEqual(proposals, ['apply_patch {"type":"delete_file","path":"notes.txt"}']);
});

test('[SDK-6, SDK-16] OpenAI Agents: a computer is decided action by action, also one that is made for the run', async () => {
  const ran: string[] = [];
  class Screen {
    readonly environment = 'browser' as const;
    readonly dimensions: [number, number] = [100, 100];
    readonly #log = ran;
    #did(what: string): Promise<void> {
      this.#log.push(what);
      return Promise.resolve();
    }
    screenshot(): Promise<string> {
      return Promise.resolve('aGk=');
    }
    click(x: number, y: number): Promise<void> {
      return this.#did(`click ${String(x)} ${String(y)}`);
    }
    type(text: string): Promise<void> {
      return this.#did(`type ${text}`);
    }
    doubleClick = () => this.#did('double');
    scroll = () => this.#did('scroll');
    wait = () => this.#did('wait');
    move = () => this.#did('move');
    keypress = () => this.#did('keypress');
    drag = () => this.#did('drag');
  }
  for (const computer of [new Screen(), () => new Screen()]) {
    const agent = new Agent({ name: 'a', model: 'm', tools: [computerTool({ computer })] });
    const call = (action: object) => ({
      type: 'computer_call',
      id: 'cc',
      call_id: `c_${JSON.stringify(action)}`,
      status: 'completed',
      action,
      pending_safety_checks: [],
    });
    await play(agent, call({ type: 'type', text: 'the secret' }));
    assert.deepEqual(ran, []);
    const { proposals } = await play(agent, call({ type: 'click', x: 3, y: 4, button: 'left' }));
    assert.deepEqual(ran.splice(0), ['click 3 4']);
    assert.ok(
      proposals.some((one) => one.includes('"action":"click","arguments":[3,4,"left"]')),
      proposals.join(),
    );
  }
});
