import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Supervisor } from '@aegis/control-plane/supervise';
import { isForClients } from '../../src/config/keys.ts';
import { LIMIT_FLAGS, TOOL_RATE } from '../../src/cli/run/limits.ts';
import type { TripHandlers } from '../../src/supervise/handlers/handlers.ts';
import { carrying, word } from './stage.ts';

const SECRET = 'of-the-receiver-alone';
const QUIET = ['ignore', 'ignore', 'ignore'] as const;

async function killed(handlers: TripHandlers) {
  const mark = word();
  const terms = { stdio: QUIET, limits: { maxTokensPerMinute: 10 }, session: 'night', handlers } as const;
  const run = new Supervisor({ ...terms, command: 'python3', args: ['-c', 'import time\ntime.sleep(100000)', mark] });
  await run.start();
  run.reportTokens(11);
  const end = await run.done;
  assert.deepEqual(carrying(mark), []);
  return { run, end, handled: await run.handled };
}

/** A receiver that answers as it is told; `null` never answers. */
async function receiver(context: TestContext, status: number | null) {
  const got: { signature: string; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      got.push({ signature: String(request.headers['aegis-signature']), body });
      if (status !== null) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/trips`, got };
}

test('[RUN-29] a command and a signed webhook are told after the kill, with what was seen of the end', async (context) => {
  const { url, got } = await receiver(context, 204);
  const folder = mkdtempSync(join(tmpdir(), 'aegis-trip-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'told');
  const { run, handled } = await killed({
    command: `cat > '${file}'; echo "$AEGIS_TRIP_CODE" >> '${file}'`,
    webhook: { url, secret: SECRET },
    agent: 'bot',
  });
  assert.deepEqual(handled, [
    { handler: 'command', failure: null },
    { handler: 'webhook', failure: null },
  ]);
  const [message, code] = readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(code, 'TOKEN_BURN_RATE_EXCEEDED');
  assert.equal(got[0]?.body, message);
  const { state, level, ...told } = JSON.parse(message ?? '') as { state: string; level: number };
  assert.ok(state === 'killed' || level === 0);
  assert.deepEqual(told, {
    ...{ kind: 'aegis-trip', version: 1, run: run.run, agent: 'bot', session: 'night', code: 'TOKEN_BURN_RATE_EXCEEDED' },
    ...{ detail: { tokensPerMinute: 11, limit: 10 }, text: '11 tokens in the last minute; the limit is 10.', survivors: [], entry: null },
  });
  const [, at = '', sum] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(got[0]?.signature ?? '') ?? [];
  assert.equal(
    sum,
    createHmac('sha256', SECRET)
      .update(`${at}.${got[0]?.body ?? ''}`)
      .digest('hex'),
  );
});

test('[RUN-29] what fails, is refused, redirects or never answers is said, and the kill stands', async (context) => {
  const cases: readonly (readonly [TripHandlers, RegExp])[] = [
    [{ command: 'exit 3' }, /exit code 3/],
    [{ command: 'kill -9 $$' }, /SIGKILL/],
    [{ command: 'exec sleep 100000', timeoutMs: 50 }, /did not end within/],
    [{ webhook: { url: (await receiver(context, 500)).url, secret: SECRET } }, /answered 500/],
    [{ webhook: { url: (await receiver(context, 302)).url, secret: SECRET } }, /answered 302/],
    [{ webhook: { url: (await receiver(context, null)).url, secret: SECRET }, timeoutMs: 50 }, /no answer within/],
    [{ webhook: { url: 'http://127.0.0.1:1/', secret: SECRET } }, /cannot be reached/],
  ];
  for (const [handlers, says] of cases) {
    const { end, handled } = await killed(handlers);
    assert.equal(end.trip?.code, 'TOKEN_BURN_RATE_EXCEEDED');
    assert.match(handled[0]?.failure ?? '', says);
  }
});

test('[RUN-29] nobody is told of a command that ends by itself, and a webhook that cannot be used is refused before anything runs', async () => {
  const run = new Supervisor({ command: 'true', stdio: QUIET, handlers: { command: 'exit 3' } });
  await run.start();
  await run.done;
  assert.deepEqual(await run.handled, []);
  for (const [url, secret, says] of [
    ['ftp://example.com/', SECRET, /not an HTTP address/],
    ['http://example.com/', SECRET, /clear text/],
    ['https://me:word@example.com/', SECRET, /password/],
    ['https://example.com/', 'short', /16 characters/],
  ] as const)
    assert.throws(() => new Supervisor({ command: 'true', handlers: { webhook: { url, secret } } }), says);
});

test('[RUN-9] no variable of a run is taken for a setting of the daemon it embeds', () => {
  const told = ['SECRET', 'RUN', 'CODE', 'AGENT', 'SESSION'].map((name) => `AEGIS_TRIP_${name}`);
  for (const variable of [...LIMIT_FLAGS.map((one) => one.variable), TOOL_RATE.variable, ...told]) assert.ok(isForClients(variable), variable);
  assert.ok(!isForClients('AEGIS_TRIP_SECRETS'));
});
