import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../random.ts';
import type { EntryBodies, EntryDraft } from '../../src/kernel/entry.ts';
import { fold } from '../../src/kernel/fold.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { codes, driver } from './driver.ts';
import type { Driver } from './driver.ts';
import { draft, id, policy, world } from './samples.ts';

const LISTS = { a1: { review: ['read_thing'], block: ['bad'] } };
const PEOPLE = ['o1', 'o2', 'o3'] as const;
const again = { argsDigest: '1', redeems: 'ap-x1' };

function vote(by: string): EntryDraft {
  return draft('approval-granted', { approval: id('ap-x1'), by, channel: 'cli', reason: 'fine' } as unknown as EntryBodies['approval-granted']);
}

function added(operator: string, role: string): EntryDraft {
  return draft('operator-added', { operator, role, name: operator, keyDigest: `k-${operator}` } as unknown as EntryBodies['operator-added']);
}

function removed(operator: string): EntryDraft {
  return draft('operator-removed', { operator: id(operator), reason: 'left' });
}

/** An action that waits for two people, in a log written under the given behaviour. */
function asked(semantics: number): Driver {
  const opened = draft('gate-opened', { version: 'test', semantics, epoch: 1 });
  const people = PEOPLE.map((one) => added(one, 'operator'));
  const drive = driver(world(people, fold(emptyWorld(), opened)), policy({ agents: LISTS, approvals: { quorum: 2 } }));
  assert.equal(drive.act({ argsDigest: '1' }).effect, 'ask');
  return drive;
}

function statusOf({ approvals }: World): string | undefined {
  return approvals.get(id('ap-x1'))?.status;
}

test('[ASK-8] a removed voter and one who became an auditor leave the question open for another', () => {
  for (const gone of [removed('o1'), added('o1', 'auditor')]) {
    const drive = asked(2);
    for (const entry of [vote('o1'), gone, vote('o2')]) drive.append(entry);
    assert.equal(statusOf(drive.now), 'pending');
    drive.append(vote('o3'));
    assert.equal(drive.act(again).effect, 'allow');
  }
});

test('[ASK-8] a log of semantics 1 goes on as it did: the count was full, the action denied', () => {
  const drive = asked(1);
  for (const entry of [vote('o1'), removed('o1'), vote('o2')]) drive.append(entry);
  assert.equal(statusOf(drive.now), 'granted');
  const decision = drive.act(again);
  assert.deepEqual([decision.effect, decision.semantics], ['deny', 1]);
  assert.ok(codes(decision).includes('APPROVAL_INVALID'));
});

test('[ASK-8] property: nothing is loosened, whoever comes, votes and goes in whatever order', () => {
  const person = fc.constantFrom(...PEOPLE);
  const event = fc.oneof(
    { weight: 4, arbitrary: person.map((who) => ({ who, kind: 'vote' as const })) },
    { weight: 2, arbitrary: person.map((who) => ({ who, kind: 'removed' as const })) },
    { weight: 1, arbitrary: person.map((who) => ({ who, kind: 'auditor' as const })) },
    { weight: 2, arbitrary: person.map((who) => ({ who, kind: 'operator' as const })) },
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 14 }), (events) => {
      const now = asked(2);
      const before = asked(1);
      const voters = new Set<string>();
      const may = new Set<string>(PEOPLE);
      let settled = false;
      for (const { who, kind } of events) {
        if (kind === 'vote' && !settled) voters.add(who);
        if (kind === 'removed') voters.delete(who);
        if (kind === 'operator') may.add(who);
        else if (kind !== 'vote') may.delete(who);
        const entry = kind === 'vote' ? vote(who) : kind === 'removed' ? removed(who) : added(who, kind);
        for (const drive of [now, before]) drive.append(entry);
        settled = statusOf(now.now) === 'granted';
        // Whatever is granted now was granted when every vote counted.
        if (settled) assert.equal(statusOf(before.now), 'granted');
        const standing = [...voters].filter((one) => may.has(one));
        const released = driver(now.now, policy({ agents: LISTS })).act({ ...again, id: 'again' }).effect === 'allow';
        if (released) assert.ok(standing.length >= 2, `${standing.join(' ')} released it`);
      }
    }),
    { numRuns: 300, seed: 8 },
  );
});
