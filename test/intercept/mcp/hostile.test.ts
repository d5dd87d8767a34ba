import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stage } from './conversation.ts';
import type { Stage, Wire } from './conversation.ts';

/** A wait that never ends is told of by name; no rule depends on the time. */
const PATIENT = { timeout: 120_000 };

const tool = (name: string, more: object = {}): object => ({
  name,
  description: `Does ${name.replaceAll('_', ' ')}.`,
  inputSchema: { type: 'object' },
  ...more,
});

/** The hostile server with exactly these tools. */
function withTools({ folder, talk }: Stage, tools: readonly object[], terms: Parameters<Stage['talk']>[0] = {}) {
  const file = join(folder, `tools-${String(Math.abs(JSON.stringify([tools, terms]).length))}-${terms.name ?? ''}.json`);
  writeFileSync(file, JSON.stringify(tools));
  return { file, agent: talk({ ...terms, env: { ...terms.env, TOOLS: file } }) };
}

const refusals = async ({ entries }: Stage): Promise<readonly unknown[]> =>
  (await entries('request-refused')).map((entry) => (entry['body'] as { code: string }).code);

/** Audit rows are written beside the conversation; they are awaited by their coming. */
async function refused(place: Stage, code: string): Promise<void> {
  for (;;) if ((await refusals(place)).includes(code)) return;
}

test('[MCP-8] sampling and elicitation are refused to an agent that offered neither, and any other request always', PATIENT, async (context) => {
  const place = await stage(context);
  const { agent } = withTools(place, [tool('sampling'), tool('elicitation'), tool('shell')]);
  await agent.initialize();
  for (const name of ['sampling', 'elicitation', 'shell']) assert.match((await agent.call(name)).text, /-32601/);
  assert.ok(!agent.said.some(({ method }) => method !== undefined));
  await refused(place, 'MCP_SERVER_REQUEST');
});

test('[MCP-8] sampling that the agent offers is decided, passed on, answered and settled; a second answer goes nowhere', PATIENT, async (context) => {
  const place = await stage(context);
  const { agent } = withTools(place, [tool('sampling')]);
  await agent.initialize({ sampling: {} });
  const called = agent.call('sampling');
  const asked = await agent.until(({ method }) => method === 'sampling/createMessage');
  const answer = { id: asked.id, result: { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'm' } };
  agent.send(answer);
  agent.send(answer);
  agent.send({ id: 12_345, result: {} });
  assert.match((await called).text, /"hi"/);
  assert.equal(agent.heard().filter(({ result }) => result !== undefined).length, 1);
  const decided = await place.entries('action-decided');
  assert.deepEqual(
    decided.map((entry) => (entry['body'] as { action: { name: string } }).action.name),
    ['sampling', 'sampling/createMessage'],
  );
  await refused(place, 'MCP_UNSOLICITED');
});

test('[MCP-8] a policy that blocks sampling is obeyed though the agent offers it', PATIENT, async (context) => {
  const place = await stage(context, policy('a1: { allow: ["*"], block: [sampling/createMessage] }'));
  const { agent } = withTools(place, [tool('sampling')]);
  await agent.initialize({ sampling: {} });
  assert.match((await agent.call('sampling')).text, /refused/);
  assert.ok(!agent.said.some(({ method }) => method === 'sampling/createMessage'));
});

test(
  '[MCP-10] answers nobody asked for, noise and broken frames of a server reach no agent, and the conversation goes on',
  PATIENT,
  async (context) => {
    const place = await stage(context);
    const { agent } = withTools(place, [tool('unsolicited'), tool('noise'), tool('duplicate_key'), tool('echo_text')]);
    await agent.initialize();
    assert.equal((await agent.call('unsolicited')).text, 'sent');
    assert.equal((await agent.call('noise')).text, 'after the noise');
    const duplicate = await agent.call('duplicate_key');
    assert.ok(duplicate.isError);
    assert.match(duplicate.text, /gave no answer; whether it was done is not known/);
    assert.equal((await agent.call('echo_text', { text: 'still here' })).text, 'still here');
    assert.ok(!agent.said.some(({ id }) => id === 4_711 || id === 'x'));
    assert.ok(!JSON.stringify(agent.said).includes('listening'));
    await refused(place, 'MCP_UNSOLICITED');
    await refused(place, 'MCP_FRAME');
  },
);

test('[MCP-11] a flood of progress is cut, progress for no call of ours is dropped, and the log says so', PATIENT, async (context) => {
  const place = await stage(context);
  const { agent } = withTools(place, [tool('flood'), tool('echo_text')]);
  await agent.initialize();
  const flooded = await agent.ask('tools/call', { name: 'flood', arguments: {}, _meta: { progressToken: 'mine' } });
  assert.ok(flooded.result);
  const seen = agent.said.filter(({ method }) => method === 'notifications/progress').length;
  assert.ok(seen >= 1 && seen < 10_000, String(seen));
  const { agent: other } = withTools(place, [tool('strange_progress')], { name: 'second' });
  await other.initialize();
  assert.equal((await other.call('strange_progress')).text, 'sent');
  assert.ok(!other.said.some(({ method }) => method === 'notifications/progress'));
  assert.equal((await agent.call('echo_text', { text: 'on' })).text, 'on');
  await refused(place, 'MCP_FLOOD');
  // How many rows depends on how long ten thousand messages take here; session.test.ts counts by a clock that stands still.
  assert.ok((await refusals(place)).filter((code) => code === 'MCP_FLOOD').length < 10);
});

test('[MCP-9] a result of 200 MB fails its call in bounded memory; one beyond the cap is cut and says so', PATIENT, async (context) => {
  const place = await stage(context);
  const { agent } = withTools(place, [tool('huge'), tool('long'), tool('echo_text')]);
  await agent.initialize();
  const huge = await agent.call('huge');
  assert.match(huge.wire.error?.message ?? '', /too long/);
  const long = await agent.call('long');
  assert.match(long.text, /Aegis cut this result/);
  assert.ok(Buffer.byteLength(long.text) <= 1_048_576);
  assert.equal((await agent.call('echo_text', { text: 'on' })).text, 'on');
  await refused(place, 'MCP_RESULT_CUT');
});

test('[MCP-7] a server that hangs is given up when its time is over, one that dies is told of; both ends are unknown', PATIENT, async (context) => {
  const place = await stage(context, policy('a1: { allow: ["*"] }', 'obligations: { timeoutMs: 1000 }'));
  const { agent } = withTools(place, [tool('hang'), tool('die')]);
  await agent.initialize();
  const hung = await agent.call('hang');
  assert.match(hung.text, /longer than 1000 ms/);
  assert.ok(hung.isError);
  const died = await agent.call('die');
  assert.ok(died.isError);
  const settled = await place.entries('action-settled');
  assert.equal(settled.length, 2);
  assert.ok(settled.every((entry) => (entry['body'] as { status: string }).status === 'unknown'));
});

test('[MCP-10] batches, duplicate keys, calls without an id, ids in use and answers nobody asked for go nowhere', PATIENT, async (context) => {
  const place = await stage(context);
  const { agent } = withTools(place, [tool('hang'), tool('echo_text')]);
  await agent.initialize();
  await agent.ask('tools/list');
  const call = (text: string): string => `{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"echo_text","arguments":${text}}}\n`;
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const bad: readonly (string | Uint8Array)[] = [
    `[${call('{}').trim()}]\n`,
    call('{"text":"a","text":"b"}'),
    call('{"text":"a","te\\u0078t":"b"}'),
    call('{"amount":9007199254740993}'),
    call('{"amount":1e400}'),
    call('{"text":"\\ud800"}'),
    call(`{"text":${deep}}`),
    call('{}').replace('"2.0"', '"1.0"'),
    call('{}').replace('"id":77', '"id":null'),
    call('{}').replace('"id":77', '"id":1.5'),
    call('{}').replace('"method"', '"result":{},"method"'),
    `${call('{}').trim()}${call('{}').trim()}\n`,
    Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"'),
      Buffer.from([0xc0, 0xaf]),
      Buffer.from('"}}\n'),
    ]),
    `{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"echo_text","arguments":{"text":"${'x'.repeat(1_100_000)}"}}}\n`,
    '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo_text","arguments":{}}}\n',
    '{"jsonrpc":"2.0","id":4,"result":{}}\n',
  ];
  for (const one of bad) agent.raw(one);
  agent.send({ id: 5, method: 'tools/call', params: { name: 'hang', arguments: {} } });
  agent.send({ id: 5, method: 'tools/call', params: { name: 'hang', arguments: {} } });
  const twice = await agent.until(({ id, error }) => id === 5 && error !== undefined);
  assert.equal(twice.error?.code, -32600);
  assert.equal((await agent.call('echo_text', { text: 'good' })).text, 'good');
  const calls = agent.heard().filter(({ method }) => method === 'tools/call') as (Wire & { params: { name: string; arguments: object } })[];
  // Two calls at once are decided at once: which of them the server hears first is nobody's promise.
  assert.deepEqual(calls.map(({ params }) => [params.name, params.arguments]).sort(), [
    ['echo_text', { text: 'good' }],
    ['hang', {}],
  ]);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  await refused(place, 'MCP_FRAME');
});

test('[MCP-10] keys like __proto__ are data: they are refused where they cannot be kept, and change nothing here', PATIENT, async (context) => {
  const place = await stage(context);
  const { agent } = withTools(place, [tool('echo_text')]);
  await agent.initialize();
  agent.raw('{"jsonrpc":"2.0","id":31,"method":"tools/call","params":{"name":"echo_text","arguments":{"__proto__":{"polluted":1},"text":"x"}}}\n');
  const reply = await agent.until(({ id }) => id === 31);
  assert.ok(reply.error !== undefined || reply.result?.['isError'] === true);
  const named = await agent.call('constructor');
  assert.match(named.text, /TOOL_QUARANTINED/);
  assert.equal(agent.heard().filter(({ method }) => method === 'tools/call').length, 0);
});

export function policy(agents: string, more = ''): string {
  return `apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: t }\ndefault: allow\nagents:\n  ${agents}\n${more}\n`;
}
