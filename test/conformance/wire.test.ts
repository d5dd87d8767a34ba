import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { test } from 'node:test';
import { running } from '../api/daemon.ts';
import { lineClient } from '../api/socket/line-client.ts';

interface WireCase {
  readonly id: string;
  readonly law: string;
  readonly why: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly as: 'agent' | 'admin' | 'nobody';
    readonly body?: unknown;
    readonly text?: string;
    readonly base64?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly expect: { readonly status: number; readonly code?: string; readonly effect?: string; readonly reason?: string };
}

const { cases } = JSON.parse(readFileSync('conformance/wire/http.json', 'utf8')) as { cases: readonly WireCase[] };
const LAW = readFileSync('SPEC.md', 'utf8');

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: { readonly code?: string; readonly hint?: string; readonly effect?: string; readonly reasons?: readonly { readonly code: string }[] };
}

/** node:http, because `fetch` would not send a Host header of our choice. */
function send(url: string, { method, path, body, text, base64, headers }: WireCase['request'], key: string | undefined): Promise<Reply> {
  const bytes = base64 !== undefined ? Buffer.from(base64, 'base64') : text !== undefined ? Buffer.from(text) : body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const auth = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const content = bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(bytes.length) };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { method, headers: { ...auth, ...content, ...headers } }, (incoming) => {
      let reply = '';
      incoming.setEncoding('utf8').on('data', (part: string) => (reply += part));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', body: reply === '' ? {} : (JSON.parse(reply) as Reply['body']) }));
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

function check({ id, why, law, expect: { status, code, effect, reason } }: WireCase, reply: Pick<Reply, 'status' | 'body'>): void {
  const { body } = reply;
  const where = `${id} ${why}: ${JSON.stringify(body).slice(0, 300)}`;
  assert.equal(reply.status, status, where);
  if (code !== undefined) assert.equal(body.code, code, where);
  if (effect !== undefined) assert.equal(body.effect, effect, where);
  if (reason !== undefined) assert.ok(body.reasons?.some((one) => one.code === reason), where);
  if (reply.status >= 400) assert.ok((body.hint ?? '') !== '', where);
  assert.ok(LAW.includes(`**${law}**`), `${id} cites ${law}, which is not in SPEC.md`);
}

test('[DOOR-1, DOOR-3, AUTH-2] every wire case answers as written, every refusal is a coded problem with a hint', async (context) => {
  const aegis = await running(context);
  const keys = { agent: await aegis.agent('wire-agent'), admin: aegis.admin, nobody: undefined };
  for (const one of cases) {
    const reply = await send(aegis.daemon.url, one.request, keys[one.request.as]);
    check(one, reply);
    if (reply.status >= 400) assert.ok(reply.type.startsWith('application/problem+json'), one.id);
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('[DOOR-1, DOOR-13] the same over the local socket, but for what only headers can say', async (context) => {
  const aegis = await running(context);
  const clients = {
    agent: await lineClient(context, aegis, await aegis.agent('wire-agent')),
    admin: await lineClient(context, aegis, aegis.admin),
    nobody: await lineClient(context, aegis, ''),
  };
  for (const [id, one] of cases.entries()) {
    const { method, path, body, text, base64, headers, as } = one.request;
    if (headers !== undefined) continue;
    // A line ends with the first of its newlines; in JSON they mean nothing.
    const raw = base64 !== undefined ? Buffer.from(base64, 'base64') : Buffer.from((text ?? JSON.stringify(body) ?? '').replaceAll('\n', ' '));
    const head = `{"id":${String(id)},"method":${JSON.stringify(method)},"path":${JSON.stringify(path)}`;
    clients[as].raw(raw.length === 0 ? `${head}}\n` : Buffer.concat([Buffer.from(`${head},"body":`), raw, Buffer.from('}\n')]));
    check(one, await clients[as].answer(id));
  }
});
