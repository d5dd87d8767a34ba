import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileQuestion, ReadFiles } from '../../src/gate/deps.ts';
import { reloadPolicy } from '../../src/gate/tenant/policies.ts';
import type { Decision } from '../../src/kernel/decision.ts';
import type { Digest } from '../../src/kernel/ids.ts';
import { replayTenant } from '../../src/lab/replay.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { askDigest } from '../../src/gate/approvals/ask-digest.ts';
import { ofType } from './entries.ts';
import { document, OPERATOR, proposal, sampleGate, SECOND, TENANT } from './sample-gate.ts';
import type { SampleGate } from './sample-gate.ts';

const YES = { reason: 'looks right', channel: 'test' } as const;

/** A disk with one file on it, and what was asked of it. */
interface Disk {
  text: string;
  readonly asked: FileQuestion[];
}

const hashOf = (text: string): Digest => text.padEnd(64, '0') as Digest;

async function staged(part: { readonly quorum?: number } = {}): Promise<SampleGate & { readonly disk: Disk }> {
  const disk: Disk = { text: 'a', asked: [] };
  const readFiles: ReadFiles = (question) => {
    disk.asked.push(question);
    const names = question.kind === 'again' ? question.files : question.named.names.filter(({ name }) => name.endsWith('.yaml'));
    return Promise.resolve(names.map(({ name }) => ({ name, path: `/w/${name}`, sha256: hashOf(disk.text), bytes: 1 })));
  };
  const policy = document({ agents: { a1: { review: ['deploy'], allow: ['*'] } }, approvals: { timeoutMs: 60_000, ...part } });
  return { ...(await sampleGate({ policy, readFiles })), disk };
}

const deploy = (id: string, rest: object = {}): Parameters<SampleGate['gate']['admit']>[0] =>
  proposal({ id, name: 'deploy', args: { manifest: 'f.yaml', id }, cwd: '/w', ...rest });

function approvalOf(decision: Decision | undefined): Extract<Decision, { effect: 'ask' }>['ask']['approval'] {
  assert.equal(decision?.effect, 'ask');
  return (decision as Extract<Decision, { effect: 'ask' }>).ask.approval;
}

test('[ASK-35] what is let through or denied outright reads no file and is decided once, alone and in a set', async () => {
  const { gate, deps, disk } = await staged();
  const read = { name: 'read_thing', args: { path: '/w/f.yaml' }, cwd: '/w' };
  await gate.admit(proposal({ id: 'one', ...read }));
  await gate.admitAll([proposal({ id: 'two', ...read }), proposal({ id: 'three', ...read })]);
  await gate.admit(proposal({ id: 'one', ...read }));
  await gate.preview(proposal(read));
  assert.deepEqual(disk.asked, []);
  // One that asks is decided with its files; those beside it in the set pay nothing.
  const [first, asked] = await gate.admitAll([proposal({ id: 'four', ...read }), deploy('five')]);
  assert.deepEqual([first?.effect, asked?.effect, disk.asked.length], ['allow', 'ask', 1]);
  assert.equal((await ofType(deps.store, 'action-decided')).length, 5);
  // An action without a name of a file in it asks as it did.
  assert.equal((await gate.admit(proposal({ id: 'six', name: 'deploy', args: { amount: 5 } }))).effect, 'ask');
  assert.equal(disk.asked.length, 1);
  await gate.close();
});

test('[ASK-30] the digest of an approval covers what its files held, and the record is enough to compute it again', async () => {
  const { gate, disk } = await staged();
  approvalOf(await gate.admit(deploy('p')));
  const [pending] = await gate.pending(TENANT);
  assert.ok(pending);
  const { action, decision } = pending;
  const terms = { approval: pending.approval, policy: decision.policy, expiresAt: decision.ask.expiresAt };
  assert.equal(askDigest(action, terms), decision.ask.digest);
  disk.text = 'b';
  approvalOf(await gate.admit(deploy('q')));
  const other = (await gate.pending(TENANT)).find(({ action: { id } }) => id === ('q' as never));
  assert.notEqual(other?.action.filesDigest, action.filesDigest);
  assert.notEqual(askDigest({ ...action, filesDigest: hashOf('x') }, terms), decision.ask.digest);
  await gate.close();
});

test('[ASK-32] with a quorum the files are compared when the last vote would release, and every vote is given again', async () => {
  const { gate, deps, disk } = await staged({ quorum: 2 });
  const asked = approvalOf(await gate.admit(deploy('p')));
  assert.equal((await gate.grant(TENANT, asked, OPERATOR, YES)).effect, 'ask');
  disk.text = 'b';
  const again = approvalOf(await gate.grant(TENANT, asked, SECOND, YES));
  assert.notEqual(again, asked);
  assert.deepEqual(gate.world(TENANT).approvals.get(again)?.grantedBy, []);
  await gate.grant(TENANT, again, OPERATOR, YES);
  assert.equal((await gate.grant(TENANT, again, SECOND, YES)).effect, 'allow');
  const compile = (bytes: Uint8Array, digest: Digest): ReturnType<typeof reloadPolicy> => reloadPolicy(compilePolicy, bytes, digest);
  assert.equal((await replayTenant(deps.store, TENANT, compile)).difference, null);
  await gate.close();
});

test('[ASK-32] a grant that had to wait for a lock is compared when the lock is free', async () => {
  const { gate, disk, clock } = await staged();
  const resource = { resource: 'cluster:a', slots: 1, ttlMs: 60_000 };
  const held = await gate.admit(proposal({ id: 'holder', session: 's2', resource }));
  assert.equal(held.effect, 'allow');
  const locked = await gate.admit(deploy('q', { resource }));
  // It waits for the lock first, and is asked about when it is its turn.
  assert.equal(locked.effect, 'defer');
  await gate.settle({
    tenant: TENANT,
    agent: 'a1',
    action: 'holder',
    status: 'succeeded',
    usage: {},
    source: 'tool_output',
    trusted: false,
  } as never);
  const turn = approvalOf(await gate.admit(deploy('q', { resource })));
  // A place in the queue is kept for ten seconds.
  clock.move(11_000);
  assert.equal((await gate.admit(proposal({ id: 'other', session: 's2', resource }))).effect, 'allow');
  assert.equal((await gate.grant(TENANT, turn, OPERATOR, YES)).effect, 'defer');
  disk.text = 'b';
  await gate.settle({ tenant: TENANT, agent: 'a1', action: 'other', status: 'succeeded', usage: {}, source: 'tool_output', trusted: false } as never);
  const again = await gate.admit(deploy('q', { resource }));
  assert.notEqual(approvalOf(again), turn);
  assert.match(again.reasons.map(({ message }) => message).join(' '), /`f\.yaml` changed/);
  await gate.close();
});

test('[ASK-33] two who come for one release at the same moment hear of the same question', async () => {
  const { gate, disk } = await staged();
  const asked = approvalOf(await gate.admit(deploy('p')));
  assert.equal((await gate.grant(TENANT, asked, OPERATOR, YES)).effect, 'allow');
  disk.text = 'b';
  const place = { tenant: TENANT, agent: 'a1', action: 'p' } as never;
  const both = await Promise.all([gate.wait(place, 0), gate.admit(deploy('p')), gate.wait(place, 0)]);
  assert.equal(new Set(both.map(approvalOf)).size, 1);
  assert.equal((await gate.pending(TENANT)).length, 1);
  await gate.close();
});
