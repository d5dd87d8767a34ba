import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** What the pretended gateway answers to one proposal: an effect and, for `modify`, the arguments. */
export type Rule = (proposal: { name: string; args: Record<string, unknown> }) => { effect: string; args?: unknown } | undefined;

export interface Gateway {
  readonly url: string;
  readonly seen: Recorded[];
  readonly proposals: () => { id: string; name: string; args: Record<string, unknown> }[];
  readonly outcomes: () => { id: string; status: string; result: unknown }[];
  grant(action: string): void;
  self: Record<string, unknown>;
  /** When set, every request is answered with it instead. */
  broken?: { status: number; body: string } | undefined;
  close(): Promise<void>;
}

/** The edge of the SDK's world: a server that speaks the HTTP door's JSON, with the decisions a test wants. */
export async function startGateway(rule: Rule = () => undefined): Promise<Gateway> {
  const seen: Recorded[] = [];
  const granted = new Map<string, () => void>();
  const decision = (id: string, name: string, made: { effect: string; args?: unknown } | undefined): Record<string, unknown> => ({
    action: id,
    effect: made?.effect ?? 'allow',
    reasons: [{ code: made?.effect === 'halt' ? 'HALTED' : made ? 'TOOL_BLOCKED' : 'OK', rule: 'test', message: `${name} was judged by the test` }],
    risk: 'LOW',
    policy: 'p'.repeat(64),
    obligations: { timeoutMs: 1, maxOutputBytes: 1_048_576 },
    ...(made?.effect === 'modify' ? { modify: { args: made.args } } : {}),
    ...(made?.effect === 'ask' ? { ask: { approval: `ap-${id}`, expiresAt: 0 } } : {}),
    ...(made?.effect === 'deny' ? { text: `Aegis denied ${name}` } : {}),
  });
  const gateway: Gateway = {
    url: '',
    seen,
    self: { onUnavailable: 'deny', capabilities: [] },
    proposals: () => seen.filter(({ method, path }) => method === 'POST' && path === '/v1/actions').map(({ body }) => body as never),
    outcomes: () =>
      seen
        .filter(({ path }) => path.endsWith('/outcome'))
        .map(({ path, body }) => ({ id: decodeURIComponent(path.split('/')[3] ?? ''), ...body }) as never),
    grant: (action) => granted.get(action)?.(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer((request, reply) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const path = request.url?.split('?')[0] ?? '';
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      seen.push({ method: request.method ?? '', path, body });
      const send = (value: unknown, status = 200): void =>
        void reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (gateway.broken !== undefined) return void reply.writeHead(gateway.broken.status).end(gateway.broken.body);
      if (path.startsWith('/v1/agents/')) return send(gateway.self);
      if (path === '/v1/actions') return send(decision(String(body['id']), String(body['name']), rule(body as never)));
      const held = /^\/v1\/actions\/([^/]+)$/.exec(path);
      if (held) {
        const id = decodeURIComponent(held[1] ?? '');
        granted.set(id, () => send({ decision: decision(id, 'x', undefined) }));
        return;
      }
      send({ index: 1, leaf: '0' });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  (gateway as { url: string }).url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gateway;
}
