import type { Turn } from '../script.ts';
import { items, slices } from './content.ts';
import type { Body, Format } from './format.ts';

const ROUTE = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** generateContent and streamGenerateContent (`alt=sse`): the model and whether it streams are in the path. */
export const geminiContent: Format = {
  serves: (path) => ROUTE.test(path),
  streams: (path) => path.endsWith(':streamGenerateContent'),
  ask: (body, path) => ({
    model: ROUTE.exec(path)?.[1] ?? '',
    system: texts(body['systemInstruction']),
    user:
      items(body['contents'])
        .filter(({ role }) => role !== 'model')
        .map(texts)
        .filter((text) => text !== '')
        .at(-1) ?? '',
    results: items(body['contents'])
      .flatMap((content) => items(content['parts']))
      .filter((part) => part['functionResponse'] !== undefined)
      .map((part) => JSON.stringify((part['functionResponse'] as Body)['response'])),
    tools: items(body['tools'])
      .flatMap((tool) => items(tool['functionDeclarations']))
      .map((one) => String(one['name'])),
  }),
  answer: (_body, turn, id) => chunk([...said(turn.text), ...calls(turn, id)], id, 'STOP'),
  // What ends the answer comes with the last call, or alone where there is none.
  stream: (_body, turn, id) => {
    const said = slices(turn.text ?? '').map((text) => ({ data: chunk([{ text }], id) }));
    const asked = calls(turn, id);
    const called = asked.map((part, at) => ({ data: chunk([part], id, at === asked.length - 1 ? 'STOP' : undefined) }));
    return [...said, ...(called.length > 0 ? called : [{ data: chunk([{ text: '' }], id, 'STOP') }])];
  },
};

function chunk(parts: readonly Body[], id: string, finishReason?: string): Body {
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason === undefined ? {} : { finishReason }) }],
    usageMetadata: { promptTokenCount: 120, candidatesTokenCount: 30, totalTokenCount: 150 },
    modelVersion: 'scripted',
    responseId: `resp-${id}`,
  };
}

function said(text: string | undefined): readonly Body[] {
  return text === undefined ? [] : [{ text }];
}

function calls(turn: Turn, id: string): readonly Body[] {
  return (turn.calls ?? []).map(({ name, args }, index) => ({ functionCall: { id: `call-${id}-${String(index)}`, name, args } }));
}

function texts(content: unknown): string {
  if (typeof content !== 'object' || content === null) return '';
  return items((content as Body)['parts'])
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n')
    .trim();
}
