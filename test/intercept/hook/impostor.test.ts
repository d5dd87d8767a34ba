import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { connect as connectSdk } from '../../../sdk/typescript/src/index.ts';
import { connection } from '../../../src/cli/connection.ts';
import { CliError } from '../../../src/cli/exit.ts';
import { daemonClient } from '../../../src/client/daemon-client.ts';
import { replaceAnswerKey } from '../../../src/daemon/answer-key.ts';
import { AegisError } from '../../../src/errors.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import { remoteDecisionPoint } from '../../../src/intercept/mcp/remote-decision-point.ts';
import { running } from '../../api/daemon.ts';
import type { Running } from '../../api/daemon.ts';
import { beforeOf, documentOf } from './documents.ts';
import { LAUNCHER, place, ran } from './launcher.ts';

interface Impostor {
  readonly url: string;
  /** Everything it was told. */
  heard(): string;
}

async function listening(context: TestContext, server: ReturnType<typeof createTcpServer>, heard: () => string): Promise<Impostor> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, heard };
}

/** Somebody else on the port: says this to whatever is asked, or answers who it is with another daemon's recorded words. */
function impostor(context: TestContext, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Impostor> {
  let heard = '';
  const server = createServer((request, response) => {
    heard += JSON.stringify(request.headers);
    request.on('data', (part: Buffer) => (heard += part.toString()));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body));
  });
  return listening(context, server, () => heard);
}

/** Passes every byte on to the real daemon and back, from an address of its own; `name` is the host it says it is there. */
function relay(context: TestContext, aegis: Running, name?: string): Promise<Impostor> {
  let heard = '';
  const server = createTcpServer((near) => {
    const far = connect(Number(new URL(aegis.daemon.url).port), '127.0.0.1');
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.on('data', (part: Buffer) => {
      const text = part.toString('latin1');
      heard += text;
      far.write(name === undefined ? text : text.replace(/^host: .*$/im, `host: ${name}`), 'latin1');
    });
    far.pipe(near);
  });
  return listening(context, server, () => heard);
}

/** A genuine answer of the daemon to a question with a nonce, as somebody who listened has it. */
async function recorded(aegis: Running, key: string, path: string, body?: unknown): Promise<{ readonly text: string; readonly proof: string }> {
  const { text, headers } = await aegis.ask(body === undefined ? 'GET' : 'POST', path, { key, body, headers: { 'aegis-nonce': 'r'.repeat(32) } });
  return { text, proof: headers.get('aegis-answer') ?? '' };
}

async function impostors(context: TestContext, aegis: Running, key: string): Promise<Readonly<Record<string, Impostor>>> {
  const identity = await recorded(aegis, key, '/v1/identity');
  assert.match(identity.proof, /^v1\.read\.[\w-]{86}$/);
  const replayed = { 'aegis-answer': identity.proof };
  return {
    nothing: await impostor(context, '{}'),
    allow: await impostor(context, '{"decision":"allow"}'),
    permission: await impostor(context, '{"permission":"allow","permissionDecision":"allow"}'),
    'the key, unsigned': await impostor(context, JSON.stringify({ answerKey: aegis.answerKey })),
    'a recorded answer': await impostor(context, identity.text, replayed),
    'a recorded proof on other words': await impostor(context, '{}', replayed),
    'half a proof': await impostor(context, '{}', { 'aegis-answer': 'v1.read.' }),
    relay: await relay(context, aegis),
    'a relay under the daemon’s name': await relay(context, aegis, new URL(aegis.daemon.url).host),
  };
}

test('[DOOR-29, HOOK-17] a launcher of every harness takes nobody on the port for Aegis, and tells no key', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('coder');
  const { settings, folder } = place(context);
  const others = await impostors(context, aegis, key);
  for (const [what, { url, heard }] of Object.entries(others)) {
    for (const { name, protocol } of what === 'nothing' ? HARNESSES : HARNESSES.slice(0, 1)) {
      const document = documentOf(name);
      const { event, payload } = beforeOf(document, { name: document.shell, args: { command: 'ls' }, id: 'c1' });
      const file = settings({ url, key, answerKey: aegis.answerKey, journal: join(folder, `${name}.jsonl`) });
      const { code, stdout, stderr } = await ran([process.execPath, LAUNCHER, name, event, file], JSON.stringify(payload));
      assert.equal(code, 2, `${what} ${name}`);
      assert.ok(protocol.denies(JSON.parse(stdout) as never), `${what} ${name}: ${stdout}`);
      assert.match(stderr, /is not Aegis: .*\(NOT_AEGIS\)\. See who listens there: `lsof -i tcp:\d+`/, what);
    }
    assert.ok(!heard().includes(key), `${what} was told the key`);
  }
});

test('[HOOK-17] what was chosen for the time Aegis is away holds while somebody else is there', async (context) => {
  const aegis = await running(context);
  const { settings, folder } = place(context);
  const { url } = await impostor(context, '{}');
  const file = settings({ url, answerKey: aegis.answerKey, onUnavailable: 'allow' });
  const { event, payload } = beforeOf(documentOf('codex'), { name: 'Bash', args: { command: 'ls' }, id: 'c1' });
  const { code } = await ran([process.execPath, LAUNCHER, 'codex', event, file], JSON.stringify(payload));
  assert.equal(code, 0);
  assert.match(readFileSync(join(folder, 'journal.jsonl'), 'utf8'), /"mode":"allow"/);
  // A key that is refused is no absence: the refusal is Aegis's own, signed though nothing was read.
  rmJournal(folder);
  const revoked = settings({ url: aegis.daemon.url, key: 'aegis_agent_gone', answerKey: aegis.answerKey, onUnavailable: 'allow' });
  const refused = await ran([process.execPath, LAUNCHER, 'codex', event, revoked], JSON.stringify(payload));
  assert.match(refused.stdout, /"permissionDecision":"deny".*UNAUTHENTICATED/);
  assert.ok(!existsSync(join(folder, 'journal.jsonl')));
});

function rmJournal(folder: string): void {
  const path = join(folder, 'journal.jsonl');
  if (existsSync(path)) assert.ok(readFileSync(path).length > 0);
  // What was let go before is not what is looked at now.
  if (existsSync(path)) unlinkSync(path);
}

test('[HOOK-17] without an answer key a launcher asks nobody over HTTP', async (context) => {
  const { settings } = place(context);
  const { url, heard } = await impostor(context, '{}');
  const { event, payload } = beforeOf(documentOf('codex'), { name: 'Bash', args: { command: 'ls' }, id: 'c1' });
  const { code, stderr } = await ran([process.execPath, LAUNCHER, 'codex', event, settings({ url, answerKey: undefined })], JSON.stringify(payload));
  assert.equal(code, 2);
  assert.match(stderr, /answer key is not in the hook’s settings.*aegis hook pin/);
  assert.equal(heard(), '');
});

test('[DOOR-29, SDK-9] neither do the SDK, the MCP proxy and the command line', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('coder');
  const { folder } = place(context);
  for (const [what, { url, heard }] of Object.entries(await impostors(context, aegis, key))) {
    const { answerKey } = aegis;
    const sdk = connectSdk({ url, socket: 'off', key, answerKey, agentId: 'coder', journalPath: join(folder, 'sdk.jsonl'), timeoutMs: 5_000 });
    await assert.rejects(sdk.decide({ name: 'look', args: {} }), (error: Error) => /NOT_AEGIS/.test(`${String(error)} ${String(error.cause)}`), what);
    const client = daemonClient({ url, key, answerKey, mostBytes: 1_048_576, env: { AEGIS_SOCKET: 'off' } });
    const decided = remoteDecisionPoint(client, { session: 's', alone: true }).decide({ id: 'a-1', kind: 'tool', name: 'look', args: {} }, 0);
    await assert.rejects(
      decided,
      (error) => error instanceof AegisError && error.code === 'AEGIS_UNREACHABLE' && /is not this Aegis/.test(error.message),
      what,
    );
    await assert.rejects(client.stream('/v1/stream'), (error) => error instanceof AegisError, what);
    client.close();
    process.env['AEGIS_SOCKET'] = 'off';
    context.after(() => delete process.env['AEGIS_SOCKET']);
    const asked = connection({ url, key, answerKey }).get('/v1/agents/self');
    await assert.rejects(asked, (error) => error instanceof CliError && error.code === 'NOT_AEGIS' && /lsof -i tcp:/.test(error.hint), what);
    assert.ok(!heard().includes(key), `${what} was told the key`);
  }
});

test('[DOOR-28, DOOR-29] the daemon itself is believed: whole answers, refusals and streams, over one connection and many', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('coder');
  const { folder } = place(context);
  const { answerKey } = aegis;
  const { url } = aegis.daemon;
  const sdk = connectSdk({ url, socket: 'off', key, answerKey, agentId: 'coder', journalPath: join(folder, 'sdk.jsonl') });
  const decisions = await Promise.all(Array.from({ length: 12 }, (_, at) => sdk.decide({ name: 'look', args: { at } })));
  assert.ok(decisions.every(({ effect }) => effect === 'allow'));
  const client = daemonClient({ url, key, answerKey, mostBytes: 1_048_576, env: { AEGIS_SOCKET: 'off' } });
  context.after(() => client.close());
  const get = (path: string) => client.ask({ method: 'GET', path, timeoutMs: 10_000 });
  assert.equal((await get('/v1/agents/self')).status, 200);
  assert.equal((await get('/v1/log')).status, 403);
  assert.equal((await get('/v1/nowhere')).status, 404);
  assert.equal((await client.ask({ method: 'POST', path: '/v1/actions', body: { nonsense: true }, timeoutMs: 10_000 })).status, 400);
  assert.equal((await client.ask({ method: 'DELETE', path: '/v1/actions', timeoutMs: 10_000 })).status, 405);
  const stranger = daemonClient({ url, key: 'nobody', answerKey, mostBytes: 1_048_576, env: { AEGIS_SOCKET: 'off' } });
  context.after(() => stranger.close());
  // Refused before its body was read: signed all the same.
  assert.equal((await stranger.ask({ method: 'POST', path: '/v1/actions', body: { name: 'x' }, timeoutMs: 10_000 })).status, 401);
});

test('[DOOR-28] only who brings a nonce has an answer signed, one nonce is one header, and what is signed changes with all of it', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('coder');
  const proof = async (headers: Record<string, string>, path = '/v1/agents/self') =>
    (await aegis.ask('GET', path, { key, headers })).headers.get('aegis-answer');
  assert.equal(await proof({}), null);
  for (const odd of ['', 'short', 'x'.repeat(129), 'white space in a nonce of length']) assert.equal(await proof({ 'aegis-nonce': odd }), null, odd);
  const nonce = { 'aegis-nonce': 'n'.repeat(24) };
  const first = await proof(nonce);
  assert.match(first ?? '', /^v1\.read\.[\w-]{86}$/);
  assert.equal(await proof(nonce), first, 'the same question, the same answer');
  assert.notEqual(await proof({ 'aegis-nonce': 'm'.repeat(24) }), first);
  assert.notEqual(await proof(nonce, '/v1/agents/coder'), first);
  const { answerKey, folder } = aegis;
  assert.equal(statSync(join(folder, 'data', 'answer.key')).mode & 0o777, 0o600);
  await aegis.restart();
  assert.equal(aegis.answerKey, answerKey, 'it outlives a restart');
  const rotated = replaceAnswerKey(join(folder, 'data'));
  assert.equal(rotated.previous, answerKey);
  await aegis.restart();
  assert.equal(aegis.answerKey, rotated.next);
});
