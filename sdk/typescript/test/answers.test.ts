import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ANSWER_KEY } from '../../../test/client/answer-key.ts';
import { SCRIPTS, scriptedDaemon } from '../../../test/client/scripted-daemon.ts';
import { AegisRefusedError, AegisUnavailableError, connect } from '../src/index.ts';

for (const script of SCRIPTS) {
  const { one, transport } = script;
  test(`[SDK-9, DOOR-16] ${one.id} over ${transport}: ${one.why}`, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'aegis-sdk-'));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const { url, socket, strayed } = await scriptedDaemon(context, script);
    // What a flood may hold before the time is over is bounded as well, but takes longer to come.
    const timeoutMs = one.answer.then === undefined ? 600_000 : 400;
    const aegis = connect({
      url,
      socket,
      answerKey: ANSWER_KEY,
      key: 'k',
      agentId: 'a',
      session: 's',
      timeoutMs,
      askTimeoutMs: 0,
      journalPath: join(folder, 'j.jsonl'),
    });
    const { runs, error } = await aegis.decide({ name: 'look', args: {} }).then(
      ({ effect }) => ({ runs: effect === 'allow' || effect === 'modify', error: null }),
      (thrown: unknown) => ({ runs: false, error: thrown }),
    );
    assert.equal(runs, one.expect.runs, String(error));
    assert.ok(error === null || error instanceof AegisUnavailableError || error instanceof AegisRefusedError, String(error));
    if (one.expect.refusal !== undefined) assert.equal(error instanceof AegisRefusedError ? error.code : '', one.expect.refusal);
    assert.deepEqual(strayed, [], 'what was asked over one transport is not asked over another');
  });
}

test('[SDK-9, DOOR-16] where nobody listens nothing is allowed: neither at the socket nor over HTTP', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-sdk-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const socket of ['off', join(folder, 'a.sock')]) {
    const aegis = connect({ url: 'http://127.0.0.1:9', socket, key: 'k', agentId: 'a', session: 's', journalPath: join(folder, 'j.jsonl') });
    await assert.rejects(aegis.decide({ name: 'look', args: {} }), AegisUnavailableError);
  }
});
