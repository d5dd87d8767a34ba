import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerReader } from '../../../src/intercept/llm/dialect/dialect.ts';
import { anthropic } from '../../../src/intercept/llm/dialects/anthropic/anthropic.ts';
import { frameOf } from '../../../src/intercept/llm/dialect/frame.ts';
import { frameText } from '../../../src/intercept/llm/bytes/event-stream.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { anthropicProvider } from './providers/anthropic.ts';
import { answering } from './providers/provider.ts';
import type { Frame } from '../../../src/intercept/llm/dialect/frame.ts';
import type { CallDecision } from '../../../src/intercept/llm/dialect/model-answer.ts';

const use = (id: string): JsonObject => ({
  type: 'tool_use',
  id,
  name: 'zqroll',
  input: { zqplayer: id },
  caller: { type: 'code_execution_20250825', tool_id: 's' },
});
const whole = (content: readonly JsonObject[]): JsonObject => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 0 },
  },
});
const stop: JsonObject = { type: 'message_stop' };

function reader(): AnswerReader {
  const [route] = anthropic.routes;
  assert.ok(route !== undefined);
  return anthropic.createReader(anthropic.readRequest(anthropicProvider.request(true), route, {}));
}

const named = (data: JsonObject): Frame => frameOf(data, String(data.type));

test('[LLM-44, LLM-45] Anthropic: a message that comes whole in its first event is held and decided like any other', async () => {
  const events = [whole([use('zqA'), use('zqB')]), stop].map(named);
  const released = (decisions: readonly CallDecision[]): readonly Frame[] => {
    const reading = reader();
    assert.deepEqual(
      events.flatMap((event) => reading.take(event)),
      [],
    );
    assert.equal(reading.answer().complete, true);
    assert.deepEqual(
      reading.answer().calls.map(({ id, args }) => [id, args]),
      [
        ['zqA', { zqplayer: 'zqA' }],
        ['zqB', { zqplayer: 'zqB' }],
      ],
    );
    return reading.release(decisions);
  };
  assert.deepEqual(released([{ kind: 'pass' }, { kind: 'pass' }]), events);
  const none = released([
    { kind: 'refuse', text: 'No.' },
    { kind: 'refuse', text: 'No.' },
  ])
    .map(frameText)
    .join('');
  assert.doesNotMatch(none, /zq/);
  assert.deepEqual(await answering(none, true, (address) => anthropicProvider.readWithClient(address, true)), {
    text: 'No.No.',
    calls: [],
    ended: 'end_turn',
  });
  const one = released([{ kind: 'refuse', text: 'No.' }, { kind: 'pass' }])
    .map(frameText)
    .join('');
  const view = await answering(one, true, (address) => anthropicProvider.readWithClient(address, true));
  assert.deepEqual(view, { text: 'No.', calls: [{ name: 'zqroll', args: { zqplayer: 'zqB' } }], ended: 'tool_use' });
});

test('[LLM-47] Anthropic: nothing may follow a whole message, and a broken one ends well', async () => {
  const reading = reader();
  reading.take(named(whole([use('zqA')])));
  assert.throws(() => reading.take(named({ type: 'content_block_start', index: 1, content_block: use('zqB') })), { code: 'UPSTREAM_INVALID' });
  const left = reading.abandon('Stopped.').map(frameText).join('');
  assert.doesNotMatch(left, /zq/);
  const view = await answering(left, true, (address) => anthropicProvider.readWithClient(address, true));
  assert.deepEqual(view, { text: 'Stopped.', calls: [], ended: 'end_turn' });
  assert.throws(() => reader().take(named(whole([{ type: 'spell', name: 'pay' }]))), { code: 'UPSTREAM_INVALID' });
});

test('[LLM-47] Anthropic: a block that says which model speaks is no call', () => {
  const reading = reader();
  reading.take(named({ type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [] } }));
  const block = { type: 'fallback', from: { model: 'm' }, to: { model: 'n' } };
  assert.equal(reading.take(named({ type: 'content_block_start', index: 0, content_block: block })).length, 1);
});
