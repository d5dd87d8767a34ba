import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { createRecall } from '../../../src/intercept/llm/recall.ts';
import { createSessionLedger } from '../../../src/intercept/llm/session-ledger.ts';
import type { ModelCaller } from '../../../src/intercept/llm/door.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { answersBefore } from '../../../src/model-answers.ts';
import { call, inputOf, insisting } from './insisting.ts';
import { GPT, stage } from './stage.ts';
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
  const recall = createRecall(
    {
      gate: { world: () => ({ actions: new Map(), approvals: new Map() }) } as never,
      answersBefore: () => {
        reads++;
        return broken ? Promise.reject(new Error('the disk is gone')) : Promise.resolve([]);
      },
    },
    createSessionLedger(),
  );
  await assert.rejects(recall(caller), /the disk is gone/);
  broken = false;
  await Promise.all([recall(caller), recall(caller)]);
  await recall(caller);
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
  assert.deepEqual(await answersBefore(store as never, caller), []);
  assert.deepEqual(asked, [{ type: 'answer-received', agent: 'a1', from: 300_000, limit: 2_000, reverse: true }]);
});
