import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import type { AnswerReader, Dialect } from '../../../src/intercept/llm/dialect/dialect.ts';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { Answer, CallDecision } from '../../../src/intercept/llm/dialect/model-answer.ts';
import type { Restore } from '../../../src/intercept/llm/dialect/restore.ts';
import { DIALECTS } from '../../../src/intercept/llm/dialects/dialects.ts';
import { matchRoute } from '../../../src/intercept/llm/request/match-route.ts';
import type { Matched } from '../../../src/intercept/llm/request/match-route.ts';
import { dialectCases } from './dialect-cases.ts';
import type { AnswerCase, CaseDecision, Chunk, RequestCase } from './dialect-cases.ts';
import { answering } from './providers/provider.ts';
import { PROVIDERS } from './providers/providers.ts';

const FILES = dialectCases();

function matched(dialect: Dialect, path: string): Matched {
  const found = matchRoute({ method: 'POST', path, query: [] }, [dialect], {});
  assert.ok(found !== null, `${path} is no route`);
  return found;
}

function checkRequest(dialect: Dialect, { path, body, reads, refused }: RequestCase): void {
  const { route, params } = matched(dialect, path);
  if (refused !== undefined) {
    assert.throws(() => dialect.readRequest(body, route, params), { code: 'REQUEST_INVALID', pointer: refused });
    return;
  }
  const request = dialect.readRequest(body, route, params);
  const { system, users, results, tools, ...plain } = reads ?? assert.fail('it says nothing of what is read');
  const { model, stream, providerTools, maxTokens, previous } = request;
  assert.deepEqual(
    { model, stream, providerTools, ...(maxTokens === undefined ? {} : { maxTokens }), ...(previous === undefined ? {} : { previous }) },
    plain,
  );
  assert.deepEqual(
    request.tools.map(({ name }) => name),
    tools,
  );
  const own = request.carried.filter(({ trusted }) => trusted).map(({ value }) => value);
  assert.deepEqual(own, [...system, ...users]);
  const brought = request.carried.flatMap(({ trusted, callId, value, failed = false }) => (trusted ? [] : [{ callId, value, failed }]));
  assert.deepEqual(brought, results);
}

function callDecision(decision: CaseDecision): CallDecision {
  switch (decision.effect) {
    case 'allow':
      return { kind: 'pass' };
    case 'modify':
      return { kind: 'replace', args: decision.args };
    case 'deny':
    case 'ask':
      return { kind: 'refuse', text: decision.text };
  }
}

function checkReading({ id: _id, model: _model, calls, ...answer }: Answer, { reads }: AnswerCase): void {
  const plain = calls.map(({ id, name, args }) => ({ id, name, args }));
  assert.deepEqual({ ...answer, calls: plain }, reads);
}

/** Where nothing was replaced nothing is put back, and nothing waits. */
const NOTHING: Restore = { text: (same) => same, tail: () => ({ take: (piece) => piece, end: () => '' }) };

function checkWhole(dialect: Dialect, one: AnswerCase): string {
  const whole = one.whole ?? {};
  checkReading(dialect.readAnswer(whole), one);
  const left = dialect.rewriteAnswer(whole, (one.decisions ?? []).map(callDecision));
  assert.deepEqual(left, one.leaves ?? whole);
  assert.equal(dialect.restoreAnswer(left, NOTHING), left, 'what is put back');
  return JSON.stringify(left);
}

const frameOf = ({ event, data }: Chunk): Frame => ({
  ...(event === undefined ? {} : { event }),
  ...(typeof data === 'string' ? { data: null, raw: data } : { data, raw: JSON.stringify(data) }),
});
const text = (frames: readonly Frame[]): string => frames.map(frameText).join('');

/** A reader of the dialect's own streamed requests. */
function readerOf(dialect: Dialect, requests: readonly RequestCase[]): AnswerReader {
  const streamed = requests.find(({ reads }) => reads?.stream === true) ?? assert.fail('no request is streamed');
  const { route, params } = matched(dialect, streamed.path);
  return dialect.createReader(dialect.readRequest(streamed.body, route, params));
}

function checkStreamed(dialect: Dialect, reader: AnswerReader, one: AnswerCase): string {
  const frames = (one.chunks ?? []).map(frameOf);
  const restorer = dialect.createRestorer(NOTHING);
  assert.deepEqual([...frames.flatMap((frame) => restorer.take(frame)), ...restorer.end()], frames, 'what is put back');
  const flowed = frames.flatMap((frame) => reader.take(frame));
  assert.equal(text(flowed), text(frames.slice(0, one.flows)), 'what flows');
  checkReading(reader.answer(), one);
  if (one.decisions === undefined && one.says === undefined) return text(flowed);
  const left = one.decisions === undefined ? reader.abandon(one.says ?? '') : reader.release(one.decisions.map(callDecision));
  const leaves = one.leaves === undefined ? frames.slice(one.flows) : (one.leaves as readonly Chunk[]).map(frameOf);
  assert.equal(text(left), text(leaves), 'what leaves');
  return text([...flowed, ...left]);
}

test('[LLM-51] every dialect the proxy speaks has a file of cases, and omits none of them', () => {
  const { proxy } = JSON.parse(readFileSync('conformance/dialects/implementations.json', 'utf8')) as {
    proxy: { refuses: string; omits: readonly { dialect: string; what: string }[] };
  };
  assert.equal(proxy.refuses, 'rewrites');
  assert.ok(proxy.omits.every(({ what }) => what === '*'));
  const spoken = [...DIALECTS.map(({ name }) => name), ...proxy.omits.map(({ dialect }) => dialect)];
  assert.deepEqual(FILES.map(({ dialect }) => dialect).toSorted(), spoken.toSorted());
  for (const { dialect, requests, answers } of FILES) {
    for (const cases of [requests, answers])
      assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length, `${dialect}: two cases of one name`);
  }
});

for (const { dialect: name, requests, answers } of FILES) {
  const dialect = DIALECTS.find((one) => one.name === name);
  if (dialect === undefined) continue;
  for (const one of requests) test(`[LLM-51] ${name}, ${one.name}: the request is read`, () => checkRequest(dialect, one));
  for (const one of answers) {
    const law = one.decisions === undefined ? 'LLM-47' : 'LLM-44, LLM-45, LLM-46';
    test(`[${law}] ${name}, ${one.whole === undefined ? 'streamed' : 'whole'}, ${one.name}`, async () => {
      const left = one.whole === undefined ? checkStreamed(dialect, readerOf(dialect, requests), one) : checkWhole(dialect, one);
      const provider = PROVIDERS.find((known) => known.dialect === dialect);
      if (one.client === undefined || provider === undefined) return;
      const streamed = one.whole === undefined;
      const view = await answering(left, streamed, (address) => provider.readWithClient(address, streamed));
      assert.deepEqual({ text: view.text, calls: view.calls, stop: view.ended }, one.client);
    });
  }
}
