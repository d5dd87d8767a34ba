import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dialect } from '../../../../src/intercept/llm/dialect/dialect.ts';
import type { JsonObject } from '../../../../src/kernel/json.ts';

export interface Call {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them. */
  readonly args: string;
}

/** What a model says, in order. Calls under `at once` are streamed piece by piece in turn. */
export type Said = { readonly words: string } | { readonly call: Call } | { readonly atOnce: readonly Call[] };

/** What a client library made of an answer. */
export interface ClientView {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  /** Why the answer ended, in the provider's word. */
  readonly ended: string | null;
}

/** One provider as a source of hand-made answers, and its own client library as their reader. */
export interface TestProvider {
  readonly dialect: Dialect;
  readonly model: string;
  /** A request body that reads back as `readRequest` takes it. */
  readonly request: (streamed: boolean) => JsonObject;
  /** The data of each event of a complete answer, with the event's name where the provider names it. */
  readonly stream: (said: readonly Said[]) => readonly (readonly [event: string | null, data: JsonObject | '[DONE]'])[];
  /** The same answer whole. */
  readonly whole: (said: readonly Said[]) => JsonObject;
  /** Whether a call's arguments are text of the model's own. */
  readonly writtenArguments: boolean;
  /** The provider's word for an answer that ends with words, and for one that ends with calls. */
  readonly ends: { readonly words: string; readonly calls: string };
  /** Reads a stream, or a whole body, from this address with the provider's library. */
  readonly readWithClient: (address: string, streamed: boolean) => Promise<ClientView>;
  /** Streams that contradict themselves or hold what nobody knows. */
  readonly contradictions: Readonly<Record<string, readonly (readonly [event: string | null, data: JsonObject])[]>>;
}

export const USAGE = { input: 120, cachedInput: 20, output: 30, reasoning: 5 } as const;

/** Text in pieces of three characters, whole code points. */
export function inPieces(text: string): readonly string[] {
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < points.length; at += 3) pieces.push(points.slice(at, at + 3).join(''));
  return pieces.length === 0 ? [''] : pieces;
}

export function callsIn(said: readonly Said[]): readonly Call[] {
  return said.flatMap((one) => ('call' in one ? [one.call] : 'atOnce' in one ? one.atOnce : []));
}

/** A server that answers everything with these bytes, while `use` runs. */
export async function answering<T>(bytes: string, streamed: boolean, use: (address: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': streamed ? 'text/event-stream' : 'application/json' });
      response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
