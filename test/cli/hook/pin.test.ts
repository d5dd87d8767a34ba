import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CliError } from '../../../src/cli/exit.ts';
import { installHook } from '../../../src/cli/hook/install.ts';
import { pinHooks, pinnedState } from '../../../src/cli/hook/pin.ts';
import { installTerms } from '../../../src/cli/hook/terms.ts';
import { undo } from '../../../src/cli/install/change.ts';
import { installations } from '../../../src/cli/install/ledger.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import { running } from '../../api/daemon.ts';
import { ANSWER_KEY } from '../../client/answer-key.ts';

const HOME = mkdtempSync(join(tmpdir(), 'aegis-pin-'));
after(() => rmSync(HOME, { recursive: true, force: true }));
process.env['HOME'] = HOME;
process.env['XDG_CONFIG_HOME'] = join(HOME, 'config');
for (const { settings } of HARNESSES) if (settings.home.variable !== undefined) delete process.env[settings.home.variable];

test('[HOOK-17, HOOK-18] what is installed knows the daemon’s key; another is told, and replaced from the socket or by a person only', async (context) => {
  const aegis = await running(context);
  process.env['AEGIS_KEY'] = await aegis.agent('coder');
  process.env['AEGIS_URL'] = aegis.daemon.url;
  process.env['AEGIS_SOCKET'] = aegis.daemon.socket ?? '';
  for (const harness of HARNESSES) {
    assert.equal(harness.settings.handlers[0], 'command', 'a launcher is the default');
    await installHook(installTerms(harness, {}), HOME);
  }
  const [first] = installations();
  assert.ok(first !== undefined);
  const path = first.detail['settings'] ?? '';
  const held = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  assert.equal(held()['answerKey'], aegis.answerKey);
  assert.equal(await pinnedState(first), 'pinned');
  writeFileSync(path, JSON.stringify({ ...held(), answerKey: ANSWER_KEY }));
  assert.equal(await pinnedState(first), 'mismatch');
  const { answerKey: _answerKey, ...none } = held();
  writeFileSync(path, JSON.stringify(none));
  assert.equal(await pinnedState(first), 'unpinned');
  process.env['AEGIS_SOCKET'] = 'off';
  await assert.rejects(
    pinHooks(undefined, undefined),
    (error) => error instanceof CliError && error.code === 'NOT_PROVEN' && /aegis identity/.test(error.hint),
  );
  assert.equal(await pinnedState(first), 'unpinned', 'what a port says of itself proves nothing');
  assert.equal((await pinHooks(undefined, aegis.answerKey)).length, HARNESSES.length);
  assert.equal(await pinnedState(first), 'pinned');
  writeFileSync(path, JSON.stringify({ ...held(), answerKey: ANSWER_KEY }));
  process.env['AEGIS_SOCKET'] = aegis.daemon.socket ?? '';
  assert.deepEqual(await pinHooks(first.detail['harness'], undefined), [{ label: first.label, answerKey: aegis.answerKey }]);
  assert.equal(await pinnedState(first), 'pinned');
  for (const { id } of installations()) undo(id);
  assert.ok(!existsSync(path), 'and it is taken out as a whole');
});
