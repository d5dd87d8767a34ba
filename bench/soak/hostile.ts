import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from './place.ts';

/** One kind of peer that means harm, or does it; called again and again for as long as the soak lasts. */
export interface Hostile {
  readonly name: string;
  act(turn: number): Promise<void>;
}

/** A connection of this soak: gone with it at the latest. */
function raw(place: string, words: string): Promise<Socket> {
  const to = place.startsWith('http') ? { host: new URL(place).hostname, port: Number(new URL(place).port) } : { path: place };
  return new Promise((resolve) => {
    const socket = connect({ ...to, allowHalfOpen: true });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve(socket));
    socket.once('connect', () => socket.write(words === '' ? Buffer.alloc(0) : words, () => resolve(socket)));
    socket.unref();
  });
}

function head(place: string, key: string, [method, path, more = '']: readonly [string, string, string?]): string {
  return `${method} ${path} HTTP/1.1\r\nHost: ${new URL(place).host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${more}`;
}

/** Only TCP has a reset. */
function reset(socket: Socket | undefined): void {
  if (socket?.remoteAddress === undefined) socket?.destroy();
  else socket.resetAndDestroy();
}

/** What is said to a port and never finished, or makes no sense. */
function halves(url: string, key: string): readonly string[] {
  const paths = ['/v1/actions', '/mcp/good', '/v1/chat/completions'];
  return [
    '',
    'GET ',
    'not http at all\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    `${head(url, key, ['CONNECT', '127.0.0.1:443'])}\r\n`,
    `${head(url, key, ['GET', '/v1/stream', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'])}\r\n`,
    ...paths.flatMap((path) => [
      `${head(url, key, ['POST', path])}X-Slow: `,
      `${head(url, key, ['POST', path, 'Content-Length: 100000\r\n\r\n{"'])}`,
      `${head(url, key, ['POST', path, 'Content-Length: 9\r\n\r\n{"a":[1,2'])}`,
      `${head(url, key, ['POST', path, 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'])}`,
    ]),
  ];
}

/** The newest of so many are held open, so that the table of connections is always full of them. */
const HELD = 700;

function crowd(place: Place): Hostile {
  const held: Socket[] = [];
  const said = [place.url, place.models].flatMap((url) => halves(url, place.keys.bad).map((words) => [url, words] as const));
  const local = ['', '{"aegis":1,"key', '{"aegis":1,"key":null}\n', `{"aegis":1,"key":"${place.keys.bad}"}\n{"id":1,"meth`, 'nonsense\n'];
  const all = [...said, ...local.map((words) => [place.socket, words] as const)];
  return {
    name: 'silent, dripping and broken connections at every port',
    async act(turn) {
      for (let n = 0; n < 20; n++) {
        const [where, words] = all[(turn * 20 + n) % all.length] ?? [place.url, ''];
        held.push(await raw(where, words));
        const old = held.length > HELD ? held.shift() : held[(turn * 7 + n) % held.length];
        // Some go with a reset, some drip on, some never say anything again.
        if (held.length >= HELD) reset(old);
        else if (old?.writable === true) old.write('x');
      }
    },
  };
}

function leaving(place: Place): Hostile {
  const asks: readonly (readonly [string, string, string, object?])[] = [
    [place.url, 'POST', '/v1/actions?wait=5000', { session: 'b', name: 'look', args: {} }],
    [place.url, 'GET', '/v1/log?limit=1000'],
    [place.url, 'POST', '/mcp/odd', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'look', arguments: {} } }],
    [place.url, 'GET', '/mcp/odd'],
    [place.models, 'POST', '/v1/chat/completions', { model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'x' }] }],
    [place.models, 'POST', '/v1/responses', { model: 'gpt-4o-mini', input: 'x' }],
    [place.models, 'GET', '/v1/files'],
  ];
  return {
    name: 'clients that leave in the middle of an exchange',
    async act(turn) {
      const [url, method, path, body] = asks[turn % asks.length] ?? [place.url, 'GET', '/'];
      const text = body === undefined ? '' : JSON.stringify(body);
      const socket = await raw(
        url,
        `${head(url, place.keys.bad, [method, path, body === undefined ? '' : `Content-Length: ${String(Buffer.byteLength(text))}\r\n`])}\r\n${text}`,
      );
      if (turn % 3 === 0) reset(socket);
      else setTimeout(() => reset(socket), (turn * 37) % 300).unref();
    },
  };
}

/** Asked for and never read. */
function unread(place: Place): Hostile {
  const held: Socket[] = [];
  const paths = ['/v1/stream?from=0', '/v1/log/export?payloads=true', '/v1/log?limit=1000', '/metrics', '/v1/stats'];
  return {
    name: 'streams, exports and pages that nobody reads',
    async act(turn) {
      const path = paths[turn % paths.length] ?? '/';
      const socket = (await raw(place.url, `${head(place.url, place.admin, ['GET', path])}\r\n`)).pause();
      held.push(socket);
      if (held.length > 60) held.shift()?.destroy();
      const asked = Array.from({ length: 30 }, (_, id) => `{"id":${String(id)},"method":"GET","path":"/v1/log?limit=1000"}\n`).join('');
      const deaf = await raw(place.socket, `{"aegis":1,"key":"${place.admin}"}\n${turn % 20 === 0 ? asked : ''}`);
      setTimeout(() => deaf.pause().destroy(), 500).unref();
    },
  };
}

function operators(place: Place): Hostile {
  const documents = [
    `apiVersion: aegis.dev/v1\n${Array.from({ length: 20_000 }, (_, at) => `k${String(at)}: 1`).join('\n')}`,
    `x: ${'['.repeat(5_000)}`,
    'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: x }\ndefault: deny\n',
  ];
  return {
    name: 'operators who ask for much',
    async act(turn) {
      const headers = { authorization: `Bearer ${place.admin}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ document: documents[turn % documents.length] });
      const path = turn % 4 === 3 ? '/v1/policies/simulate' : '/v1/policies/check';
      const asked = turn % 5 === 4 ? fetch(`${place.url}/v1/replay`, { headers }) : fetch(place.url + path, { method: 'POST', headers, body });
      await asked.then((answer) => answer.arrayBuffer()).catch(() => undefined);
      await pause(200);
    },
  };
}

function heavy(place: Place): Hostile {
  const l = Array.from({ length: 9_000 }, (_, at) => at);
  return {
    name: 'an agent whose arguments are long',
    async act(turn) {
      const headers = { authorization: `Bearer ${place.keys.bad}`, 'content-type': 'application/json' };
      const action = turn % 2 === 0 ? { name: 'pairs', args: { l } } : { name: 'note', args: { text: 'call 555 0123 now; '.repeat(10_000) } };
      const body = JSON.stringify({ session: `b${String(turn % 4)}`, ...action });
      await fetch(`${place.url}/v1/actions`, { method: 'POST', headers, body })
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined);
      await pause(200);
    },
  };
}

export function hostilePeers(place: Place): readonly Hostile[] {
  return [crowd(place), leaving(place), unread(place), operators(place), heavy(place)];
}
