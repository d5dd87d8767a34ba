import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSocket } from '../../src/client/socket-transport.ts';
import { sharedStore } from './daemons.ts';
import type { DaemonProcess, Reply } from './daemons.ts';
import { cli } from '../fault/daemon.ts';

let calls = 0;
const act = (daemon: DaemonProcess, key: string, more: object = {}): Promise<Reply> =>
  daemon.ask(key, 'POST', '/v1/actions', { id: `call-${String(++calls)}`, session: 's1', name: 'lookup', args: { n: calls }, ...more });

async function made(daemon: DaemonProcess, key: string, path: string, body: object): Promise<string> {
  const answer = await daemon.ask(key, 'POST', path, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return String(answer.body['key']);
}

/** Whether an agent may act over HTTP, over the local socket and at the model proxy (whose provider cannot be reached). */
async function mayAct(daemon: DaemonProcess, key: string): Promise<readonly boolean[]> {
  const session = `s-${key.slice(-8)}`;
  const overHttp = await act(daemon, key, { session });
  const transport = await openSocket([daemon.socket], { url: daemon.url, key, mostBytes: 1_000_000 }, () => undefined);
  assert.ok(transport !== null);
  const body = { id: `call-${String(++calls)}`, session, name: 'lookup', args: { n: calls } };
  const overSocket = await transport.ask({ method: 'POST', path: '/v1/actions', body, timeoutMs: 60_000 });
  transport.close();
  const model = await fetch(`${daemon.modelUrl}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-aegis-key': key, authorization: 'Bearer of-the-provider', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: `go on ${String(calls)}` }] }),
  });
  const socketEffect = (overSocket.body as { effect?: string }).effect;
  return [overHttp.body['effect'] === 'allow', socketEffect === 'allow', model.status !== 401 && model.status !== 403];
}

test('[GATE-26] [GATE-27] who is removed through one daemon is nobody at the others at once, at every door, and who is added somebody', async (t) => {
  const store = await sharedStore(t);
  const one = await store.up();
  const admin = one.firstKeys[0]?.key ?? '';
  const two = await store.up([], { AEGIS_LLM_OPENAI_URL: 'http://127.0.0.1:9' });
  assert.deepEqual(two.firstKeys, []);
  assert.match(two.said(), new RegExp(`2 daemons share this store: this one, process ${String(one.pid)} at ${one.url}`));
  for (let n = 0; n < 3; n++) {
    const agent = await made(one, admin, '/v1/agents', { agent: `a${String(n)}` });
    assert.deepEqual(await mayAct(two, agent), [true, true, true]);
    await one.ask(admin, 'POST', `/v1/agents/a${String(n)}/revoke`, { reason: 'gone' });
    assert.deepEqual(await mayAct(two, agent), [false, false, false]);
    const second = await made(two, admin, '/v1/operators', { operator: `p${String(n)}`, role: 'admin', name: 'Second' });
    assert.equal((await one.ask(second, 'GET', '/v1/log')).status, 200);
    await two.ask(admin, 'DELETE', `/v1/operators/p${String(n)}`);
    assert.equal((await one.ask(second, 'GET', '/v1/log')).status, 401);
  }
  const { body } = await two.ask(admin, 'GET', '/v1/stats');
  assert.deepEqual(
    (body['daemons'] as readonly { pid: number; url: string }[]).map(({ pid, url }) => [pid, url]),
    [
      [two.pid, two.url],
      [one.pid, one.url],
    ],
  );
  await one.kill();
  const alone = await two.ask(admin, 'GET', '/v1/stats');
  assert.equal((alone.body['daemons'] as readonly unknown[]).length, 1);
  assert.equal(await two.stop(), 0);
});

test('[GATE-26] three daemons under load: nothing is allowed that was asked after a halt was acknowledged, through kills and restarts', async (t) => {
  const store = await sharedStore(t);
  const one = await store.up();
  const admin = one.firstKeys[0]?.key ?? '';
  const daemons = [one, await store.up(), await store.up()];
  const agents = await Promise.all(
    Array.from({ length: 4 }, async (_, n) => ({ id: `w${String(n)}`, key: await made(one, admin, '/v1/agents', { agent: `w${String(n)}` }) })),
  );
  /** By agent: since when nothing of it may be allowed. */
  const stopped = new Map<string, number>();
  let over = false;
  let allowed = 0;
  const late: string[] = [];
  const work = async (place: number, { id, key }: { id: string; key: string }): Promise<void> => {
    while (!over) {
      const stop = stopped.get(id);
      const daemon = daemons[place];
      if (daemon === undefined) continue;
      try {
        const { body } = await act(daemon, key, { session: `s-${id}` });
        if (body['effect'] !== 'allow') continue;
        allowed++;
        // It was asked after the halt was acknowledged, and answered before anybody asked to lift it.
        if (stop !== undefined && stopped.get(id) === stop) late.push(`${id} at daemon ${String(place)}`);
      } catch {
        // Its daemon was killed: the next one takes its place.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const load = agents.flatMap((agent) => [0, 1, 2].map((place) => work(place, agent)));
  for (let round = 0; round < 8; round++) {
    const { id } = agents[round % agents.length] ?? { id: '' };
    const [by, other] = [daemons[round % 2], daemons[(round + 1) % 2]];
    assert.ok(by !== undefined && other !== undefined);
    assert.equal((await by.ask(admin, 'POST', `/v1/agents/${id}/halt`, { reason: 'stop' })).status, 200);
    stopped.set(id, round);
    const before = allowed;
    while (allowed < before + 20) await new Promise((resolve) => setImmediate(resolve));
    if (round === 3) {
      await daemons[2]?.kill();
      daemons[2] = await store.up();
    }
    stopped.delete(id);
    assert.equal((await other.ask(admin, 'POST', `/v1/agents/${id}/resume`, { reason: 'on' })).status, 200);
  }
  over = true;
  await Promise.all(load);
  assert.deepEqual(late, []);
  for (const daemon of daemons) assert.equal(await daemon.stop(), 0, daemon.said());
});

test('[LOG-38] a signing key that one daemon rotates is the key the others sign with', async (t) => {
  const store = await sharedStore(t);
  const one = await store.up();
  const admin = one.firstKeys[0]?.key ?? '';
  const two = await store.up();
  for (const [by, other] of [
    [one, two],
    [two, one],
  ] as const) {
    const agent = await made(other, admin, '/v1/agents', { agent: `a${String(by.pid)}` });
    const rotated = await by.ask(admin, 'POST', '/v1/log/keys/rotate', { reason: 'yearly' });
    assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
    for (const daemon of [other, by]) {
      assert.equal((await act(daemon, agent, { session: `r${String(by.pid)}` })).body['effect'], 'allow');
      const export_ = await fetch(`${daemon.url}/v1/log/export`, { headers: { authorization: `Bearer ${admin}` } });
      assert.equal(export_.status, 200, await export_.text());
    }
  }
  for (const daemon of [one, two]) assert.equal(await daemon.stop(), 0, daemon.said());
  const verified = await cli(['log', 'verify', '--data', store.data, '--checkpoints', join(store.folder, 'checkpoints')]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.equal(await (await store.up()).stop(), 0, 'and is refused at no start');
});

interface Told {
  /** Resolves once the text so far matches. */
  saw(what: RegExp): Promise<void>;
  readonly whole: Promise<string>;
}

/** What a stream says, as it comes. */
function told(response: Response): Told {
  let text = '';
  const waiting: { readonly what: RegExp; readonly resolve: () => void }[] = [];
  const heard = (): void => {
    for (const one of waiting.filter(({ what }) => what.test(text))) one.resolve();
  };
  const whole = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      heard();
    }
    return text;
  })();
  const saw = (what: RegExp): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ what, resolve });
      heard();
    });
  return { saw, whole };
}

test('[GATE-26] what is granted through one daemon releases who waits at another, and a halt there ends what streams here', async (t) => {
  const store = await sharedStore(t);
  const upstream = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // An answer that goes on for ever.
    response.write(
      'data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"on"}}]}\n\n',
    );
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.after(() => upstream.close());
  t.after(() => upstream.closeAllConnections());
  const one = await store.up();
  const admin = one.firstKeys[0]?.key ?? '';
  const two = await store.up([], {
    AEGIS_LLM_OPENAI_URL: `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`,
    AEGIS_LLM_OPENAI_KEY: 'none',
  });
  const agent = await made(one, admin, '/v1/agents', { agent: 'bot' });
  const person = await made(one, admin, '/v1/operators', { operator: 'ada', role: 'operator', name: 'Ada' });

  const asked = await act(two, agent, { id: 'pay-1', name: 'run', args: { command: 'git push --force origin main' } });
  assert.equal(asked.body['effect'], 'ask', JSON.stringify(asked.body));
  const waits = two.ask(agent, 'GET', '/v1/actions/pay-1?wait=600000');
  const { body } = await one.ask(person, 'GET', '/v1/approvals');
  const [approval] = body['approvals'] as readonly { approval: string }[];
  assert.equal((await one.ask(person, 'POST', `/v1/approvals/${approval?.approval ?? ''}/grant`, { reason: 'fine' })).status, 200);
  assert.equal(((await waits).body['decision'] as { effect: string }).effect, 'allow');

  const seen = await fetch(`${two.url}/v1/stream?from=0`, { headers: { authorization: `Bearer ${person}` } });
  const stream = told(seen);
  const model = await fetch(`${two.modelUrl}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-aegis-key': agent, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'go on' }] }),
  });
  assert.equal(model.status, 200, model.status === 200 ? '' : await model.text());
  const answer = model.text().catch((error: unknown) => String(error));
  assert.equal((await one.ask(person, 'POST', '/v1/halt', { scope: { kind: 'all' }, reason: 'enough' })).status, 200);
  assert.match(await answer, /Everything was stopped: enough/);

  // Told while the person was still an operator: the removal ends the stream wherever it is.
  await stream.saw(/event: agent-halted/);
  await one.ask(admin, 'DELETE', '/v1/operators/ada');
  await one.ask(admin, 'POST', '/v1/resume', { scope: { kind: 'all' }, reason: 'after the removal' });
  assert.doesNotMatch(await stream.whole, /agent-resumed/);
  for (const daemon of [one, two]) assert.equal(await daemon.stop(), 0);
});

test('[GATE-26] a tenant that one daemon opens is served by the others', async (t) => {
  const store = await sharedStore(t);
  const one = await store.up();
  const two = await store.up([], { AEGIS_TENANTS: 'default,acme' });
  const acme = two.firstKeys.find(({ tenant }) => tenant === 'acme')?.key ?? '';
  const agent = await made(one, acme, '/v1/agents', { agent: 'bot' });
  assert.equal((await act(one, agent)).body['effect'], 'allow');
  await two.ask(acme, 'POST', '/v1/agents/bot/halt', { reason: 'stop' });
  assert.equal((await act(one, agent)).body['effect'], 'deny');
  for (const daemon of [one, two]) assert.equal(await daemon.stop(), 0);
});

test('[GATE-28] a store that another process opened for itself alone is refused with that process named', async (t) => {
  const store = await sharedStore(t);
  const first = await store.up();
  await first.stop();
  const path = JSON.stringify(join(store.data, 'log.sqlite'));
  const hold = `const { DatabaseSync } = require('node:sqlite'); const d = new DatabaseSync(${path});
    d.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT'); console.log('held'); setInterval(() => d, 1e9);`;
  const holder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', hold], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  await assert.rejects(store.up(), new RegExp(`STORE_HELD[^]*is held by process ${String(holder.pid)}, and cannot be shared`));
  holder.kill('SIGKILL');
  await once(holder, 'close');
  assert.equal(await (await store.up()).stop(), 0);
});
