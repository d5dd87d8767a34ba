import type { Turn } from '../script.ts';
import { flat, items, slices } from './content.ts';
import { eventStreamMessage } from './event-stream.ts';
import type { Body, Format } from './format.ts';
import type { Frame, Framing } from './framing.ts';

const ROUTE = /^\/model\/([^/]+)\/converse(-stream)?$/;
const usage = { inputTokens: 120, outputTokens: 30, totalTokens: 150 };

const converseFraming: Framing = {
  contentType: 'application/vnd.amazon.eventstream',
  write: ({ event = '', data }) => eventStreamMessage(event, Buffer.from(JSON.stringify(data), 'utf8')),
};

/** Amazon Bedrock Converse and ConverseStream: the model is in the path. */
export const bedrockConverse: Format = {
  serves: (path) => ROUTE.test(path),
  streams: (path) => path.endsWith('/converse-stream'),
  ask: (body, path) => ({
    model: decodeURIComponent(ROUTE.exec(path)?.[1] ?? ''),
    system: flat(body['system']),
    user:
      items(body['messages'])
        .filter(({ role }) => role === 'user')
        .map(({ content }) => flat(content))
        .filter((text) => text !== '')
        .at(-1) ?? '',
    results: items(body['messages'])
      .flatMap((message) => items(message['content']))
      .flatMap((block) => (block['toolResult'] === undefined ? [] : [resultText(block['toolResult'] as Body)])),
    tools: items((body['toolConfig'] as Body | undefined)?.['tools']).map((tool) => String((tool['toolSpec'] as Body)['name'])),
  }),
  answer: (_body, turn, id) => ({
    output: { message: { role: 'assistant', content: blocks(turn, id) } },
    stopReason: stopOf(turn),
    usage,
    metrics: { latencyMs: 1 },
  }),
  stream: (_body, turn, id) => [
    { event: 'messageStart', data: { role: 'assistant' } },
    ...blocks(turn, id).flatMap((block, contentBlockIndex) => [...piecesOf(block, contentBlockIndex)]),
    { event: 'messageStop', data: { stopReason: stopOf(turn) } },
    { event: 'metadata', data: { usage, metrics: { latencyMs: 1 } } },
  ],
  framing: converseFraming,
};

function piecesOf(block: Body, contentBlockIndex: number): readonly Frame[] {
  const delta = (one: Body): Frame => ({ event: 'contentBlockDelta', data: { contentBlockIndex, delta: one } });
  const stop: Frame = { event: 'contentBlockStop', data: { contentBlockIndex } };
  if (block['text'] !== undefined) return [...slices(String(block['text'])).map((text) => delta({ text })), stop];
  const { toolUseId, name, input } = block['toolUse'] as { toolUseId: string; name: string; input: Body };
  return [
    { event: 'contentBlockStart', data: { contentBlockIndex, start: { toolUse: { toolUseId, name } } } },
    ...slices(JSON.stringify(input)).map((part) => delta({ toolUse: { input: part } })),
    stop,
  ];
}

function stopOf(turn: Turn): string {
  return turn.calls === undefined ? 'end_turn' : 'tool_use';
}

function blocks(turn: Turn, id: string): readonly Body[] {
  return [
    ...(turn.text === undefined ? [] : [{ text: turn.text }]),
    ...(turn.calls ?? []).map(({ name, args }, index) => ({ toolUse: { toolUseId: `tooluse_${id}_${String(index)}`, name, input: args } })),
  ];
}

/** Results are text or JSON. */
function resultText(result: Body): string {
  return items(result['content'])
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : JSON.stringify(part['json'] ?? null)))
    .join('\n');
}
