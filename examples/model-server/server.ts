import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FORMATS } from './formats/formats.ts';
import { SERVER_SENT_EVENTS } from './formats/framing.ts';
import type { Script } from './script.ts';

export interface ModelServer {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A model that cannot think but speaks the true wire formats of OpenAI (Chat Completions, Responses), Anthropic (Messages), Gemini, Amazon Bedrock and
 * Mistral, whole and streamed.
 */
export async function startModelServer(script: Script): Promise<ModelServer> {
  let served = 0;
  const server = createServer((request, reply) => {
    const path = request.url?.split('?')[0] ?? '';
    const format = FORMATS.find(({ serves }) => serves(path));
    if (format === undefined || request.method !== 'POST') {
      reply.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such route","type":"invalid_request_error"}}');
      return;
    }
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
      const turn = script(format.ask(body, path));
      const id = String(++served).padStart(6, '0');
      if (!format.streams(path, body)) {
        reply
          .writeHead(200, { 'content-type': 'application/json', 'x-request-id': `req_${id}`, 'request-id': `req_${id}` })
          .end(JSON.stringify(format.answer(body, turn, id)));
        return;
      }
      const { contentType, write } = format.framing ?? SERVER_SENT_EVENTS;
      reply.writeHead(200, { 'content-type': contentType, 'x-request-id': `req_${id}`, 'request-id': `req_${id}` });
      for (const frame of format.stream(body, turn, id)) reply.write(write(frame));
      reply.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
