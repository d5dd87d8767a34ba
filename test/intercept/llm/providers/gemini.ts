import { GoogleGenAI } from '@google/genai';
import type { GenerateContentResponse } from '@google/genai';
import { gemini } from '../../../../src/intercept/llm/dialects/gemini/gemini.ts';
import type { Json, JsonObject } from '../../../../src/kernel/json.ts';
import type { Call, ClientView, Said, TestProvider } from './provider.ts';
import { inPieces, USAGE } from './provider.ts';

const MODEL = 'gemini-2.5-pro';
const usageMetadata = {
  promptTokenCount: USAGE.input,
  cachedContentTokenCount: USAGE.cachedInput,
  candidatesTokenCount: USAGE.output - USAGE.reasoning,
  thoughtsTokenCount: USAGE.reasoning,
  totalTokenCount: USAGE.input + USAGE.output,
};
const frame = (parts: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  modelVersion: MODEL,
  responseId: 'r1',
});
const called = ({ id, name, args }: Call): JsonObject => ({ functionCall: { id, name, args: JSON.parse(args) as Json } });

/** Arguments of one level in pieces, as `partialArgs` streams them; Gemini streams one call after the other. */
function pieces({ id, name, args }: Call): readonly JsonObject[] {
  const list: JsonObject[] = [{ functionCall: { id, name, willContinue: true } }];
  for (const [key, value] of Object.entries(JSON.parse(args) as JsonObject)) {
    const jsonPath = `$.${key}`;
    if (typeof value === 'string') {
      for (const stringValue of inPieces(value)) {
        list.push({ functionCall: { partialArgs: [{ jsonPath, stringValue, willContinue: true }], willContinue: true } });
      }
      list.push({ functionCall: { partialArgs: [{ jsonPath, stringValue: '' }], willContinue: true } });
    } else {
      list.push({ functionCall: { partialArgs: [{ jsonPath, numberValue: value }], willContinue: true } });
    }
  }
  return [...list, { functionCall: {} }];
}

function frames(said: readonly Said[]): readonly JsonObject[] {
  const list = said.flatMap((one): readonly JsonObject[] => {
    if ('words' in one) return inPieces(one.words).map((text) => frame([{ text }]));
    if ('call' in one) return [frame([{ ...called(one.call), thoughtSignature: 'c2ln' }])];
    return one.atOnce.flatMap((call) => pieces(call).map((part) => frame([part])));
  });
  return [...list, { ...frame([{ text: '' }], { finishReason: 'STOP' }), usageMetadata }];
}

/** The library hands pieces of arguments on as they come; this is how a client puts them together. */
function viewOf(answers: readonly GenerateContentResponse[]): ClientView {
  const parts = answers.flatMap((answer) => answer.candidates?.[0]?.content?.parts ?? []);
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  for (const { functionCall } of parts) {
    if (functionCall === undefined) continue;
    if (functionCall.name !== undefined) calls.push({ name: functionCall.name, args: { ...functionCall.args } });
    const args = calls.at(-1)?.args ?? {};
    for (const { jsonPath = '$.', stringValue, numberValue } of functionCall.partialArgs ?? []) {
      const key = jsonPath.slice(2);
      args[key] = numberValue ?? `${typeof args[key] === 'string' ? args[key] : ''}${stringValue ?? ''}`;
    }
  }
  return { text: parts.map((part) => part.text ?? '').join(''), calls, ended: answers.at(-1)?.candidates?.[0]?.finishReason ?? null };
}

const stop = { finishReason: 'STOP' };
const unnamed = (...list: JsonObject[]): readonly (readonly [null, JsonObject])[] => list.map((data) => [null, data]);

export const geminiProvider: TestProvider = {
  dialect: gemini,
  model: MODEL,
  request: () => ({ contents: [{ role: 'user', parts: [{ text: 'pay the bill' }] }], generationConfig: { maxOutputTokens: 100 } }),
  stream: (said) => frames(said).map((data) => [null, data]),
  whole: (said) => ({
    ...frame(
      said.flatMap((one) => ('words' in one ? [{ text: one.words }] : 'call' in one ? [called(one.call)] : one.atOnce.map(called))),
      stop,
    ),
    usageMetadata,
  }),
  writtenArguments: false,
  ends: { words: 'STOP', calls: 'STOP' },
  readWithClient: async (address, streamed) => {
    const { models } = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: address } });
    const terms = { model: MODEL, contents: 'pay the bill' };
    if (!streamed) return viewOf([await models.generateContent(terms)]);
    const answers: GenerateContentResponse[] = [];
    for await (const answer of await models.generateContentStream(terms)) answers.push(answer);
    return viewOf(answers);
  },
  contradictions: {
    'a call without a name': unnamed(frame([{ functionCall: { args: { a: 1 } } }])),
    'a call within another': unnamed(
      frame([{ functionCall: { name: 'pay', willContinue: true } }]),
      frame([{ functionCall: { name: 'look', args: {} } }]),
    ),
    'a call both whole and in pieces': unnamed(
      frame([{ functionCall: { name: 'pay', willContinue: true } }]),
      frame([{ functionCall: { args: { a: 1 } } }]),
    ),
    'a part that holds two things': unnamed(frame([{ text: 'x', functionCall: { name: 'pay', args: {} } }])),
    'a part of an unknown kind': unnamed(frame([{ spell: { name: 'pay' } }])),
    'a call after the end': unnamed(frame([{ text: '' }], stop), frame([{ functionCall: { name: 'pay', args: {} } }])),
    'a call in a member nobody knows': unnamed({ spell: { name: 'pay', args: {} } }),
    'parts that are no array': unnamed({ candidates: [{ content: { parts: { functionCall: { name: 'pay' } } } }] }),
  },
};
