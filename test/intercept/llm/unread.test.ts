import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../../src/intercept/llm/dialect/dialect.ts';
import { anthropic } from '../../../src/intercept/llm/dialects/anthropic/anthropic.ts';
import { gemini } from '../../../src/intercept/llm/dialects/gemini/gemini.ts';
import { openaiChat } from '../../../src/intercept/llm/dialects/openai-chat/openai-chat.ts';
import { openaiResponses } from '../../../src/intercept/llm/dialects/openai-responses/openai-responses.ts';
import type { Unread } from '../../../src/intercept/llm/dialect/unread.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';
import { CLAUDE, GPT, POLICY, scripted, stage } from './stage.ts';
import type { Stage } from './stage.ts';
import type { ModelRequest } from '../../../src/intercept/llm/dialect/model-request.ts';

function read(dialect: Dialect, body: JsonObject): ModelRequest {
  const [route] = dialect.routes;
  assert.ok(route !== undefined);
  return dialect.readRequest(body, route, { model: 'm' });
}

const user = (...content: Json[]): JsonObject => ({ role: 'user', content });
const words = { type: 'text', text: 'What is this?' };
const PNG = 'data:image/png;base64,AAAA';

const CASES: readonly (readonly [name: string, dialect: Dialect, body: JsonObject, unread: Unread | undefined])[] = [
  ['words alone', openaiChat, { model: GPT, messages: [user(words), { role: 'assistant', content: 'A cat.' }] }, undefined],
  [
    'Chat Completions',
    openaiChat,
    {
      model: GPT,
      messages: [
        user(words, { type: 'image_url', image_url: { url: PNG } }, { type: 'image_url', image_url: { url: 'https://example.org/cat.png' } }),
        user({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }, { type: 'file', file: { file_id: 'file-1' } }),
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'image_url', image_url: { url: PNG } }] },
        user({ type: 'hologram' }, 7),
      ],
    },
    { image: 3, audio: 1, file: 1, other: 2 },
  ],
  [
    'Responses',
    openaiResponses,
    {
      model: GPT,
      input: [
        user(
          { type: 'input_text', text: 'Look.' },
          { type: 'input_image', image_url: PNG },
          { type: 'input_file', file_url: 'https://example.org/a' },
        ),
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: 'here' },
            { type: 'input_image', file_id: 'file-1' },
          ],
        },
        { type: 'computer_call_output', call_id: 'c2', output: { type: 'computer_screenshot', image_url: PNG } },
        { type: 'function_call_output', call_id: 'c3', output: 'plain' },
        user({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }),
      ],
    },
    { image: 3, audio: 1, file: 1 },
  ],
  [
    'Messages',
    anthropic,
    {
      model: CLAUDE,
      max_tokens: 9,
      messages: [
        user(words, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }),
        user(
          { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'read' } },
          {
            type: 'document',
            source: { type: 'content', content: [words, { type: 'image', source: { type: 'url', url: 'https://example.org/a' } }] },
          },
        ),
        user({ type: 'tool_result', tool_use_id: 'c1', content: [words, { type: 'image', source: { type: 'file', file_id: 'file_1' } }] }),
        user({ type: 'container_upload', file_id: 'file_2' }, { type: 'hologram' }),
      ],
    },
    { image: 3, file: 2, other: 1 },
  ],
  [
    'Gemini, in both spellings',
    gemini,
    {
      contents: [
        { role: 'user', parts: [{ text: 'Look.' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
        { role: 'user', parts: [{ inline_data: { mime_type: 'audio/wav', data: 'AAAA' } }, { fileData: { mimeType: 'video/mp4', fileUri: 'f' } }] },
        { role: 'user', parts: [{ file_data: { file_uri: 'g' }, videoMetadata: { fps: 1 } }, { hologram: {} }] },
        { role: 'model', parts: [{ functionCall: { name: 'look', args: {} }, thoughtSignature: 'x' }] },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'look', response: {}, parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] } }],
        },
      ],
    },
    { image: 2, audio: 1, video: 1, file: 1, other: 1 },
  ],
];

for (const [name, dialect, body, unread] of CASES) {
  test(`[LLM-21] what of a prompt was not read is counted by its kind: ${name}`, () => {
    assert.deepEqual(read(dialect, body).unread, unread);
  });
}

test('[LLM-21, LLM-7] documents given as text are read as documents, also inside a result', () => {
  const document = { type: 'document', title: 'Invoice', source: { type: 'text', media_type: 'text/plain', data: 'Pay to DE02' } };
  const found = { type: 'search_result', source: 'https://example.org', title: 'Page', content: [{ type: 'text', text: 'A quotation' }] };
  const { carried } = read(anthropic, {
    model: CLAUDE,
    max_tokens: 9,
    messages: [user(words, document, found), user({ type: 'tool_result', tool_use_id: 'c1', content: [document, found] })],
  });
  assert.deepEqual(carried, [
    { source: 'user_input', trusted: true, value: 'What is this?' },
    { source: 'retrieved_doc', trusted: false, value: ['Invoice', 'Pay to DE02'] },
    { source: 'retrieved_doc', trusted: false, value: ['Page', 'https://example.org', 'A quotation'] },
    {
      source: 'tool_output',
      trusted: false,
      value: ['Invoice', 'Pay to DE02', 'Page', 'https://example.org', 'A quotation'],
      callId: 'c1',
      failed: false,
    },
  ]);
});

const look = (s: Stage, type: 'image_url' | 'file' = 'image_url') =>
  s.openai.chat.completions.create({
    model: GPT,
    messages: [
      { role: 'user', content: [words as never, type === 'file' ? { type, file: { file_id: 'file-1' } } : { type, image_url: { url: PNG } }] },
    ],
  });

/** The findings of every model request, as the log's entries show them. */
async function findings(s: Stage): Promise<readonly unknown[]> {
  const decided = await s.entries('&type=action-decided');
  return decided.flatMap(({ body }) => {
    const action = body['action'] as { findings: { code: string; evidence: string; inspected: boolean }[] };
    return action.findings.map(({ code, evidence, inspected }) => [code, evidence, inspected]);
  });
}

test('[LLM-21] a picture goes upstream, and the entry says that nobody read it', async (context) => {
  const s = await stage(context, await scripted(context, { text: 'A cat.' }));
  assert.equal((await look(s)).choices[0]?.message.content, 'A cat.');
  assert.deepEqual(await findings(s), [['PROMPT_UNREAD', 'image×1', false]]);
});

const REFUSALS: Readonly<Record<string, string>> = {
  'a condition on the kind':
    'rules: [{ id: no-pictures, when: \'action.kind == "model" && action.findings.exists(f, f.pointer == "/unread/image")\', effect: deny, reason: { code: NO_PICTURES, message: Pictures stay here } }]',
  'the detector': 'detectors: { limit: { deny: LOW } }',
};

for (const [name, line] of Object.entries(REFUSALS)) {
  test(`[LLM-21] a policy may refuse what was not read, by ${name}`, async (context) => {
    const policy = POLICY.slice(0, POLICY.indexOf('rules:')) + line;
    const s = await stage(context, await scripted(context, { text: 'A cat.' }), { policy });
    await assert.rejects(look(s), ({ status, message }: { status: number; message: string }) => {
      assert.equal(status, 403);
      assert.match(message, name === 'the detector' ? /PROMPT_UNREAD \(UNINSPECTABLE\)|UNINSPECTABLE/ : /Pictures stay here/);
      return true;
    });
    if (name !== 'the detector') assert.equal((await look(s, 'file')).choices[0]?.message.content, 'A cat.', 'a file is no picture');
  });
}
