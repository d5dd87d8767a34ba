import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { agentKey, atEnd, cli, logOf, places, up } from './daemon.ts';

const RECORDER = join(import.meta.dirname, 'effect-recorder.ts');
const KILLS = Number(process.env['TEST_KILLS'] ?? '10');
/** Shell calls are denied every fifth time; that must not halt the agent half-way. */
const POLICY =
  'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: crash }\ndefault: allow\nautoHalt: { violations: 100000, windowMs: 1000 }\n';

interface Recorder {
  /** Tells it where to ask next. */
  turn(url: string): void;
  /** Resolves when that many more answers were received. */
  acks(more: number): Promise<void>;
  end(): Promise<void>;
}

function recorder(t: TestContext, orders: object): Recorder {
  const child = spawn(process.execPath, [RECORDER, JSON.stringify(orders)], { stdio: ['pipe', 'pipe', 'inherit'] });
  atEnd(t, () => child.kill('SIGKILL'));
  let seen = 0;
  let wake = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text.split('\n').length - 1;
    wake();
  });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return {
    turn: (url) => child.stdin.write(`${url}\n`),
    acks: (more) => {
      const goal = seen + more;
      return new Promise((resolve) => {
        wake = () => {
          if (seen >= goal) resolve();
        };
        wake();
      });
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

const linesOf = (path: string): readonly string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);

test(`[GATE-1, GATE-18, LOG-7] the daemon killed ${String(KILLS)} times under load: no effect without its row, no answer lost, the chain holds`, async (t) => {
  const { root, ...at } = places(t);
  const policy = join(root, 'policy.yaml');
  writeFileSync(policy, POLICY);
  let daemon = await up(t, { ...at, policy });
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'bot');
  const paths = { effects: join(root, 'effects'), acknowledged: join(root, 'acknowledged') };
  const agent = recorder(t, { ...paths, key, width: 6 });
  for (let kill = 0; kill < KILLS; kill++) {
    agent.turn(daemon.url);
    await agent.acks(3 + ((kill * 17) % 60));
    await daemon.end('SIGKILL');
    daemon = await up(t, { ...at, policy });
    assert.equal(daemon.firstKey, undefined, 'the administrator is still there');
  }
  agent.turn(daemon.url);
  await agent.acks(20);
  await agent.end();

  const rows = await logOf(daemon.ask, admin, 'action-decided');
  const decided = new Map<string, string>();
  for (const { body } of rows) {
    const { action, decision } = body as { action: { id: string }; decision: { effect: string } };
    assert.ok(!decided.has(action.id), `${action.id} was decided twice`);
    decided.set(action.id, decision.effect);
  }
  const effects = linesOf(paths.effects);
  assert.ok(effects.length > KILLS);
  assert.equal(new Set(effects).size, effects.length, 'an effect happened twice');
  for (const id of effects) assert.equal(decided.get(id), 'allow', `${id} happened without a durable allow`);
  const acknowledged = linesOf(paths.acknowledged);
  assert.ok(acknowledged.some((line) => line.includes(' deny ')));
  for (const line of acknowledged) {
    const [id = '', effect] = line.split(' ');
    assert.equal(decided.get(id), effect, `${id} was answered ${String(effect)}`);
  }
  const { code } = await daemon.end('SIGTERM');
  assert.equal(code, 0);
  const verified = await cli(['log', 'verify', '--data', at.data, '--checkpoints', at.checkpoints, '--json']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('[ASK-26, AUTH-9] what waits for a person survives SIGTERM and kill -9 with its exact bytes, and is released once afterwards', async (t) => {
  const at = places(t);
  let daemon = await up(t, at);
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'bot');
  const operator = await daemon.ask('POST', '/v1/operators', { key: admin, body: { operator: 'olga', role: 'operator' } });
  const olga = String(operator.body['key']);
  const body = { id: 'pay-1', session: 's1', name: 'withdraw_funds', args: { account: 'DE89370400440532013000', amount: 12.5, note: 'ä€😀' } };
  const asked = await daemon.ask('POST', '/v1/actions', { key, body });
  assert.equal(asked.body['effect'], 'ask', asked.text);
  const { approval, digest } = asked.body['ask'] as { approval: string; digest: string };
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const ended = await daemon.end(signal);
    assert.deepEqual([ended.code, ended.signal], signal === 'SIGTERM' ? [0, null] : [null, 'SIGKILL'], ended.stderr);
    daemon = await up(t, at);
    const { body: shown } = await daemon.ask('GET', `/v1/approvals/${approval}`, { key: olga });
    assert.deepEqual([shown['status'], shown['digest'], JSON.parse(String(shown['args']))], ['pending', digest, body.args]);
  }
  const waiting = daemon.ask('GET', '/v1/actions/pay-1?wait=30000', { key });
  const granted = await daemon.ask('POST', `/v1/approvals/${approval}/grant`, { key: olga, body: {} });
  assert.equal(granted.body['effect'], 'allow', granted.text);
  assert.equal(((await waiting).body['decision'] as { effect: string }).effect, 'allow');
  await daemon.end('SIGKILL');
  daemon = await up(t, at);
  const again = await daemon.ask('POST', `/v1/approvals/${approval}/grant`, { key: olga, body: {} });
  assert.equal(again.status, 409, again.text);
  assert.equal((await daemon.ask('POST', '/v1/actions', { key, body })).body['effect'], 'allow', 'the same id gets the recorded decision');
  await daemon.end('SIGTERM');
});

test('[GATE-1, GATE-18] SIGTERM drains: whoever got an answer got a recorded one, and who waits for a person hears no allow', async (t) => {
  const at = places(t);
  const daemon = await up(t, at);
  const admin = daemon.firstKey ?? '';
  const key = await agentKey(daemon, admin, 'bot');
  const sent = Array.from({ length: 80 }, (_, n) =>
    daemon.ask('POST', '/v1/actions', { key, body: { id: `d-${String(n)}`, session: 's', name: 'lookup', args: { n } } }).catch(() => null),
  );
  const waiting = daemon
    .ask('POST', '/v1/actions?wait=600000', { key, body: { id: 'w', session: 's', name: 'withdraw_funds', args: {} } })
    .catch(() => null);
  await Promise.race(sent);
  const { code, stderr } = await daemon.end('SIGTERM');
  assert.equal(code, 0, stderr);
  const answers = (await Promise.all(sent)).filter((answer) => answer !== null);
  const next = await up(t, at);
  const decided = new Map(
    (await logOf(next.ask, admin, 'action-decided')).map(({ body }) => {
      const { action, decision } = body as { action: { id: string }; decision: { effect: string } };
      return [action.id, decision.effect];
    }),
  );
  assert.ok(answers.length > 0);
  assert.notEqual((await waiting)?.body['effect'], 'allow');
  for (const { status, body } of answers) if (status === 200) assert.equal(decided.get(String(body['action'])), body['effect']);
  await next.end('SIGTERM');
});
