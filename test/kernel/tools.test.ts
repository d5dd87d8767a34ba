import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/kernel/decide.ts';
import type { EntryBodies, ShownTool } from '../../src/kernel/entry.ts';
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
  let now = world();
  for (let at = 0; at < 1_100; at++) now = fold1(now, draft('tool-pinned', pinned({ tool: `t${String(at)}` }), OF));
  assert.equal(now.tools.get(id('a1'))?.length, 1_024);
  const again = decodeWorld(encodeWorld(now));
  assert.deepEqual(again.tools.get(id('a1')), now.tools.get(id('a1')));
  assert.match(say(again, { name: 't1099' }), /TOOL_QUARANTINED/);
});
