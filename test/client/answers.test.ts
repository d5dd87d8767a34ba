import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connection } from '../../src/cli/connection.ts';
import { CliError } from '../../src/cli/exit.ts';
import { daemonClient } from '../../src/client/daemon-client.ts';
import { AegisError } from '../../src/errors.ts';
import { remoteDecisionPoint } from '../../src/intercept/mcp/remote-decision-point.ts';
import { ANSWER_KEY } from './answer-key.ts';
import { SCRIPTS, scriptedDaemon } from './scripted-daemon.ts';

for (const script of SCRIPTS) {
  const { one, transport } = script;
  test(`[DOOR-16, MCP-7] ${one.id} over ${transport}: ${one.why}`, async (context) => {
    const { url, socket, strayed } = await scriptedDaemon(context, script);
    const client = daemonClient({ url, key: 'k', answerKey: ANSWER_KEY, mostBytes: 1_048_576, env: { AEGIS_SOCKET: socket } });
    context.after(() => client.close());
    const decisions = remoteDecisionPoint(client, { session: 's', alone: true, patienceMs: 400 });
    const decided = decisions.decide({ id: 'a-1', kind: 'tool', name: 'look', args: {} }, 0);
    const { runs, error } = await decided.then(
      ({ effect }) => ({ runs: effect === 'allow' || effect === 'modify', error: null }),
      (thrown: unknown) => ({ runs: false, error: thrown }),
    );
    assert.equal(runs, one.expect.runs, String(error));
    assert.ok(error === null || error instanceof AegisError, String(error));
    if (one.expect.refusal !== undefined) assert.deepEqual([error?.code, error?.details['code']], ['AEGIS_REFUSED', one.expect.refusal]);
    assert.deepEqual(strayed, [], 'what was asked over one transport is not asked over another');
    // It is asked anew for the next one: a connection that lied is not trusted again, and an honest one still serves.
    if (one.answer.then === undefined) assert.equal((await client.ask({ method: 'GET', path: '/v1/agents/self', timeoutMs: 2_000 })).status, 200);
  });
}

test('[DOOR-16, MCP-7] where nobody listens nothing is decided: neither at the socket nor over HTTP', async () => {
  for (const AEGIS_SOCKET of ['off', '/nowhere/a.sock', '']) {
    const client = daemonClient({ url: 'http://127.0.0.1:9', key: 'k', mostBytes: 1_048_576, env: { AEGIS_SOCKET, HOME: '/nowhere' } });
    const asked = remoteDecisionPoint(client, { session: 's', alone: true }).decide({ id: 'a-1', kind: 'tool', name: 'look', args: {} }, 0);
    await assert.rejects(asked, (error) => error instanceof AegisError && error.code === 'AEGIS_UNREACHABLE');
  }
});

test('[CLI-2, DOOR-16] the command line tells a refusal by its code, and whatever is no answer as none', async (context) => {
  const seen = new Map<string, string>();
  for (const script of SCRIPTS.filter(({ one }) => one.answer.status !== undefined && one.only === undefined)) {
    const { one, transport } = script;
    const { url, socket } = await scriptedDaemon(context, script);
    process.env['AEGIS_SOCKET'] = socket;
    context.after(() => delete process.env['AEGIS_SOCKET']);
    const said = await connection({ url, key: 'k', answerKey: ANSWER_KEY })
      .post('/v1/actions', { id: 'a-1' })
      .then(
        () => 'answered',
        (error: unknown) => (error instanceof CliError ? error.code : String(error)),
      );
    seen.set(`${one.id} ${transport}`, said);
    const { status = 0 } = one.answer;
    const wanted = one.expect.refusal ?? (status === 503 && one.answer.body !== undefined ? 'GATE_CLOSED' : undefined);
    if (wanted !== undefined) assert.equal(said, wanted, one.id);
    else if (status >= 400) assert.match(said, /^(?:NOT_AEGIS|UNREACHABLE)$/, `${one.id} ${said}`);
    else if (status >= 300) assert.equal(said, 'UNREACHABLE', one.id);
  }
  assert.ok(seen.size > 40);
});
