import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { action, compiled, document, faults, files, WORLD } from './samples.ts';

/** What OPA’s own compiler made of `rego/treasury.rego` and `rego/data.json`. */
const BUNDLE = readFileSync(new URL('./rego/treasury.tar.gz', import.meta.url));

async function treasury(entrypoint: string) {
  const use = document(`use: { rego: [{ path: treasury.tar.gz, entrypoint: treasury/${entrypoint} }] }`);
  const [voice] = (await compiled(use, files({ 'treasury.tar.gz': BUNDLE }))).voices;
  assert.ok(voice);
  return voice;
}

const NIGHT = Date.UTC(2026, 10, 21, 3);
const FACTS = action().facts;
const LARGE = { name: 'transfer', args: { amount: 1001 } };
const OUTSIDE = { facts: { ...FACTS, recipients: ['eve@elsewhere.example', 'ada@bank.example'] } };
const SHELL = { facts: { ...FACTS, commands: [{ bin: 'nc', argv: ['-l'], dynamic: false }] } };

test('[POLICY-10] a bundle of OPA’s own compiler is a voice: sets, built-in functions, data and defaults as OPA reads them', async () => {
  const voice = await treasury('decision');
  const said = (part: Parameters<typeof action>[0]) => {
    const opinion = voice.speak(action(part), WORLD);
    return opinion === null ? null : [opinion.effect, opinion.code, opinion.message];
  };
  assert.equal(said({}), null);
  assert.equal(said({ name: 'transfer', args: { amount: 1000 } }), null);
  assert.deepEqual(said(LARGE)?.[0], 'deny');
  assert.match(String(said(LARGE)?.[2]), /a transfer of 1001 is over the limit of 1000/);
  assert.match(
    String(said({ ...LARGE, ...OUTSIDE })?.[2]),
    /a transfer of 1001 is over the limit of 1000; eve@elsewhere\.example is not one of ours/,
  );
  assert.match(String(said(SHELL)?.[2]), /nc is never run here/);
  assert.equal(said({ name: 'transfer', args: { amount: 1 }, at: NIGHT })?.[0], 'ask');
  // Any text is more than any number, as OPA orders them; the runtime's sprintf cannot write it, and what throws denies (POLICY-10).
  assert.throws(() => said({ name: 'transfer', args: { amount: 'many' } }), /expecting number/);
});

test('[POLICY-10] its other entrypoint answers with messages, and a bundle of several must say which', async () => {
  const voice = await treasury('deny');
  assert.equal(voice.speak(action(), WORLD), null);
  assert.equal(voice.speak(action({ ...LARGE, ...OUTSIDE }), WORLD)?.effect, 'deny');
  const [unnamed] = await faults(document('use: { rego: [treasury.tar.gz] }'), files({ 'treasury.tar.gz': BUNDLE }));
  assert.equal(unnamed?.code, 'REGO_INVALID');
  assert.match(unnamed.message, /treasury\/decision, treasury\/deny/);
});

test('[POLICY-10] it says the same of the same action, whatever it was asked before', async () => {
  const voice = await treasury('decision');
  const all = [action(), action(LARGE), action(OUTSIDE), action(SHELL), action({ name: 'transfer', args: { amount: 1 }, at: NIGHT })];
  const first = all.map((one) => voice.speak(one, WORLD));
  for (let round = 0; round < 50; round++)
    assert.deepEqual(
      all.toReversed().map((one) => voice.speak(one, WORLD)),
      first.toReversed(),
    );
});
