import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluateStreams } from '../../../eval/streams.ts';
import { anthropicVoice } from './voices/anthropic.ts';
import { geminiVoice } from './voices/gemini.ts';
import { openaiChatVoice } from './voices/openai-chat.ts';
import { openaiResponsesVoice } from './voices/openai-responses.ts';
import type { Said } from './voices/voice.ts';

const SAID: readonly Said[] = [{ words: 'Both.' }, { call: { id: 'c1', name: 'pay', args: '{"to":"DE89"}' } }];
const VOICES = [
  ['chat', openaiChatVoice],
  ['responses', openaiResponsesVoice],
  ['messages', anthropicVoice],
  ['native', geminiVoice],
] as const;

test('[LLM-44, LLM-45, LLM-47] recorded streams are scored by what they must keep, and one nobody speaks is refused', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-streams-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  const rows = VOICES.map(([api, voice]) => ({
    id: api,
    kind: 'llm_stream',
    api,
    text: voice
      .stream(SAID)
      .flatMap(([, data]) => (data === '[DONE]' ? [] : [JSON.stringify(data)]))
      .join('\n'),
  }));
  const path = join(folder, 'llm_streams.jsonl');
  writeFileSync(
    path,
    [...rows, { id: 'other', kind: 'llm_stream', api: 'native', text: '{"spell":true}' }].map((row) => JSON.stringify(row)).join('\n'),
  );
  const lines = evaluateStreams(path);
  for (const { streams, read, refused, calls, failed } of lines) {
    assert.deepEqual([read, calls, failed], [1, 1, []]);
    assert.equal(streams, 1 + refused.length);
  }
  assert.deepEqual(
    lines.map(({ dialect, refused }) => [dialect, refused.length]),
    [
      ['openai-chat', 0],
      ['openai-responses', 0],
      ['anthropic', 0],
      ['gemini', 1],
    ],
  );
});
