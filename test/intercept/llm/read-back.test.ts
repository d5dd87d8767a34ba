import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { ModelCaller } from '../../../src/intercept/llm/caller.ts';
import { createConversations } from '../../../src/intercept/llm/memory/conversations.ts';
import { createReadBack } from '../../../src/intercept/llm/memory/read-back.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { answersBefore } from '../../../src/daemon/model-answers.ts';
import { call, inputOf, insisting } from './insisting.ts';
import { GPT, POLICY, scripted, stage } from './stage.ts';
import type { Stage } from './stage.ts';

const caller = { tenant: 'default', agent: 'a1' } as ModelCaller;

/** Stops Aegis and starts it on the same folder; the proxy is then somewhere else. */
async function restarted(s: Stage): Promise<OpenAI> {
  await s.aegis.restart();
  return new OpenAI({ baseURL: `${s.aegis.daemon.modelUrl ?? ''}/v1`, apiKey: s.key, maxRetries: 0 });
}

test('[LLM-20] an answer whose question was asked again since tells its provider that the call did not go out; the later one, that nobody knows', async (context) => {
  const pay: JsonObject = { ...call('c1', 'pay'), arguments: '{"to":"ann"}' };
  const there = await insisting(context, [pay], [pay]);
  const s = await stage(context, there.url, { llm: { holdMs: 0 } });
  const first = await s.openai.responses.create({ model: GPT, input: 'Pay.' });
  const [waiting] = await s.aegis.daemon.gate.pending('default' as never);
  const granted = await s.aegis.ask('POST', `/v1/approvals/${waiting?.approval ?? ''}/grant`, { key: s.aegis.admin, body: { reason: 'fine' } });
  assert.equal(granted.status, 200, granted.text);
  const second = await s.openai.responses.create({ model: GPT, input: 'Pay.' });
  assert.equal(second.output[0]?.type, 'function_call', 'redeemed');
  const client = await restarted(s);
  await client.responses.create({ model: GPT, previous_response_id: first.id, input: 'Go on.' });
  assert.match(String(inputOf(there)[0]?.['output']), /did not pass this call on/);
  await client.responses.create({ model: GPT, previous_response_id: second.id, input: 'Go on.' });
  assert.match(String(inputOf(there)[0]?.['output']), /whether it was done is not known/);
});

test('[LLM-20] a call that cannot be read stays refused, and one whose result came in is owed nothing', async (context) => {
  const there = await insisting(context, [{ ...call('c1', 'look'), arguments: '{"broken' }, call('c2', 'look')]);
  const s = await stage(context, there.url);
  const first = await s.openai.responses.create({ model: GPT, input: 'Look.' });
  const output = { type: 'function_call_output' as const, call_id: 'c2', output: 'seen' };
  await s.openai.responses.create({ model: GPT, previous_response_id: first.id, input: [output] });
  const client = await restarted(s);
  await client.responses.create({ model: GPT, previous_response_id: first.id, input: [output] });
  assert.deepEqual(
    inputOf(there).map((item) => item['call_id']),
    ['c1', 'c2'],
  );
  assert.match(String(inputOf(there)[0]?.['output']), /BODY_INVALID_JSON/);
});

test('[LLM-20] what cannot be read back decides nothing: the request is refused, and the next one reads again', async () => {
  let broken = true;
  let reads = 0;
  const readBack = createReadBack(
    {
      world: () => ({ actions: new Map(), approvals: new Map() }) as never,
      answersBefore: () => {
        reads++;
        return broken ? Promise.reject(new Error('the disk is gone')) : Promise.resolve({ opened: 0, answers: [] });
      },
    },
    createConversations(),
  );
  await assert.rejects(readBack(caller), /the disk is gone/);
  broken = false;
  await Promise.all([readBack(caller), readBack(caller)]);
  await readBack(caller);
  assert.equal(reads, 2);
});

test('[LLM-20] a start reads so many answers back and no more, and from so far back', async () => {
  const asked: object[] = [];
  const store = {
    head: () => Promise.resolve({ size: 500_000 }),
    read: (_tenant: string, filter: object) => {
      asked.push(filter);
      return Promise.resolve([]);
    },
  };
  assert.deepEqual(await answersBefore(store as never, caller), { opened: 500_000, answers: [] });
  assert.deepEqual(asked[0], { type: 'answer-received', agent: 'a1', from: 300_000, limit: 2_000, reverse: true });
});

const ASKING = `${POLICY.slice(0, POLICY.indexOf('rules:'))}rules: [{ id: big, when: 'action.kind == "model"', effect: ask, reason: { code: BIG, message: A person looks first } }]\n`;

for (const restart of [false, true]) {
  const when = restart ? 'a start later' : 'when it is sent again';
  test(`[LLM-8, LLM-20] a request a person is asked about is one question, and is sent once after the grant, ${when}`, async (context) => {
    const s = await stage(context, await scripted(context, { text: 'hello' }), { policy: ASKING, llm: { holdMs: 0 } });
    let client = s.openai;
    const status = async (): Promise<unknown> => {
      const asked = client.chat.completions.create({ model: GPT, messages: [{ role: 'user', content: 'hi' }] });
      return asked.then(() => 200).catch(({ status: refused }: { status?: number }) => refused);
    };
    assert.deepEqual([await status(), await status()], [403, 403]);
    if (restart) client = await restarted(s);
    const waiting = await s.aegis.daemon.gate.pending('default' as never);
    assert.equal(waiting.length, 1);
    const answer = await s.aegis.ask('POST', `/v1/approvals/${waiting[0]?.approval ?? ''}/grant`, { key: s.aegis.admin, body: { reason: 'fine' } });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([await status(), await status()], [200, 403]);
  });
}
