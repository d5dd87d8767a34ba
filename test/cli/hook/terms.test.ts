import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installTerms } from '../../../src/cli/hook/terms.ts';
import { failsHow } from '../../../src/cli/hook/status.ts';
import type { Installation } from '../../../src/cli/install/ledger.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';

for (const harness of HARNESSES) {
  const { name, title, settings } = harness;

  test(`[HOOK-10] ${name}: what nobody said is the harness’s own, and what is installed denies`, () => {
    assert.deepEqual(installTerms(harness, {}), {
      harness,
      scope: 'user',
      agent: name,
      handler: settings.handlers[0],
      blocking: false,
      onUnavailable: 'deny',
      ask: 'harness',
      autoApprove: false,
      waitSeconds: settings.waitSeconds,
      rotate: false,
    });
    const { scope, agent, waitSeconds } = installTerms(harness, { project: true, agent: 'ann', wait: 5 });
    assert.deepEqual([scope, agent, waitSeconds], ['project', 'ann', 5]);
  });

  test(`[HOOK-7] ${name}: what may run while Aegis is away needs the launcher, so the command handler`, () => {
    assert.equal(installTerms(harness, { onUnavailable: 'allow_readonly' }).handler, 'command');
    assert.throws(() => installTerms(harness, { onUnavailable: 'allow', handler: 'http' }), { name: 'CliError', code: 'USAGE' });
    assert.throws(() => installTerms(harness, { user: true, project: true }), { name: 'CliError', code: 'USAGE' });
    if (settings.handlers.includes('http')) assert.equal(installTerms(harness, { handler: 'http' }).handler, 'http');
    else assert.throws(() => installTerms(harness, { handler: 'http' }), new RegExp(`${name} has no http handler`));
  });

  test(`[HOOK-9] ${name}: status says how an installation fails`, () => {
    const said = (terms: Readonly<Record<string, string>>): string => failsHow({ detail: { harness: name, ...terms } } as unknown as Installation);
    const held = settings.blocking !== undefined;
    assert.equal(said({ handler: 'command', blocking: 'false' }), 'closed, open on a host timeout');
    assert.equal(said({ handler: 'command', blocking: 'true' }), held ? 'closed' : 'closed, open on a host timeout');
    assert.equal(said({ handler: 'command', blocking: 'true', onUnavailable: 'allow_readonly' }), 'allow_readonly');
    assert.equal(said({ handler: 'http', blocking: 'false' }), 'open');
    if (settings.handlers.includes('http'))
      assert.equal(said({ handler: 'http', blocking: 'true' }), `closed (${title} ≥ ${settings.blocking?.since ?? ''})`);
  });
}
