import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST } from '../../../src/intercept/llm/prompt/placeholder.ts';
import type { Dialect } from '../../../src/intercept/llm/dialect/dialect.ts';
import { restoredCalls, restoredDecisions } from '../../../src/intercept/llm/action/restored-calls.ts';
import { restoreFrom } from '../../../src/intercept/llm/prompt/restore-values.ts';
import type { Restore } from '../../../src/intercept/llm/dialect/restore.ts';
import { frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import { createPlaceholders } from '../../../src/intercept/llm/prompt/session-placeholders.ts';
import type { AgentId, SessionId, TenantId } from '../../../src/kernel/ids.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import type { Said, TestProvider } from './providers/provider.ts';
import { PROVIDERS } from './providers/providers.ts';
import { answering } from './providers/provider.ts';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { CallDecision } from '../../../src/intercept/llm/dialect/model-answer.ts';

const caller = { tenant: 'default' as TenantId, agent: 'a1' as AgentId };
const session = createPlaceholders(new Uint8Array(32)).of({ caller, session: 's' as SessionId });
const MAIL = 'zoe.kovač@example.org';
const KEY = '-----BEGIN KEY-----\n"quoted" \\ zq\n-----END KEY-----';
const mail = session.keep(MAIL, { detector: 'pii', kind: 'email' }).placeholder;
const key = session.keep(KEY, { detector: 'secret', kind: 'private-key' }).placeholder;
const restore = restoreFrom(session, new Set(['pii', 'secret']));
const STRANGE = '[[EMAIL_aaaaaaaaaaaaaaaa]]';

/** Whole, side by side, cut off, doubled brackets, lists of Markdown, and one nobody here made. */
const TEXT = `[x] Write to ${mail}, ${mail}${key}; not [[EMAIL_ or [[email]] or [${mail}] or ${STRANGE}. 漢字 👍 [[a]](b) [[END_${mail.slice(0, -3)}`;
const PLAIN = TEXT.replaceAll(mail, MAIL).replaceAll(key, KEY);

const SAID: readonly Said[] = [
  { words: TEXT },
  {
    call: {
      id: 'zqA1',
      name: 'send',
      args: JSON.stringify({ to: mail, body: `Dear ${mail}, ${key}`, [mail]: [mail, 7, { deep: mail }], [STRANGE]: STRANGE }),
    },
  },
];
const ARGS = { to: MAIL, body: `Dear ${MAIL}, ${KEY}`, [MAIL]: [MAIL, 7, { deep: MAIL }], [STRANGE]: STRANGE };

test('[LLM-56] a text in pieces, cut in two anywhere and into any pieces, is restored as the whole is, and at most one placeholder of it waits', () => {
  assert.equal(restore.text(TEXT), PLAIN);
  const through = (pieces: readonly string[]): string => {
    const tail = restore.tail();
    let out = '';
    let came = '';
    for (const piece of pieces) {
      came += piece;
      out += tail.take(piece);
      assert.ok(restore.text(came).length - out.length <= LONGEST);
      assert.ok(restore.text(came).startsWith(out.slice(0, -LONGEST)));
    }
    return out + tail.end();
  };
  for (let at = 0; at <= TEXT.length; at++) assert.equal(through([TEXT.slice(0, at), TEXT.slice(at)]), PLAIN);
  for (const pieces of cuttings(TEXT, 2_000)) assert.equal(through(pieces), PLAIN);
});

test('[LLM-56] what waits is only what a placeholder may begin with', () => {
  for (const [text, held] of [
    ['a list [1', ''],
    ['an array [[1, 2]', ''],
    ['a link [[', '[['],
    ['[[[EMAIL_ab', '[[EMAIL_ab'],
    ['[[EMAIL_abcdefghijklmnop]', '[[EMAIL_abcdefghijklmnop]'],
    ['[[EMAIL_abcdefghijklmnopq', ''],
    ['[[email', ''],
    [mail, ''],
  ] as const) {
    const tail = restore.tail();
    tail.take(text);
    assert.equal(tail.end(), held, text);
  }
});

/** Deterministic random pieces of one text. */
function* cuttings(text: string, count: number): Generator<readonly string[]> {
  let state = 56;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let round = 0; round < count; round++) {
    const mean = 1 << next(7);
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const length = next(2 * mean + 1);
      pieces.push(text.slice(at, at + length));
      at += length;
    }
    yield pieces;
  }
}

type Event = ReturnType<TestProvider['stream']>[number];

/** The member of an event that is a piece of the answer's words, and the event with another piece; null for other events. */
function pieceOf([name, data]: Event): { readonly text: string; readonly with: (text: string) => Event } | null {
  if (data === '[DONE]') return null;
  const set = (path: readonly (string | number)[]): ReturnType<typeof pieceOf> => {
    const at = (value: unknown, steps: readonly (string | number)[]): unknown =>
      steps.reduce<unknown>((one, step) => (one as Record<string | number, unknown> | undefined)?.[step], value);
    const text = at(data, path);
    if (typeof text !== 'string' || text === '') return null;
    return {
      text,
      with: (other) => {
        const copy = structuredClone(data) as JsonObject;
        const owner = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
        owner[path.at(-1) ?? ''] = other;
        return [name, copy];
      },
    };
  };
  if (data['type'] === 'response.output_text.delta') return set(['delta']);
  if (data['type'] === 'content_block_delta') return set(['delta', 'text']);
  return set(['choices', 0, 'delta', 'content']) ?? set(['candidates', 0, 'content', 'parts', 0, 'text']);
}

/** The same stream with its words cut otherwise. */
function recut(provider: TestProvider, pieces: readonly string[]): readonly Event[] {
  const events = provider.stream(SAID);
  const first = events.findIndex((event) => pieceOf(event) !== null);
  const words = pieceOf(events[first]!)!;
  const others = events.filter((event) => pieceOf(event) === null);
  const cut = [...others.slice(0, first), ...pieces.map((piece) => words.with(piece)), ...others.slice(first)];
  return cut.map(([name, data], at) => {
    return data === '[DONE]' || data['sequence_number'] === undefined ? [name, data] : [name, { ...data, sequence_number: at }];
  });
}

function framesOf(events: readonly Event[]): readonly Frame[] {
  return events.map(([event, data]) => {
    const frame = data === '[DONE]' ? { data: null, raw: data } : { data, raw: JSON.stringify(data) };
    return event === null ? frame : { event, ...frame };
  });
}

const PASS: CallDecision = { kind: 'pass' };

function readerOf({ dialect, model, request }: TestProvider): ReturnType<Dialect['createReader']> {
  const route = dialect.routes.find(({ kind, streams }) => kind === 'generate' && streams !== 'never')!;
  return dialect.createReader(dialect.readRequest(request(true), route, { model }));
}

/** What leaves for the client, as the door composes it. */
function leaving(provider: TestProvider, frames: readonly Frame[], by: Restore): readonly Frame[] {
  const reader = readerOf(provider);
  const restorer = provider.dialect.createRestorer(by);
  const out = frames.flatMap((frame) => reader.take(frame).flatMap((one) => restorer.take(one)));
  const came = reader.answer().calls;
  const calls = restoredCalls(came, by);
  const decisions = restoredDecisions(
    calls.map(() => PASS),
    { came, calls },
  );
  return [...out, ...reader.release(decisions).flatMap((frame) => restorer.take(frame)), ...restorer.end()];
}

function read(provider: TestProvider, frames: readonly Frame[]): { readonly text: string; readonly args: unknown; readonly complete: boolean } {
  const reader = readerOf(provider);
  for (const frame of frames) reader.take(frame);
  const { text, calls, complete } = reader.answer();
  return { text, args: calls[0]?.args, complete };
}

for (const provider of PROVIDERS) {
  const { name } = provider.dialect;

  test(`[LLM-56] ${name}: however the words of a stream are cut, the client reads the same transcript with the values in it`, () => {
    const expected = { text: PLAIN, args: ARGS, complete: true };
    const cuts = [...cuttings(TEXT, 300)];
    for (let at = 0; at <= TEXT.length; at++) cuts.push([TEXT.slice(0, at), TEXT.slice(at)]);
    for (const pieces of cuts) {
      const frames = leaving(provider, framesOf(recut(provider, pieces)), restore);
      assert.deepEqual(read(provider, frames), expected);
      const numbers = frames.flatMap(({ data }) => (typeof data?.['sequence_number'] === 'number' ? [data['sequence_number']] : []));
      assert.deepEqual(
        numbers,
        numbers.map((_number, at) => at),
      );
    }
  });

  test(`[LLM-56, LLM-57] ${name}: the provider’s own library hears the values, streamed and whole`, async () => {
    const streamed = leaving(provider, framesOf(provider.stream(SAID)), restore)
      .map(frameText)
      .join('');
    assert.deepEqual(await viewFrom(provider, streamed, true), { text: PLAIN, args: ARGS });
    const body = provider.whole(SAID);
    const came = provider.dialect.readAnswer(body).calls;
    const calls = restoredCalls(came, restore);
    const decisions = restoredDecisions([PASS], { came, calls });
    const whole = provider.dialect.restoreAnswer(provider.dialect.rewriteAnswer(body, decisions), restore);
    assert.deepEqual(await viewFrom(provider, JSON.stringify(whole), false), { text: PLAIN, args: ARGS });
  });

  test(`[LLM-56] ${name}: an answer without a placeholder leaves frame by frame as it came, streamed and whole`, () => {
    const said: readonly Said[] = [
      { words: `No value, [1] but ${STRANGE} and [[more` },
      { call: { id: 'zqA1', name: 'send', args: '{"to":"nobody [["}' } },
    ];
    const frames = framesOf(provider.stream([{ words: 'plain words' }, said[1]!]));
    assert.deepEqual(leaving(provider, frames, restore).map(frameText), frames.map(frameText));
    const body = provider.whole(said);
    assert.equal(provider.dialect.restoreAnswer(body, restore), body);
  });

  test(`[LLM-56] ${name}: a stream that breaks within a placeholder gives up what waited before the words that say so`, () => {
    const reader = readerOf(provider);
    const restorer = provider.dialect.createRestorer(restore);
    const events = framesOf(recut(provider, [`Hello ${mail.slice(0, 9)}`, '']));
    const until = events.findIndex(({ data }) => data !== null && pieceOf([null, data]) !== null);
    const out = events.slice(0, until + 1).flatMap((frame) => reader.take(frame).flatMap((one) => restorer.take(one)));
    assert.ok(
      !out
        .map(({ raw }) => raw)
        .join('')
        .includes(mail.slice(0, 9)),
    );
    const error = provider.dialect.errorFrame({ status: 502, code: 'UPSTREAM_INVALID', message: 'It broke.' });
    const [left, ...after] = [...restorer.take(error), ...restorer.end()];
    assert.ok(left?.raw.includes(mail.slice(0, 9)), left?.raw);
    assert.equal(after.at(-1), error);
    const ended = provider.dialect.createRestorer(restore);
    const frames = [...events.slice(0, until + 1), ...reader.abandon('Aegis stopped this answer.')].flatMap((frame) => ended.take(frame));
    assert.match(read(provider, [...frames, ...ended.end()]).text, /^Hello \[\[EMAIL_[a-z]*[^]*Aegis stopped this answer\.$/);
  });
}

async function viewFrom(provider: TestProvider, bytes: string, streamed: boolean): Promise<{ readonly text: string; readonly args: unknown }> {
  const { text, calls } = await answering(bytes, streamed, (address) => provider.readWithClient(address, streamed));
  return { text, args: calls[0]?.args };
}

test('[LLM-57] what the provider ran itself stays as it ran', () => {
  const calls = [{ id: 'c1', name: 'search', args: { q: mail }, done: true }];
  assert.deepEqual(restoredCalls(calls, restore), calls);
});

test('[LLM-58] a placeholder of another session, another agent or another run is no placeholder here', () => {
  const placeholders = createPlaceholders(new Uint8Array(32));
  const others = [
    placeholders.of({ caller, session: 't' as SessionId }),
    placeholders.of({ caller: { ...caller, agent: 'a2' as AgentId }, session: 's' as SessionId }),
    placeholders.of({ caller: { ...caller, tenant: 'other' as TenantId }, session: 's' as SessionId }),
    createPlaceholders().of({ caller, session: 's' as SessionId }),
  ];
  for (const other of others) {
    const mine = other.keep(MAIL, { detector: 'pii', kind: 'email' }).placeholder;
    assert.notEqual(mine, mail);
    assert.equal(restoreFrom(other, new Set(['pii'])).text(`${mail} ${mine}`), `${mail} ${MAIL}`);
  }
  assert.equal(
    placeholders.of({ caller, session: 's' as SessionId }).keep(MAIL, { detector: 'pii', kind: 'email' }).placeholder,
    mail,
    'the same value in the same session',
  );
  assert.equal(restoreFrom(session, new Set(['secret'])).text(mail), mail, 'what is only redacted is not put back');
});
