import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { GoogleGenAI } from '@google/genai';
import { stage } from './stage.ts';
import type { Stage } from './stage.ts';
import { EVENTS, JSON_TYPE, upstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

const MODEL = 'gemini-2.5-flash';
const part = (parts: readonly object[], more: object = {}): object => ({ candidates: [{ content: { role: 'model', parts }, index: 0, ...more }] });
const END = {
  ...part([{ text: '' }], { finishReason: 'STOP' }),
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 },
};
const call = (name: string) => ({ functionCall: { id: `id-${name}`, name, args: { zebra: name } } });

/** Speaks Gemini: says a word, then calls what it is told to. */
async function staged(context: TestContext, names: readonly string[]): Promise<{ s: Stage; there: Upstream; ai: GoogleGenAI }> {
  const frames = [part([{ text: 'Well. ' }]), ...names.map((name) => part([call(name)])), END];
  const there = await upstream(context, (response, { url }) => {
    if (url.includes('streamGenerateContent')) {
      response.writeHead(200, EVENTS);
      for (const frame of frames) response.write(`data: ${JSON.stringify(frame)}\r\n\r\n`);
      response.end();
      return;
    }
    response.writeHead(200, JSON_TYPE);
    response.end(JSON.stringify({ ...END, ...part([{ text: 'Well. ' }, ...names.map(call)], { finishReason: 'STOP' }) }));
  });
  const s = await stage(context, there.url);
  return { s, there, ai: new GoogleGenAI({ apiKey: s.key, httpOptions: { baseUrl: s.models, headers: { 'x-aegis-session': 's1' } } }) };
}

const ASK = { model: MODEL, contents: 'go', config: { tools: [{ functionDeclarations: [{ name: 'look' }, { name: 'wipe' }] }] } };

test('[LLM-4, LLM-5] Gemini through its own client: allowed calls arrive, refused ones are words, whole and streamed', async (context) => {
  const { ai, there, s } = await staged(context, ['look', 'wipe']);
  const whole = await ai.models.generateContent(ASK);
  assert.deepEqual(
    (whole.functionCalls ?? []).map(({ name }) => name),
    ['look'],
  );
  assert.match(JSON.stringify(whole.candidates), /TOOL_BLOCKED/);
  let text = '';
  const names: (string | undefined)[] = [];
  for await (const one of await ai.models.generateContentStream(ASK)) {
    text += JSON.stringify(one.candidates);
    names.push(...(one.functionCalls ?? []).map(({ name }) => name));
  }
  assert.deepEqual(names, ['look']);
  assert.match(text, /TOOL_BLOCKED/);
  assert.ok(!text.includes('id-wipe'));
  assert.ok(there.seen.every(({ headers, url }) => headers['x-goog-api-key'] === 'sk-upstream' && !url.includes('key=')));
  const kinds = (await s.actions('s1')).map(({ kind, name }) => `${kind} ${name}`);
  assert.equal(kinds.filter((one) => one === `model model:${MODEL}`).length, 2);
});

test('[LLM-43, LLM-2] a client that takes one JSON array, with its key in the query, gets the same answer', async (context) => {
  const { s, there } = await staged(context, ['look', 'wipe']);
  const response = await fetch(`${s.models}/v1beta/models/${MODEL}:streamGenerateContent?key=${s.key}`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'go' }] }] }),
  });
  assert.equal(response.status, 200);
  const text = await response.text();
  const frames = JSON.parse(text) as object[];
  assert.ok(frames.length > 1);
  assert.ok(text.includes('id-look') && !text.includes('id-wipe'), text);
  assert.equal(there.seen[0]?.url, `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`);
});
