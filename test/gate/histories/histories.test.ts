import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeWorld } from '../../../src/kernel/snapshot.ts';
import { fold } from '../../../src/kernel/fold.ts';
import { emptyWorld } from '../../../src/kernel/world.ts';
import { reloadPolicy } from '../../../src/gate/tenant/policies.ts';
import { replayTenant } from '../../../src/lab/replay.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';
import { canonical } from '../../../src/wire/jcs.ts';
import { entriesOf } from '../entries.ts';
import { TENANT } from '../sample-gate.ts';
import { HISTORIES, historyStore, historyWorld } from './history.ts';

/** The form of a snapshot has a number of its own; what it holds is what must come out. */
function facts(world: unknown): string {
  return canonical({ ...(world as object), version: 0 });
}

for (const semantics of HISTORIES) {
  test(`[GATE-36] a log of semantics ${String(semantics)} decides again as it did, byte for byte`, async () => {
    const store = await historyStore(semantics);
    const report = await replayTenant(store, TENANT, (bytes, digest) => reloadPolicy(compilePolicy, bytes, digest));
    assert.equal(report.difference, null);
    assert.deepEqual(report.erased, []);
    assert.equal(report.entries, (await store.head(TENANT)).size);
    assert.ok(report.equal > 60);
  });

  test(`[GATE-36] a log of semantics ${String(semantics)} folds to the world it was folded to then`, async () => {
    const entries = await entriesOf(await historyStore(semantics));
    const opened = entries.find((entry) => entry.type === 'gate-opened');
    assert.equal(opened?.body.semantics, semantics);
    assert.equal(facts(encodeWorld(entries.reduce(fold, emptyWorld()))), facts(historyWorld(semantics)));
  });
}
