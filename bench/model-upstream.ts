/**
 * The provider of bench/proxy.ts: speaks the true wire format of Chat Completions, instantly. A plain answer is one JSON body; a streamed
 * one is 200 chunks, one write each. Nothing is asked of a model.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const CHUNKS = 200;
const created = 1_760_000_000;
const usage = { prompt_tokens: 24, completion_tokens: CHUNKS, total_tokens: 24 + CHUNKS };

const whole = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created,
    model: 'gpt-4o-mini',
    choices: [{ index: 0, message: { role: 'assistant', content: 'word '.repeat(CHUNKS), refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage,
  }),
);

const chunk = (delta: object, finish: string | null, more: object = {}): Buffer =>
  Buffer.from(
    `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created, model: 'gpt-4o-mini', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`,
  );

const stream = [
  chunk({ role: 'assistant', content: '' }, null),
  ...Array.from({ length: CHUNKS - 2 }, (_, at) => chunk({ content: `word ${String(at)} ` }, null)),
  chunk({}, 'stop', { usage }),
  Buffer.from('data: [DONE]\n\n'),
];

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (!Buffer.concat(parts).includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      response.end(whole);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // One write per turn of the event loop, so that every chunk travels as its own.
    let at = 0;
    const next = (): void => {
      const part = stream[at++];
      if (part === undefined) response.end();
      else {
        response.write(part);
        setImmediate(next);
      }
    };
    next();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` })));
process.on('SIGTERM', () => process.exit(0));
