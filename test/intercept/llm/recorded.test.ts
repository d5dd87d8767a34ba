import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { evaluateStreams } from '../../../eval/streams.ts';
import { anthropicProvider } from './providers/anthropic.ts';
import { geminiProvider } from './providers/gemini.ts';
import { openaiChatProvider } from './providers/openai-chat.ts';
import { openaiResponsesProvider } from './providers/openai-responses.ts';
import type { Said } from './providers/provider.ts';

const SAID: readonly Said[] = [{ words: 'Both.' }, { call: { id: 'c1', name: 'pay', args: '{"to":"DE89"}' } }];
const PROVIDERS = [
  ['chat', openaiChatProvider],
  ['responses', openaiResponsesProvider],
  ['messages', anthropicProvider],
  ['native', geminiProvider],
] as const;

test('[LLM-44, LLM-45, LLM-47] recorded streams are scored by what they must keep, and one nobody speaks is refused', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-streams-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  const rows = PROVIDERS.map(([api, provider]) => ({
    id: api,
    kind: 'llm_stream',
    api,
    text: provider
      .stream(SAID)
      .flatMap(([, data]) => (data === '[DONE]' ? [] : [JSON.stringify(data)]))
      .join('\n'),
  }));
  const path = join(folder, 'llm_streams.jsonl');
  writeFileSync(
    path,
    [...rows, { id: 'other', kind: 'llm_stream', api: 'native', text: '{"spell":{"name":"pay","args":{}}}' }]
      .map((row) => JSON.stringify(row))
      .join('\n'),
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
