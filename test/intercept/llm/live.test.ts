import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLAUDE, GPT, POLICY, stage } from './stage.ts';
import type { Settled, Stage } from './stage.ts';
import { called, chunk, DONE, EVENTS, JSON_TYPE, post, upstream, USAGE } from './upstream.ts';

const ASK = JSON.stringify({ model: GPT, stream: true, messages: [{ role: 'user', content: 'go' }] });

function open(s: Stage, signal?: AbortSignal): Promise<Response> {
  return fetch(`${s.models}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${s.key}`, 'x-aegis-session': 's1' },
    body: ASK,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function settled(s: Stage, kind: string): Promise<Settled> {
  const [action] = (await s.actions('s1')).filter((one) => one.kind === kind);
  return s.settled(action?.action ?? '');
}

const halt = (s: Stage, scope: object) => s.aegis.ask('POST', '/v1/halt', { key: s.aegis.admin, body: { scope, reason: 'enough' } });

test('[LLM-11] a halt ends a live stream with a word about it, and hangs up on the provider', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, EVENTS).write(chunk({ content: 'On and' })));
  const s = await stage(context, there.url);
  const response = await open(s);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('On and')) text += (await reader.read()).value ?? '';
  await halt(s, { kind: 'agent', id: 'a1' });
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  assert.match(text, /Aegis stopped this answer \(HALTED\)\. The agent was stopped: enough\. No tool call/);
  assert.equal(text.match(/halted/gi)?.length, 1, 'it is said once');
  assert.ok(text.endsWith(DONE), text);
  await there.seen[0]?.gone;
  assert.deepEqual([(await settled(s, 'model')).status, (await settled(s, 'model')).errorCode], ['cancelled', 'HALTED']);
});

test('[LLM-11] a halt while calls wait for a person releases none of them, and while the provider thinks is an error', async (context) => {
  const there = await upstream(context, (response, { text }) => {
    if (text.includes('think')) return;
    response.writeHead(200, EVENTS).end(called('pay', '{"zebra":1}') + chunk({}, 'tool_calls') + DONE);
  });
  const s = await stage(context, there.url);
  const held = open(s);
  const thinking = post(`${s.models}/v1/chat/completions`, JSON.stringify({ model: GPT, messages: [{ role: 'user', content: 'think' }] }), {
    authorization: `Bearer ${s.key}`,
    'x-aegis-session': 's2',
  });
  while ((await s.aegis.daemon.gate.pending('default' as never)).length === 0 || there.seen.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await halt(s, { kind: 'all' });
  const text = await (await held).text();
  assert.ok(!text.includes('zebra'), text);
  assert.match(text, /\(HALTED\)/);
  const answer = await thinking;
  assert.deepEqual([answer.status, (JSON.parse(answer.text) as { error: { code: string } }).error.code], [403, 'HALTED']);
});

test('[LLM-11] where an error has no place for a code its message says it, once', async (context) => {
  const there = await upstream(context, () => undefined);
  const s = await stage(context, there.url);
  const body = { model: CLAUDE, max_tokens: 9, messages: [{ role: 'user', content: 'think' }] };
  const headers = { 'x-api-key': s.key, 'anthropic-version': '2023-06-01', 'x-aegis-session': 's3' };
  const thinking = post(`${s.models}/v1/messages`, JSON.stringify(body), headers);
  await there.next();
  await halt(s, { kind: 'session', id: 's3' });
  const { status, text } = await thinking;
  assert.equal(status, 403);
  const { message } = (JSON.parse(text) as { error: { message: string } }).error;
  assert.equal(message, 'Aegis stopped this answer (HALTED). The session was stopped: enough. No tool call of it was passed on or done.');
});

test('[LLM-11] another agent’s answer goes on', async (context) => {
  const go = Promise.withResolvers<undefined>();
  const there = await upstream(context, async (response) => {
    response.writeHead(200, EVENTS).write(chunk({ content: 'On and' }));
    await go.promise;
    response.end(chunk({ content: ' on.' }, 'stop') + DONE);
  });
  const s = await stage(context, there.url);
  await s.aegis.agent('a2');
  const response = await open(s);
  await halt(s, { kind: 'agent', id: 'a2' });
  go.resolve(undefined);
  assert.match(await response.text(), / on\./);
});

test('[LLM-12, LLM-6] a client that leaves aborts its upstream, and is charged for what came', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, EVENTS).write(chunk({ content: 'word '.repeat(200) })));
  const s = await stage(context, there.url);
  const leaving = new AbortController();
  const response = await open(s, leaving.signal);
  const reader = response.body!.getReader();
  await reader.read();
  leaving.abort();
  await there.seen[0]?.gone;
  const { status, usage } = await settled(s, 'model');
  assert.equal(status, 'cancelled');
  assert.ok((usage.tokens ?? 0) >= 200 && (usage.usdMicros ?? 0) > 0, JSON.stringify(usage));
});

test('[LLM-12] calls a client did not take are settled as cancelled', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, EVENTS).end(called('pay', '{}') + chunk({}, 'tool_calls') + DONE));
  const s = await stage(context, there.url, { llm: { keepAliveMs: 10 } });
  const leaving = new AbortController();
  const response = await open(s, leaving.signal);
  await response.body!.getReader().read();
  leaving.abort();
  assert.equal((await settled(s, 'model')).status, 'cancelled');
  const pending = await s.aegis.daemon.gate.pending('default' as never);
  assert.ok(pending.length <= 1);
});

test('[LLM-6] the stream’s own count replaces the estimate, and the client sees it only when it asked', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, EVENTS).end(chunk({ content: 'hi' }, 'stop') + USAGE + DONE));
  const s = await stage(context, there.url);
  const text = await (await open(s)).text();
  assert.ok(!text.includes('prompt_tokens'), text);
  assert.match(there.seen[0]?.text ?? '', /"include_usage":true/);
  assert.equal((await settled(s, 'model')).usage.tokens, 18);
  const asked = JSON.stringify({ ...(JSON.parse(ASK) as object), stream_options: { include_usage: true } });
  assert.match((await post(`${s.models}/v1/chat/completions`, asked, { authorization: `Bearer ${s.key}` })).text, /prompt_tokens/);
});

test('[LLM-6, SPEND-4] a model nobody can price is denied where money is limited', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(200, JSON_TYPE).end('{}'));
  const s = await stage(context, there.url, { policy: null });
  const body = JSON.stringify({ model: 'nobody-knows-1', messages: [{ role: 'user', content: 'hi' }] });
  const answer = await post(`${s.models}/v1/chat/completions`, body, { authorization: `Bearer ${s.key}` });
  assert.equal(answer.status, 403);
  assert.match(answer.text, /PRICE_UNKNOWN/);
  assert.equal(there.seen.length, 0);
});

test('[LLM-4, SPEND-2] thirty-two parallel calls and a budget for one: one', async (context) => {
  const calls = Array.from({ length: 32 }, (_, at) => called('look', `{"at":${String(at)}}`, at)).join('');
  const there = await upstream(context, (response) => void response.writeHead(200, EVENTS).end(calls + chunk({}, 'tool_calls') + DONE));
  const policy = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: one }
default: allow
budgets: [{ id: one, scope: session, toolCalls: 1 }]
`;
  const s = await stage(context, there.url, { policy });
  const text = await (await open(s)).text();
  assert.equal(text.split('"id":"call_').length - 1, 1, text);
  assert.equal(text.split('BUDGET_EXCEEDED').length - 1, 31);
});

test('[LLM-16] an outage of the provider is handed on each time, and never becomes a question to a person', async (context) => {
  const there = await upstream(context, (response) => void response.writeHead(500, JSON_TYPE).end('{"error":{"message":"down"}}'));
  const s = await stage(context, there.url);
  for (let at = 0; at < 6; at++) {
    const body = JSON.stringify({ model: GPT, messages: [{ role: 'user', content: `go ${String(at)}` }] });
    const answer = await post(`${s.models}/v1/chat/completions`, body, { authorization: `Bearer ${s.key}`, 'x-aegis-session': 's1' });
    assert.deepEqual([answer.status, answer.text], [500, '{"error":{"message":"down"}}']);
  }
  assert.equal(there.seen.length, 6);
});

const LOOPS = `${POLICY}loops: { identical: { max: 5, windowMs: 600000 }, sequences: true, noProgress: 3, effect: ask }\n`;

/** The very same bytes, as a client that tries again sends them. */
const again = (s: Stage, signal?: AbortSignal): Promise<Response> => open(s, signal);

test('[LLM-16] retries of what nobody answered are the client’s business, and what was answered five times is a loop', async (context) => {
  let down = true;
  const there = await upstream(context, (response) => {
    if (down) response.writeHead(429, JSON_TYPE).end('{"error":{"message":"slow down"}}');
    else response.writeHead(200, EVENTS).end(chunk({ content: 'Hi' }) + chunk({}, 'stop') + USAGE + DONE);
  });
  const s = await stage(context, there.url, { policy: LOOPS, llm: { holdMs: 0 } });
  const statuses = async (times: number): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let at = 0; at < times; at++) {
      const answer = await again(s);
      await answer.text();
      seen.push(answer.status);
    }
    return seen;
  };
  assert.deepEqual(await statuses(12), Array<number>(12).fill(429));
  down = false;
  assert.deepEqual(await statuses(1), [200]);
  down = true;
  assert.deepEqual(await statuses(3), [429, 429, 429]);
  down = false;
  assert.deepEqual(await statuses(1), [200]);
  // Since its last answer each is the first attempt; the attempts of the outage were other calls, so what came before them does not count (LOOP-5).
  assert.deepEqual(await statuses(5), [200, 200, 200, 200, 403]);
  assert.equal((await again(s)).headers.get('x-aegis-code'), 'LOOP_DETECTED');
});

test('[LLM-16] who hangs up and asks again, and who lists models, is in no loop', async (context) => {
  const there = await upstream(context, (response, { method }) => {
    if (method === 'GET') response.writeHead(200, JSON_TYPE).end('{"object":"list","data":[]}');
    else response.writeHead(200, EVENTS).write(chunk({ content: 'On and' }));
  });
  const s = await stage(context, there.url, { policy: LOOPS, llm: { holdMs: 0 } });
  for (let at = 0; at < 8; at++) {
    const leaving = new AbortController();
    const answer = await again(s, leaving.signal);
    assert.equal(answer.status, 200);
    leaving.abort();
    await there.seen[at]?.gone;
  }
  for (let at = 0; at < 8; at++) {
    const answer = await fetch(`${s.models}/v1/models`, { headers: { authorization: `Bearer ${s.key}`, 'x-aegis-session': 's1' } });
    assert.equal(answer.status, 200, await answer.text());
  }
});
