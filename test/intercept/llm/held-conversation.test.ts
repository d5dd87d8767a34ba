import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import OpenAI from 'openai';
import { createMissingOutputs } from '../../../src/intercept/llm/memory/missing-outputs.ts';
import { addMissingOutputs } from '../../../src/intercept/llm/dialects/openai-responses/missing-outputs.ts';
import type { ModelCaller } from '../../../src/intercept/llm/caller.ts';
import { sha256 } from '../../../src/wire/digest.ts';
import { canonicalBytes } from '../../../src/wire/jcs.ts';
import { GPT, stage } from './stage.ts';
import { call, inputOf, insisting } from './insisting.ts';

for (const streamed of [false, true]) {
  const how = streamed ? 'streamed' : 'whole';
  test(`[LLM-19] a conversation the provider holds goes on after a refusal, ${how}`, async (context) => {
    const there = await insisting(context, [
      call('c1', 'wipe'),
      { id: 'ct_2', type: 'custom_tool_call', call_id: 'c2', name: 'wipe', input: 'all' },
      call('c3', 'look'),
    ]);
    const s = await stage(context, there.url);
    const begun = { model: GPT, input: 'Clean up.' };
    const first = streamed ? await s.openai.responses.stream(begun).finalResponse() : await s.openai.responses.create(begun);
    assert.deepEqual(
      first.output.flatMap((item) => (item.type === 'function_call' ? [item.name] : [])),
      ['look'],
    );
    const next = await s.openai.responses.create({
      model: GPT,
      previous_response_id: first.id,
      input: [
        { type: 'function_call_output', call_id: 'c3', output: 'nothing there' },
        { role: 'user', content: 'Go on.' },
      ],
    });
    assert.equal(next.output_text, 'Done.');
    const sent = inputOf(there);
    assert.deepEqual(
      sent.map(({ type, call_id, role }) => [type ?? role, call_id]),
      [
        ['function_call_output', 'c1'],
        ['custom_tool_call_output', 'c2'],
        ['function_call_output', 'c3'],
        ['user', undefined],
      ],
    );
    assert.match(String(sent[0]?.['output']), /^Aegis denied this action\./);
    assert.ok(first.output_text.includes(String(sent[0]?.['output'])), 'the provider reads the refusal the client read');
    const prompt = `sha256:${hash('sha256', there.seen.at(-1)?.text ?? '', 'hex')}`;
    const digest = sha256(canonicalBytes({ model: GPT, prompt, tools: 0 }));
    const decided = (await s.entries('&type=action-decided')).map(({ body }) => (body['action'] as { argsDigest: string }).argsDigest);
    assert.ok(decided.includes(digest), 'what was sent is what was decided on');
  });
}

test('[LLM-19] the same answer may be continued twice, and who continues another agent’s gets nothing of it', async (context) => {
  const there = await insisting(context, [call('c1', 'wipe')]);
  const s = await stage(context, there.url);
  const first = await s.openai.responses.create({ model: GPT, input: 'Clean up.' });
  for (const input of ['Go on.', 'Go on, otherwise.']) {
    const next = await s.openai.responses.create({ model: GPT, previous_response_id: first.id, input });
    assert.equal(next.output_text, 'Done.');
    assert.deepEqual(inputOf(there).at(-1), { type: 'message', role: 'user', content: input });
  }
  const other = new OpenAI({ baseURL: `${s.models}/v1`, apiKey: await s.aegis.agent('a2'), maxRetries: 0 });
  await assert.rejects(other.responses.create({ model: GPT, previous_response_id: first.id, input: 'Go on.' }), /No tool output found|denied/);
});

test('[LLM-19, LLM-3] a conversation with a name of its own goes on after a refusal, in one session', async (context) => {
  const there = await insisting(context, [call('c1', 'wipe')]);
  const s = await stage(context, there.url);
  const ask = (input: string) => s.openai.responses.create({ model: GPT, conversation: 'conv_1', input }).withResponse();
  const first = await ask('Clean up.');
  const next = await ask('Go on.');
  assert.equal(next.data.output_text, 'Done.');
  assert.equal(next.response.headers.get('x-aegis-session'), first.response.headers.get('x-aegis-session'));
  const last = await ask('And on.');
  assert.equal(last.data.output_text, 'Done.');
  assert.equal(inputOf(there), 'And on.', 'what was settled is not settled again');
});

test('[LLM-19, LLM-11] a call that a halt cut off is settled when its conversation goes on', async (context) => {
  const there = await insisting(context, [call('c1', 'pay')]);
  const s = await stage(context, there.url);
  const first = assert.rejects(s.openai.responses.create({ model: GPT, input: 'Pay.' }), /HALTED/);
  const { gate } = s.aegis.daemon;
  while ((await gate.pending('default' as never)).length === 0) await new Promise((resolve) => setImmediate(resolve));
  const scope = { kind: 'agent', id: 'a1' };
  await s.aegis.ask('POST', '/v1/halt', { key: s.aegis.admin, body: { scope, reason: 'enough' } });
  await first;
  await s.aegis.ask('POST', '/v1/resume', { key: s.aegis.admin, body: { scope, reason: 'on' } });
  const next = await s.openai.responses.create({ model: GPT, previous_response_id: 'resp_1', input: 'Go on.' });
  assert.equal(next.output_text, 'Done.');
  assert.match(String(inputOf(there)[0]?.['output']), /has not been done/);
});

test('[LLM-19] every kind of call that words can answer is answered in its own form, unless the client does', () => {
  const kinds = ['function_call', 'custom_tool_call', 'local_shell_call', 'shell_call', 'apply_patch_call', 'mcp_approval_request', 'computer_call'];
  const missing = kinds.map((kind, at) => ({ callId: `c${String(at)}`, kind, text: 'No.' }));
  assert.deepEqual(addMissingOutputs({ model: GPT }, missing)['input'], [
    { type: 'function_call_output', call_id: 'c0', output: 'No.' },
    { type: 'custom_tool_call_output', call_id: 'c1', output: 'No.' },
    { type: 'local_shell_call_output', id: 'c2', output: 'No.' },
    { type: 'shell_call_output', call_id: 'c3', output: [{ stdout: '', stderr: 'No.', outcome: { type: 'exit', exit_code: 1 } }] },
    { type: 'apply_patch_call_output', call_id: 'c4', status: 'failed', output: 'No.' },
    { type: 'mcp_approval_response', approval_request_id: 'c5', approve: false, reason: 'No.' },
  ]);
  const own = [{ type: 'mcp_approval_response', approval_request_id: 'c5', approve: true }];
  assert.deepEqual(addMissingOutputs({ input: own }, missing.slice(5)), { input: own });
});

test('[LLM-19] what is missing is bounded for each agent, and one cannot push out another’s', () => {
  const missing = createMissingOutputs();
  const [one, other] = ['a1', 'a2'].map((agent) => ({ tenant: 't', agent }) as unknown as ModelCaller);
  assert.ok(one !== undefined && other !== undefined);
  const calls = Array.from({ length: 100 }, (_, at) => ({ callId: `c${String(at)}`, kind: 'function_call', text: 'No.'.repeat(4_000) }));
  missing.set(other, 'kept', calls);
  for (let at = 0; at < 50; at++) missing.set(one, `resp_${String(at)}`, calls);
  const left = Array.from({ length: 50 }, (_, at) => missing.of(one, `resp_${String(at)}`).length);
  assert.equal(
    left.reduce((sum, length) => sum + length, 0),
    2_000,
  );
  assert.deepEqual([left[0], left[49]], [0, 100]);
  assert.equal(missing.of(one, 'resp_49')[0]?.text.length, 4_096);
  assert.equal(missing.of(other, 'kept').length, 100);
  missing.set(other, 'kept', []);
  assert.deepEqual(missing.of(other, 'kept'), []);
});
