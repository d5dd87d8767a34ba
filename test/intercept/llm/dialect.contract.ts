import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerReader, Dialect, ModelRoute } from '../../../src/intercept/llm/dialect/dialect.ts';
import { createFrameReader, frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { randomCuts, twoCuts } from '../../../eval/cuts.ts';
import type { Said, TestProvider } from './providers/provider.ts';
import { answering, callsIn, USAGE } from './providers/provider.ts';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { CallDecision } from '../../../src/intercept/llm/dialect/model-answer.ts';

const PASS: CallDecision = { kind: 'pass' };
const REFUSAL = 'Aegis denied this action. It was not done.';
const REFUSE: CallDecision = { kind: 'refuse', text: REFUSAL };
const FAREWELL = 'Aegis stopped this answer. Nothing was done.';

/** Names and values that stand nowhere else, so that one byte of them in what leaves is seen. */
const TRANSFER = { id: 'zqA1', name: 'zqtransfer', args: '{"zqaccount":"zqDE89 漢字 é👍","zqamount":12}' };
const ESCAPED = { id: 'zqB2', name: 'zqnote', args: '{"zqtext":"zq\\u00e9\\n\\"zq\\" \\\\ \\ud83d\\udc4d 漢"}' };
const BARE = { id: 'zqC3', name: 'zqlist', args: '{}' };

const SCENES: Readonly<Record<string, readonly Said[]>> = {
  'text only': [{ words: 'Nothing to do, 漢字 👍.' }],
  'one call': [{ call: TRANSFER }],
  'parallel calls': [{ call: TRANSFER }, { call: ESCAPED }],
  'text, then a call': [{ words: 'I will pay.' }, { call: TRANSFER }],
  'a call without arguments': [{ words: 'First a list.' }, { call: BARE }],
  'calls at once, piece by piece in turn': [{ words: 'Both.' }, { atOnce: [TRANSFER, ESCAPED] }],
};

function routeOf({ routes }: Dialect, streamed: boolean): ModelRoute {
  const route = routes.find(({ kind, streams }) => kind === 'generate' && (streams === 'body' || streams === (streamed ? 'always' : 'never')));
  assert.ok(route !== undefined);
  return route;
}

function readerOf({ dialect, model, request }: TestProvider): AnswerReader {
  return dialect.createReader(dialect.readRequest(request(true), routeOf(dialect, true), { model }));
}

/** The stream as its provider would send it. */
function bytesOf(events: ReturnType<TestProvider['stream']>): Buffer {
  const frames = events.map(([event, data]): Frame => {
    const frame = data === '[DONE]' ? { data: null, raw: data } : { data, raw: JSON.stringify(data) };
    return event === null ? frame : { event, ...frame };
  });
  return Buffer.from(frames.map(frameText).join(''));
}

interface Passed {
  /** What left before the decisions. */
  readonly before: readonly Frame[];
  readonly reader: AnswerReader;
}

function fed(provider: TestProvider, pieces: Iterable<Uint8Array>): Passed {
  const frames = createFrameReader();
  const reader = readerOf(provider);
  const before: Frame[] = [];
  for (const piece of pieces) for (const frame of frames.push(piece)) before.push(...reader.take(frame));
  frames.end();
  return { before, reader };
}

function raw(frames: readonly Frame[]): readonly string[] {
  return frames.map(frameText);
}

/** Everything a client gets, when each call meets the decision of its place. */
function outcome(provider: TestProvider, bytes: Uint8Array, decision: (at: number) => CallDecision): string {
  const { before, reader } = fed(provider, [bytes]);
  return raw([...before, ...reader.release(reader.answer().calls.map((_call, at) => decision(at)))]).join('');
}

/** A name or a value of the hand-made calls, in either spelling of what JSON may escape. */
function assertSilent(text: string): void {
  assert.doesNotMatch(text, /zq/);
}

/** What a decision puts in place of a call's arguments. */
const REPLACED: JsonObject = { safe: 'ja 漢' };

async function readByClient(provider: TestProvider, stream: string): Promise<{ text: string; calls: readonly unknown[]; ended: string | null }> {
  // Keep-alive bytes may stand anywhere between events.
  const kept = stream.replaceAll('\n\n', `\n\n${provider.dialect.keepAlive}`);
  const plain = await answering(stream, true, (address) => provider.readWithClient(address, true));
  assert.deepEqual(await answering(kept, true, (address) => provider.readWithClient(address, true)), plain);
  return plain;
}

/** The suite every dialect passes: hand-made answers through the dialect's reader, and out again into the provider's own library. */
export function dialectContract(provider: TestProvider): void {
  const name = provider.dialect.name;
  const words = (said: readonly Said[]): string => said.map((one) => ('words' in one ? one.words : '')).join('');

  for (const [title, said] of Object.entries(SCENES)) {
    const bytes = bytesOf(provider.stream(said));
    const calls = callsIn(said);
    const parsed = calls.map((call) => ({ name: call.name, args: JSON.parse(call.args) as unknown }));

    test(`[LLM-44] ${name}, ${title}: allowed, what leaves is what came, however the bytes are cut`, async () => {
      const came = createFrameReader();
      const frames = raw(came.push(bytes));
      const allowed = ({ before, reader }: Passed): readonly string[] => raw([...before, ...reader.release(calls.map(() => PASS))]);
      assert.deepEqual(allowed(fed(provider, [bytes])), frames);
      for (const pieces of twoCuts(bytes)) assert.deepEqual(allowed(fed(provider, pieces)), frames);
      for (const pieces of randomCuts(bytes, { count: 1000, seed: 44 })) assert.deepEqual(allowed(fed(provider, pieces)), frames);
      const view = await readByClient(provider, frames.join(''));
      assert.deepEqual(view, { text: words(said), calls: parsed, ended: calls.length > 0 ? provider.ends.calls : provider.ends.words });
    });

    test(`[LLM-44] ${name}, ${title}: the reader says what was said, and nothing of a call leaves before it is decided`, () => {
      const { before, reader } = fed(provider, [bytes]);
      const answer = reader.answer();
      assert.equal(answer.text, words(said));
      assert.equal(answer.complete, true);
      assert.deepEqual(
        answer.calls,
        calls.map((call, at) => ({ id: call.id, ...parsed[at] })),
      );
      const { input, output, cachedInput } = answer.usage;
      assert.deepEqual({ input, output, cachedInput }, { input: USAGE.input, output: USAGE.output, cachedInput: USAGE.cachedInput });
      assertSilent(raw(before).join(''));
    });

    if (calls.length === 0) continue;

    test(`[LLM-45] ${name}, ${title}: refused, no byte of a call leaves and the client has the refusal`, async () => {
      const left = outcome(provider, bytes, () => REFUSE);
      assertSilent(left);
      const view = await readByClient(provider, left);
      assert.deepEqual(view.calls, []);
      assert.equal(view.ended, provider.ends.words);
      assert.ok(view.text.startsWith(words(said)));
      assert.equal(view.text.split(REFUSAL).length - 1, calls.length);
    });

    test(`[LLM-46] ${name}, ${title}: replaced, the client has the other arguments`, async () => {
      const left = outcome(provider, bytes, () => ({ kind: 'replace', args: REPLACED }));
      const view = await readByClient(provider, left);
      assert.deepEqual(
        view.calls,
        calls.map((call) => ({ name: call.name, args: REPLACED })),
      );
      for (const call of calls) for (const key of Object.keys(JSON.parse(call.args) as object)) assert.ok(!left.includes(key));
      assert.equal(view.text, words(said));
      assert.equal(view.ended, provider.ends.calls);
    });

    test(`[LLM-45, LLM-46] ${name}, ${title}: a whole answer is rewritten the same way`, async () => {
      const whole = provider.whole(said);
      const viewed = (body: JsonObject): ReturnType<TestProvider['readWithClient']> =>
        answering(JSON.stringify(body), false, (address) => provider.readWithClient(address, false));
      const rewritten = (decision: CallDecision): JsonObject =>
        provider.dialect.rewriteAnswer(
          whole,
          calls.map(() => decision),
        );
      const answer = provider.dialect.readAnswer(whole);
      assert.deepEqual(
        answer.calls,
        calls.map((call, at) => ({ id: call.id, ...parsed[at] })),
      );
      assert.equal(answer.usage.input, USAGE.input);
      assert.equal(answer.complete, true);
      assert.equal(JSON.stringify(rewritten(PASS)), JSON.stringify(whole));
      const refused = rewritten(REFUSE);
      assertSilent(JSON.stringify(refused));
      const view = await viewed(refused);
      assert.deepEqual(view.calls, []);
      assert.equal(view.ended, provider.ends.words);
      assert.equal(view.text.split(REFUSAL).length - 1, calls.length);
      const replaced = await viewed(rewritten({ kind: 'replace', args: REPLACED }));
      assert.deepEqual(
        replaced.calls,
        calls.map((call) => ({ name: call.name, args: REPLACED })),
      );
    });
  }

  for (const title of ['parallel calls', 'calls at once, piece by piece in turn']) {
    test(`[LLM-45] ${name}, ${title}: one refused, the other stays as it was`, async () => {
      const said = SCENES[title] ?? [];
      const left = outcome(provider, bytesOf(provider.stream(said)), (at) => (at === 0 ? REFUSE : PASS));
      for (const own of [TRANSFER.id, TRANSFER.name, 'zqaccount', 'zqDE']) assert.ok(!left.includes(own), own);
      const view = await readByClient(provider, left);
      assert.deepEqual(view.calls, [{ name: ESCAPED.name, args: JSON.parse(ESCAPED.args) as unknown }]);
      assert.equal(view.ended, provider.ends.calls);
      assert.ok(view.text.includes(REFUSAL));
    });
  }

  test(`[LLM-47] ${name}: a stream that breaks anywhere ends well, with no byte of a call`, async () => {
    const bytes = bytesOf(provider.stream(SCENES['calls at once, piece by piece in turn'] ?? []));
    const frames = createFrameReader().push(bytes);
    const view: Promise<void>[] = [];
    for (let length = 0; length < frames.length; length++) {
      const reader = readerOf(provider);
      const before = frames.slice(0, length).flatMap((frame) => reader.take(frame));
      if (reader.answer().complete) break;
      const left = raw([...before, ...reader.abandon(FAREWELL)]).join('');
      assertSilent(left);
      view.push(
        answering(left, true, (address) => provider.readWithClient(address, true)).then(({ text, calls, ended }) => {
          assert.ok(text.endsWith(FAREWELL), `after ${String(length)}: ${text}`);
          assert.deepEqual([calls, ended], [[], provider.ends.words]);
        }),
      );
    }
    assert.ok(view.length > 10);
    await Promise.all(view);
  });

  test(`[LLM-47] ${name}: a call that was not said to the end has no arguments to decide`, () => {
    const frames = createFrameReader().push(bytesOf(provider.stream([{ atOnce: [TRANSFER] }])));
    const reader = readerOf(provider);
    for (const frame of frames.slice(0, Math.floor(frames.length / 2))) reader.take(frame);
    const answer = reader.answer();
    assert.equal(answer.complete, false);
    assert.deepEqual(
      answer.calls.map((call) => [call.name, call.args]),
      [[TRANSFER.name, null]],
    );
  });

  test(`[LLM-47] ${name}: once the client was told of the end, nothing is added to it`, async () => {
    const said = SCENES['text only'] ?? [];
    const { before, reader } = fed(provider, [bytesOf(provider.stream(said))]);
    const view = await readByClient(provider, raw([...before, ...reader.abandon(FAREWELL)]).join(''));
    assert.deepEqual(view, { text: words(said), calls: [], ended: provider.ends.words });
  });

  test(`[LLM-47] ${name}: streams that contradict themselves are faults, and nothing of their calls has left`, () => {
    for (const [title, events] of Object.entries(provider.contradictions)) {
      const reader = readerOf(provider);
      const left: Frame[] = [];
      const read = (): void => {
        for (const frame of createFrameReader().push(bytesOf(events))) left.push(...reader.take(frame));
        reader.answer();
      };
      assert.throws(read, { code: 'UPSTREAM_INVALID' }, title);
      assert.doesNotMatch(raw(left).join(''), /pay|look/, title);
      const rest = raw(reader.abandon(FAREWELL)).join('');
      assert.doesNotMatch(rest, /pay|look/, title);
      // A client that was told of the end is told no more.
      assert.equal(rest.includes(FAREWELL), !title.endsWith('after the end'), title);
    }
  });

  if (provider.writtenArguments) {
    test(`[LLM-47] ${name}: arguments that are not one strict JSON object can only be refused`, () => {
      for (const args of ['[1]', '"x"', '7', 'null', '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a":', '{"a":1} x', '{"a":9007199254740993}']) {
        const { reader } = fed(provider, [bytesOf(provider.stream([{ call: { ...TRANSFER, args } }]))]);
        assert.deepEqual(
          reader.answer().calls.map((call) => call.args),
          [null],
          args,
        );
        assertSilent(raw(reader.release([REFUSE])).join(''));
      }
    });
  }

  test(`[LLM-47] ${name}: an answer of very many calls, or pieces, is read, refused or given up in linear time`, () => {
    // Each of these would take minutes if a piece were looked for among all others.
    const calls = Array.from({ length: 5000 }, (_, at) => ({ id: `zq${String(at)}`, name: 'zqmany', args: '{}' }));
    const frames = createFrameReader().push(bytesOf(provider.stream([{ words: 'x'.repeat(60_000) }, ...calls.map((call) => ({ call }))])));
    const reader = readerOf(provider);
    try {
      for (const frame of frames) reader.take(frame);
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, 'UPSTREAM_INVALID');
      assertSilent(raw(reader.abandon(FAREWELL)).join(''));
      return;
    }
    assertSilent(raw(reader.release(reader.answer().calls.map(() => REFUSE))).join(''));
  });
}
