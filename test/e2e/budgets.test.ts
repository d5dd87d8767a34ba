import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { running } from '../api/daemon.ts';
import type { Answer, Running } from '../api/daemon.ts';

const HAMMER = join(import.meta.dirname, 'hammer.ts');
const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: budgets }
default: allow
budgets: [{ id: daily, scope: agent, period: day, usd: 1 }]
loops: off
`;

async function house(context: Parameters<typeof running>[0]): Promise<Running> {
  const aegis = await running(context);
  const answer = await aegis.ask('POST', '/v1/policies/activate', { key: aegis.admin, body: { document: POLICY } });
  assert.equal(answer.status, 200, answer.text);
  return aegis;
}

const buy = (aegis: Running, key: string, more: object = {}): Promise<Answer> =>
  aegis.ask('POST', '/v1/actions', { key, body: { session: 's1', name: 'buy_report', args: {}, ...more } });

async function entries(aegis: Running): Promise<readonly { type: string; body: Record<string, unknown> }[]> {
  const found: { type: string; body: Record<string, unknown> }[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const { body } = await aegis.ask('GET', `/v1/log?limit=1000&from=${String(from)}`, { key: aegis.admin });
    found.push(...(body['entries'] as typeof found));
    from = body['next'] as number | undefined;
  }
  return found;
}

/** Adds the log up by hand: the most that was ever spent and reserved together. */
function most(rows: Awaited<ReturnType<typeof entries>>): number {
  const held = new Map<string, number>();
  let taken = 0;
  let peak = 0;
  for (const { type, body } of rows) {
    if (type === 'action-decided') {
      const { action, decision } = body as { action: { id: string }; decision: { effect: string; reserve?: { usdMicros: number } } };
      if (decision.effect === 'allow' && !held.has(action.id)) {
        held.set(action.id, decision.reserve?.usdMicros ?? 0);
        taken += decision.reserve?.usdMicros ?? 0;
      }
    } else if (type === 'action-settled') {
      const { action, usage } = body as { action: string; usage: { usdMicros?: number } };
      taken += (usage.usdMicros ?? held.get(action) ?? 0) - (held.get(action) ?? 0);
    }
    peak = Math.max(peak, taken);
  }
  return peak;
}

test('[SPEND-2, GATE-7] of 32 parallel calls that each take 60 % of the budget exactly one passes, one by one and as a set', async (context) => {
  const aegis = await house(context);
  const [one, two] = [await aegis.agent('one'), await aegis.agent('two')];
  const claims = { usdMicros: 600_000 };
  const answers = await Promise.all(Array.from({ length: 32 }, (_, n) => buy(aegis, one, { session: `s${String(n % 8)}`, args: { n }, claims })));
  assert.equal(answers.filter(({ body }) => body['effect'] === 'allow').length, 1);
  for (const { body } of answers.filter((answer) => answer.body['effect'] !== 'allow'))
    assert.equal((body['reasons'] as { code: string }[])[0]?.code, 'BUDGET_EXCEEDED');
  const actions = Array.from({ length: 32 }, (_, n) => ({ session: 's', name: 'buy_report', args: { n }, claims }));
  const { body } = await aegis.ask('POST', '/v1/actions/batch', { key: two, body: { actions } });
  assert.equal((body['decisions'] as { effect: string }[]).filter(({ effect }) => effect === 'allow').length, 1);
});

test('[SPEND-2, SPEND-3] processes, sessions and keys hammering one agent’s budget overspend nothing', async (context) => {
  const aegis = await house(context);
  const key = await aegis.agent('bot');
  const results = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const orders = { url: aegis.daemon.url, key, sessions: 5, calls: 60, width: 8, usdMicros: 30_000 };
      const child = spawn(process.execPath, [HAMMER, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      await new Promise((resolve) => child.on('close', resolve));
      return JSON.parse(text) as string[];
    }),
  );
  const effects = results.flat();
  assert.equal(effects.length, 180);
  const allowed = effects.filter((effect) => effect === 'allow').length;
  assert.ok(allowed >= 33 && allowed < 180, String(allowed));
  assert.ok(effects.every((effect) => effect === 'allow' || effect === 'deny'));
  const peak = most(await entries(aegis));
  assert.ok(peak <= 1_000_000 && peak > 900_000, String(peak));
  // A new key is the same agent, a new session the same day.
  const rotated = await aegis.agent('bot', { rotate: true });
  assert.equal((await buy(aegis, rotated, { session: 'fresh', claims: { usdMicros: 900_000 } })).body['effect'], 'deny');
});

test('[SPEND-4] what nobody knows the price of is denied, and a claim cannot make it cheap', async (context) => {
  const aegis = await house(context);
  const key = await aegis.agent('bot');
  for (const claims of [{}, { model: 'nobody/prices-this' }, { model: 'nobody/prices-this', tokens: 0 }]) {
    const { body } = await buy(aegis, key, { kind: 'model', name: 'chat', claims });
    assert.deepEqual([body['effect'], (body['reasons'] as { code: string }[])[0]?.code], ['deny', 'PRICE_UNKNOWN'], JSON.stringify(claims));
  }
  for (const usdMicros of ['-1', '0.5', '1e400', '9007199254740993', 'null', '"1"', '-0.0000001', 'NaN', 'true', '[1]', '1e308']) {
    const raw = `{"session":"s1","name":"buy_report","args":{},"claims":{"usdMicros":${usdMicros}}}`;
    const { status, text } = await aegis.ask('POST', '/v1/actions', { key, raw });
    assert.equal(status, 400, `${usdMicros} ${text}`);
  }
});

test('[SPEND-6, GATE-10] a usage that is no amount is refused and changes nothing; the reservation stands', async (context) => {
  const aegis = await house(context);
  const key = await aegis.agent('bot');
  const { body } = await buy(aegis, key, { id: 'b-1', claims: { usdMicros: 700_000 } });
  assert.equal(body['effect'], 'allow');
  for (const usage of [
    '{"usdMicros":-700000}',
    '{"usdMicros":1e400}',
    '{"usdMicros":-1e400}',
    '{"usdMicros":NaN}',
    '{"usdMicros":0.1}',
    '{"usdMicros":"0"}',
    '{"usdMicros":null}',
    '{"usdMicros":9007199254740993}',
    '{"tokens":-1}',
    '{"usdMicros":1,"usdMicros":0}',
    '{"usd":0}',
    '[]',
    '-1',
  ]) {
    const answer = await aegis.ask('POST', '/v1/actions/b-1/outcome', { key, raw: `{"status":"succeeded","usage":${usage}}` });
    assert.equal(answer.status, 400, `${usage} ${answer.text}`);
  }
  assert.equal((await buy(aegis, key, { args: { n: 2 }, claims: { usdMicros: 400_000 } })).body['effect'], 'deny');
  const other = await aegis.agent('other');
  const foreign = await aegis.ask('POST', '/v1/actions/b-1/outcome', { key: other, body: { status: 'succeeded', usage: { usdMicros: 0 } } });
  assert.equal(foreign.status, 404);
  const settled = await aegis.ask('POST', '/v1/actions/b-1/outcome', { key, body: { status: 'succeeded', usage: { usdMicros: 100_000 } } });
  assert.equal(settled.status, 200, settled.text);
  const twice = await aegis.ask('POST', '/v1/actions/b-1/outcome', { key, body: { status: 'succeeded', usage: { usdMicros: 0 } } });
  assert.equal(twice.status, 409);
  assert.equal((await buy(aegis, key, { args: { n: 3 }, claims: { usdMicros: 400_000 } })).body['effect'], 'allow');
});

test('[SPEND-5, SPEND-7] a charge beyond the reservation counts in full, and what never settles stays taken over a restart', async (context) => {
  const aegis = await house(context);
  const key = await aegis.agent('bot');
  await buy(aegis, key, { id: 'b-1', claims: { usdMicros: 10_000 } });
  await aegis.ask('POST', '/v1/actions/b-1/outcome', { key, body: { status: 'succeeded', usage: { usdMicros: 800_000 } } });
  await buy(aegis, key, { id: 'b-2', args: { n: 2 }, claims: { usdMicros: 150_000 } });
  await aegis.restart();
  assert.equal((await buy(aegis, key, { args: { n: 3 }, session: 'later', claims: { usdMicros: 60_000 } })).body['effect'], 'deny');
  assert.equal((await buy(aegis, key, { args: { n: 4 }, session: 'later', claims: { usdMicros: 50_000 } })).body['effect'], 'allow');
});
