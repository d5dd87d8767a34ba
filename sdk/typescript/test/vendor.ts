import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a provider says to one path: JSON, text of a type, or events. */
export type Says = object | { readonly text: string; readonly type: string } | { readonly events: readonly object[] };

export interface Vendor {
  readonly url: string;
  close(): Promise<void>;
}

/** A server at a provider's edge that says what it is told, by path. */
export async function startVendor(says: (path: string, method: string) => Says | undefined): Promise<Vendor> {
  const server = createServer((request, reply) => {
    request.resume().on('end', () => {
      const answer = says((request.url ?? '').split('?')[0] ?? '', request.method ?? '');
      if (answer === undefined) return void reply.writeHead(404, { 'content-type': 'application/json' }).end('{}');
      if ('events' in answer) {
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        return void reply.end(answer.events.map(eventText).join(''));
      }
      if ('text' in answer && 'type' in answer) return void reply.writeHead(200, { 'content-type': answer.type }).end(answer.text);
      reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => void server.close(() => done()));
    },
  };
}

/** An event names itself as the providers do: `event` and its `data`, or by its own `type`. */
function eventText(event: object): string {
  const { event: named, data } = event as { event?: string; data?: object };
  if (named !== undefined) return `event: ${named}\ndata: ${JSON.stringify(data)}\n\n`;
  const { type } = event as { type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
}
