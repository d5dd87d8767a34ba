import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryBodies, ShownTool } from '../../src/kernel/entry.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import { decodeWorld, encodeWorld } from '../../src/kernel/snapshot.ts';
import { codes } from './driver.ts';
import { action, CONTEXT, draft, fold1, id, policy, world } from './samples.ts';

const shown: ShownTool = { server: 'mail', identity: id('i'), tool: 'send', digest: id('d1'), fingerprint: [] };
const pinned = (part: Partial<ShownTool> = {}): EntryBodies['tool-pinned'] => ({ ...shown, ...part, why: 'first-seen' });
const doubted = (part: Partial<ShownTool> = {}): EntryBodies['tool-quarantined'] => ({ ...shown, ...part, doubts: ['TOOL_CHANGED'] });
const OF = { agent: 'a1' } as const;

function say(now: ReturnType<typeof world>, part: object = {}): string {
  const decision = decide(action({ name: 'send', server: 'mail', toolDigest: 'd1', ...part }), now, policy(), CONTEXT);
  return `${decision.effect} ${codes(decision).join()}`;
}

test('[MCP-2] a call of an MCP tool needs exactly the pinned definition, and nothing in doubt', () => {
  const refused = /^deny TOOL_QUARANTINED/;
  const trusted = world([draft('tool-pinned', pinned(), OF)]);
  assert.match(say(world()), refused);
  assert.doesNotMatch(say(trusted), refused);
  assert.match(say(trusted, { toolDigest: 'd2' }), refused);
  assert.match(say(trusted, { toolDigest: undefined }), refused);
  assert.match(say(trusted, { server: 'other' }), refused);
  assert.match(say(trusted, { name: 'sent' }), refused);
  assert.doesNotMatch(say(trusted, { server: undefined, toolDigest: undefined }), refused);
  const doubtful = fold1(trusted, draft('tool-quarantined', doubted({ digest: id('d2') }), OF));
  assert.match(say(doubtful), refused);
  assert.match(say(doubtful, { toolDigest: 'd2' }), refused);
  const restored = fold1(doubtful, draft('tool-pinned', pinned(), OF));
  assert.doesNotMatch(say(restored), refused);
  const other = world([draft('tool-pinned', pinned(), { agent: 'a2' })]);
  assert.match(say(other), refused);
});

test('[MCP-2] what is shown is bounded for each agent, and a snapshot keeps it', () => {
  const after = (from: ReturnType<typeof world>, count: number): ReturnType<typeof world> => {
    let now = from;
    for (let at = 0; at < count; at++) now = fold1(now, draft('tool-pinned', pinned({ tool: `t${String(at)}` }), OF));
    return now;
  };
  const former = after(world([], fold1(emptyWorld(), draft('gate-opened', { version: 'test', semantics: 2, epoch: 1 }))), 1_100);
  assert.equal(former.tools.get(id('a1'))?.length, 1_024, 'a log of semantics 2 goes on as it did');
  const now = after(world(), 4_100);
  assert.equal(now.tools.get(id('a1'))?.length, 4_096);
  const again = decodeWorld(encodeWorld(now));
  assert.deepEqual(again.tools.get(id('a1')), now.tools.get(id('a1')));
  assert.match(say(again, { name: 't4099' }), /TOOL_QUARANTINED/);
});

test('[MCP-17] what is forgotten was never shown: calls are refused, its place is free, and a snapshot agrees', () => {
  const forgotten = { server: 'mail', tool: 'send', by: id<never>('o1') };
  const both = world([draft('tool-pinned', pinned(), OF), draft('tool-pinned', pinned({ server: 'post' }), OF)]);
  const left = fold1(both, draft('tool-forgotten', forgotten, OF));
  assert.match(say(left), /^deny TOOL_QUARANTINED/);
  assert.doesNotMatch(say(left, { server: 'post' }), /TOOL_QUARANTINED/);
  assert.doesNotMatch(say(both), /TOOL_QUARANTINED/);
  const none = fold1(left, draft('tool-forgotten', { ...forgotten, server: 'post' }, OF));
  assert.equal(none.tools.get(id('a1')), undefined);
  assert.deepEqual(decodeWorld(encodeWorld(none)).tools.get(id('a1')), undefined);
  for (const nothing of [
    draft('tool-forgotten', forgotten),
    draft('tool-forgotten', forgotten, { agent: 'a2' }),
    draft('tool-forgotten', forgotten, OF),
  ])
    assert.deepEqual(fold1(left, nothing).tools.get(id('a1')), left.tools.get(id('a1')));
  const again = fold1(left, draft('tool-pinned', pinned({ digest: id('d2') }), OF));
  assert.doesNotMatch(say(again, { toolDigest: 'd2' }), /TOOL_QUARANTINED/);
});
