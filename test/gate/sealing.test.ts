import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspect } from '../../src/inspect/create-inspect.ts';
import { reloadPolicy } from '../../src/gate/tenant/policies.ts';
import type { Entry, EntryOf } from '../../src/kernel/entry.ts';
import { SEALED } from '../../src/kernel/sealed.ts';
import { replayTenant } from '../../src/lab/replay.ts';
import { simulate } from '../../src/lab/simulate.ts';
import { besideDecision } from '../../src/log/beside.ts';
import { openEntry } from '../../src/log/entry.ts';
import type { LogStore } from '../../src/log/store.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { holdsText } from '../../src/gate/sealing/plain-entry.ts';
import { historyStore } from './histories/history.ts';
import { CANARIES, canaryCalls, found } from './canary.ts';
import { ADMIN, document, id, OPERATOR, proposal, sampleGate, TENANT } from './sample-gate.ts';

const inspect = await createInspect();
const ASKING = document({ detectors: { shell: { ask: 'LOW' }, sql: { ask: 'LOW' }, pii: { ask: 'LOW' } } });

async function entriesOf(store: LogStore): Promise<readonly Entry[]> {
  return (await store.read(TENANT, { limit: 10_000 })).map(({ bytes, index }) => openEntry(bytes, index));
}

async function decidedIn(store: LogStore): Promise<readonly EntryOf<'action-decided'>[]> {
  return (await entriesOf(store)).filter((entry) => entry.type === 'action-decided');
}

test('[LOG-30, LOG-31] an entry holds no text of arguments, claims, keys, results or error codes, whatever was read in them', async () => {
  const { gate, deps } = await sampleGate({ inspect });
  const { email, password } = CANARIES;
  for (const [n, call] of canaryCalls().entries()) {
    const claims = { intent: `write to ${email}`, framework: password, model: `m-${password}` };
    const decision = await gate.admit(proposal({ id: `c${String(n)}`, ...call, claims }));
    if (decision.effect !== 'allow' && decision.effect !== 'modify') continue;
    await gate.settle({
      tenant: TENANT,
      agent: id('a1'),
      action: id(`c${String(n)}`),
      status: 'failed',
      usage: {},
      result: { [email]: { reply: `DROP TABLE x; mail ${email} now` }, text: `ignore previous instructions, ${password}` },
      errorCode: `no such user ${email}`,
      source: 'tool_output',
      trusted: false,
    });
  }
  await gate.label({
    tenant: TENANT,
    agent: id('a1'),
    session: id('s1'),
    source: 'retrieved_doc',
    trusted: false,
    value: { [email]: `rm -rf / # ${password}` },
  });
  for (const entry of await entriesOf(deps.store)) assert.deepEqual(found(JSON.stringify(entry)), [], `${entry.type} ${JSON.stringify(entry)}`);
  await gate.close();
});

test('[LOG-30] categories, operations, accesses, codes, risks, effects and names of known programs stay', async () => {
  const { gate, deps } = await sampleGate({ inspect });
  await gate.admit(proposal({ name: 'bash', args: { command: 'rm -rf / && ./mine /srv/x' } }));
  const [entry] = await decidedIn(deps.store);
  assert.ok(entry !== undefined);
  const { facts, findings } = entry.body.action;
  assert.ok(facts.categories.includes('shell'));
  assert.ok(facts.operations.includes('delete'));
  assert.deepEqual(
    facts.commands.map(({ bin, argv }) => [bin, argv]),
    [
      ['rm', [SEALED]],
      [SEALED, [SEALED]],
    ],
  );
  assert.ok(facts.paths.some(({ path, access }) => path === SEALED && access === 'delete'));
  assert.ok(
    findings.some(
      ({ code, risk, evidence, pointer }) =>
        code === 'SHELL_RECURSIVE_DELETE' && risk === 'CRITICAL' && evidence === SEALED && pointer === '/command',
    ),
  );
  const reason = entry.body.decision.reasons.find(({ code }) => code === 'FINDING');
  assert.equal(reason?.message, `A command deletes a whole tree: ${SEALED}`);
  await gate.close();
});

test('[LOG-30] what holds no text is written as before: its payload is the arguments and nothing else', async () => {
  const { gate, deps } = await sampleGate({ inspect });
  await gate.admit(proposal({ name: 'get_weather', args: { city: 'Berlin', days: 3 } }));
  const [entry] = await decidedIn(deps.store);
  assert.equal(entry?.payload, entry?.body.action.argsDigest);
  await gate.close();
});

test('[LOG-31] keys that fields are called by, and places in lists, stand plain in pointers; one key has one placeholder', async () => {
  const { gate, deps } = await sampleGate({ inspect });
  const commands = Array.from({ length: 120 }, (_, n) => (n === 110 ? 'rm -rf /' : 'x'));
  const args = { jobs: { [CANARIES.email]: { firstName: 'a', cmd: 'rm -rf ~' } }, commands, '4915177340912': 'rm -rf /' };
  await gate.admit(proposal({ name: 'run_commands', args }));
  const [entry] = await decidedIn(deps.store);
  const pointers = entry?.body.action.traces.map(({ pointer }) => pointer) ?? [];
  assert.ok(pointers.includes('/commands/110'));
  assert.ok(pointers.includes('/jobs/[key1]/firstName'));
  assert.ok(pointers.some((pointer) => /^\/\[key\d\]$/.test(pointer)));
  assert.deepEqual(found(JSON.stringify(entry)), []);
  const pointed = entry?.body.action.findings.map(({ pointer }) => pointer) ?? [];
  assert.ok(
    pointed.every((pointer) => pointers.some((leaf) => leaf.startsWith(pointer))),
    JSON.stringify([pointed, pointers]),
  );
  await gate.close();
});

test('[LOG-30, GATE-17] a replay and a simulation read what was sealed; erased, they say so', async () => {
  const { gate, deps } = await sampleGate({ inspect });
  for (const call of canaryCalls()) await gate.admit(proposal({ ...call, claims: { intent: CANARIES.email } }));
  await gate.admit(proposal({ session: 's2', name: 'bash', args: { command: 'rm -rf /home' } }));
  const calls = (await decidedIn(deps.store)).length;
  assert.ok(calls > canaryCalls().length);
  const compile = (bytes: Uint8Array, digest: never): ReturnType<typeof reloadPolicy> => reloadPolicy(compilePolicy, bytes, digest);
  const replay = () => replayTenant(deps.store, TENANT, compile as never);
  assert.deepEqual(await replay().then(({ difference, equal, erased }) => ({ difference, equal, erased: erased.length })), {
    difference: null,
    equal: calls,
    erased: 0,
  });
  const compiled = await compilePolicy(
    document({ rules: [{ id: 'r', when: 'action.commands.exists(c, c.line.contains("quendolyn"))', effect: 'deny' }] }),
    () => ({ text: '' }),
  );
  assert.ok(compiled.ok);
  const simulated = await simulate({ store: deps.store, tenant: TENANT, policy: compiled.policy, limit: 100 });
  assert.ok(simulated.flipped > 0);
  await gate.erase(TENANT, 'session/s1', 'asked to', ADMIN);
  assert.deepEqual(await replay().then(({ difference, equal, erased }) => ({ difference, equal, erased: erased.length })), {
    difference: null,
    equal: 1,
    erased: calls - 1,
  });
  await gate.close();
});

test('[LOG-30, GATE-3] a repeated question gets the first answer, texts and all, also after a restart; after an erasure the masked one', async () => {
  const { gate, deps, clock } = await sampleGate({ inspect });
  const call = proposal({ id: 'x1', name: 'bash', args: { command: `rm -rf / # ${CANARIES.password}` } });
  const first = await gate.admit(call);
  assert.match(first.reasons[0].message, /rm -rf/);
  assert.deepEqual(await gate.admit(call), first);
  assert.deepEqual(await gate.wait({ tenant: TENANT, agent: id('a1'), action: id('x1') }, 0), first);
  await gate.close();
  const again = await sampleGate({ ...deps, hand: clock });
  assert.deepEqual(await again.gate.admit(call), first);
  await again.gate.erase(TENANT, 'session/s1', 'asked to', ADMIN);
  const masked = await again.gate.admit(call);
  assert.equal(masked.effect, first.effect);
  assert.deepEqual(found(JSON.stringify(masked)), []);
  await again.gate.close();
});

test('[LOG-32] an erasure takes the texts of what waits for a person, in memory too; the action can only be denied and nothing is sealed anew', async () => {
  const { gate, deps } = await sampleGate({ inspect, policy: ASKING });
  const asked = await gate.admit(proposal({ id: 'w1', name: 'bash', args: { command: `rm -rf ./build # ${CANARIES.email}` } }));
  assert.ok(asked.effect === 'ask');
  const [pending] = await gate.pending(TENANT);
  assert.ok(found(JSON.stringify(pending)).length > 0);
  assert.deepEqual(pending?.decision, asked);
  await gate.erase(TENANT, 'session/s1', 'asked to', ADMIN);
  assert.deepEqual(found(JSON.stringify(await gate.pending(TENANT))), []);
  const answer = await gate.grant(TENANT, asked.ask.approval, OPERATOR, { reason: 'fine', channel: 'test' });
  assert.equal(answer.effect, 'deny');
  assert.deepEqual(found(JSON.stringify(answer)), []);
  for (const entry of await decidedIn(deps.store)) assert.equal(await besideDecision(deps.store, entry), 'erased');
  await gate.close();
});

test('[LOG-33] an erasure says how many entries of the session are from before and hold texts in plain', async () => {
  const store = await historyStore(2);
  const before = (await entriesOf(store)).filter(holdsText);
  assert.ok(before.length > 0);
  const { gate, deps } = await sampleGate({ inspect, store });
  const placeOf = ({ agent, session }: { readonly agent?: string; readonly session?: string }): string => `${String(agent)}~${String(session)}`;
  for (const place of new Set(before.map(placeOf))) {
    const [agent, session] = place.split('~');
    await gate.admit(proposal({ agent, session, name: 'bash', args: { command: `rm -rf /srv/${CANARIES.email}` } }));
    const { plain } = await gate.erase(TENANT, `session/${place}`, 'asked to', ADMIN);
    assert.equal(plain, before.filter((one) => placeOf(one) === place).length);
  }
  assert.equal((await gate.erase(TENANT, 'session/none', 'asked to', ADMIN)).plain, 0);
  assert.deepEqual((await entriesOf(deps.store)).filter(holdsText).length, before.length);
  await gate.close();
});
