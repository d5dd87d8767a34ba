import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../../src/kernel/action.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Opinion } from '../../src/kernel/policy.ts';
import type { World } from '../../src/kernel/world.ts';
import { checkPolicy, compilePolicy } from '../../src/policy/compile.ts';

const HEAD = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: prompts }\ndefault: allow\n';
const nothing = (): { readonly text: string } => ({ text: '' });

async function voiceOf(text: string): Promise<((action: Partial<Action>) => Opinion | null) | undefined> {
  const compiled = await compilePolicy(HEAD + text, nothing);
  assert.ok(compiled.ok);
  const voice = compiled.policy.voices.find(({ rule }) => rule === 'prompt');
  return voice && ((action) => voice.speak(action as Action, {} as World));
}

function faultsOf(text: string): readonly string[] {
  const checked = checkPolicy(HEAD + text, nothing);
  return checked.ok ? [] : checked.faults.map(({ code, path, hint }) => `${code} ${path} ${hint ?? ''}`);
}

test('[LLM-54] the word is checked: only redact and restore, only for values, only where models are governed', async () => {
  for (const word of ['redact', 'restore'])
    assert.deepEqual(faultsOf(`detectors: { pii: { prompt: ${word} }, secret: { effect: ask, prompt: ${word} } }`), []);
  const wrong = faultsOf('detectors: { pii: { prompt: restor } }');
  assert.equal(wrong.length, 1);
  assert.match(wrong[0] ?? '', /detectors\/pii\/prompt.*restore/);
  assert.match(faultsOf('detectors: { pii: { prompt: true } }').join(), /detectors\/pii\/prompt/);
  assert.match(faultsOf('detectors: { pii: { prompts: redact } }').join(), /detectors\/pii\/prompts.*`prompt`/);
  assert.match(faultsOf('detectors: { injection: { prompt: redact } }').join(), /detectors\/injection\/prompt/);
  assert.match(faultsOf('kinds: [tool]\ndetectors: { secret: { prompt: redact } }').join(), /CONTRADICTION .*detectors\/secret\/prompt/);
  assert.equal(await voiceOf('detectors: { pii: redact }'), undefined, 'the word for arguments is not the word for prompts');
});

const asked = (redaction: JsonObject | undefined, more: Partial<Action> = {}): Partial<Action> => ({
  kind: 'model',
  door: 'llm',
  agent: 'a1' as Action['agent'],
  name: 'model:m',
  args: redaction === undefined ? {} : { redaction },
  ...more,
});
const READ = { read: ['pii', 'secret'], applied: true, replaced: ['2 email', '1 github-token'] };

test('[LLM-59] what was replaced is said, and a prompt that was not read as the policy wants is denied', async () => {
  const speak = await voiceOf('detectors: { pii: { prompt: redact }, secret: { prompt: restore } }');
  assert.ok(speak !== undefined);
  const said = speak(asked(READ));
  assert.equal(said?.effect, 'modify');
  assert.equal(said?.message, 'Replaced in the prompt: 2 email, 1 github-token.');
  assert.equal(speak(asked({ ...READ, replaced: [] })), null);
  for (const redaction of [undefined, { ...READ, read: ['pii'] }, { ...READ, applied: false }, { ...READ, unfinished: 1 }, { read: 'pii secret' }]) {
    const denied = speak(asked(redaction));
    assert.equal(denied?.effect, 'deny', JSON.stringify(redaction));
    assert.equal(denied?.code, 'PROMPT_UNREAD');
  }
  assert.equal(speak(asked(undefined, { door: 'http' })), null, 'other doors see no prompt');
  assert.equal(speak(asked(undefined, { kind: 'tool' })), null);
  assert.equal(speak(asked(undefined, { name: 'model-list:all' })), null);
  assert.equal(speak(asked(undefined, { kind: 'egress', name: 'uninspected:POST/v1/embeddings' }))?.code, 'PROMPT_UNREAD');
  assert.equal(speak(asked(undefined, { kind: 'egress', name: 'uninspected:GET/v1/files' })), null);
  assert.equal(speak(asked(undefined, { name: 'model-count:m' }))?.effect, 'deny');
});

test('[LLM-59] in shadow mode, of all or of one agent, what would be replaced is said of a prompt that was left alone', async () => {
  const words = 'detectors: { pii: { prompt: redact } }';
  const left = asked({ ...READ, applied: false });
  assert.equal((await voiceOf(`audit_only: true\n${words}`))?.(left)?.effect, 'modify');
  const one = await voiceOf(`precision: { a1: { auditOnly: true }, "*": { auditOnly: false } }\n${words}`);
  assert.equal(one?.(left)?.effect, 'modify');
  assert.equal(one?.({ ...left, agent: 'a2' as Action['agent'] })?.effect, 'deny');
});
