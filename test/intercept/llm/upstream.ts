import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The proxy hung up before we were done. */
  readonly gone: Promise<void>;
}

export interface Upstream {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Resolves with the next request. */
  next(): Promise<Seen>;
}

/** A provider that does what a test says, byte by byte. */
export async function upstream(context: TestContext, reply: (response: ServerResponse, seen: Seen) => void | Promise<void>): Promise<Upstream> {
  const seen: Seen[] = [];
  const waiting: ((one: Seen) => void)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const gone = new Promise<void>((resolve) => {
        response.on('close', () => {
          if (!response.writableFinished) resolve();
        });
      });
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, text: Buffer.concat(parts).toString(), gone };
      seen.push(one);
      waiting.shift()?.(one);
      void reply(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    next: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

export const EVENTS = { 'content-type': 'text/event-stream' } as const;
export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** A Chat chunk as an event. */
export function chunk(delta: object, finish: string | null = null): string {
  const data = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', choices: [{ index: 0, delta, finish_reason: finish }] };
  return `data: ${JSON.stringify(data)}\n\n`;
}

export const called = (name: string, args: string, index = 0): string =>
  chunk({ tool_calls: [{ index, id: `call_${String(index)}`, type: 'function', function: { name, arguments: args } }] });

export const USAGE = `data: ${JSON.stringify({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
})}\n\n`;

export const DONE = 'data: [DONE]\n\n';

/** A message of Anthropic as events. */
export function event(type: string, rest: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

/** A request as bytes over HTTP, without any client of a provider. */
export async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: body as string });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
