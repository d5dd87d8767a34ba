import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../../../src/kernel/decision.ts';
import { holdFor, restoreHeldCall } from '../../../src/intercept/mcp/held-call.ts';
import type { Request } from '../../../src/intercept/mcp/message.ts';
import { createStateSigner } from '../../../src/intercept/mcp/state-signer.ts';
import { newSession } from '../../../src/intercept/mcp/session.ts';
import type { SessionDeps } from '../../../src/intercept/mcp/session.ts';
import { digestOf } from '../../../src/wire/digest.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
};
const request = (params: object = {}): Request => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'pay', arguments: { to: 'ann', amount: 5 }, _meta: META, ...params } as NonNullable<Request['params']>,
});

function session(now: { at: number }) {
  const deps = {
    decisionPoint: { refused: () => Promise.resolve() },
    server: { name: 'bank', identity: digestOf('bank'), remote: false },
    clock: { monotonic: () => now.at },
    digestOf,
    stateSigner: createStateSigner(new Uint8Array(32)),
  };
  return newSession(deps as unknown as SessionDeps);
}

const ASK = { effect: 'ask', reasons: [], ask: { approval: 'ap-1' } } as unknown as Decision;

test('[MCP-6] a requestState opens only for the very call, unchanged and in time', () => {
  const now = { at: 0 };
  const one = session(now);
  const hold = holdFor(one, request(), { id: 'act-1', kind: 'tool', name: 'pay', args: {} });
  assert.ok(hold);
  const { result } = hold(ASK);
  const state = String(result['requestState']);
  assert.equal(result['resultType'], 'input_required');
  const open = (params: object): unknown => {
    const back = restoreHeldCall(one, request({ requestState: state, inputResponses: { 'aegis-approval': { action: 'accept' } }, ...params }));
    return 'error' in back ? back.error.error.code : [back.action, back.asked.params?.['inputResponses']];
  };
  assert.deepEqual(open({}), ['act-1', undefined]);
  assert.equal(open({ name: 'pay_more' }), -32602);
  assert.equal(open({ arguments: { to: 'eve', amount: 5 } }), -32602);
  for (let at = 'aegis1.'.length; at < state.length; at += 7) {
    const flipped = `${state.slice(0, at)}${state[at] === 'A' ? 'B' : 'A'}${state.slice(at + 1)}`;
    assert.equal(open({ requestState: flipped }), -32602, String(at));
  }
  assert.equal(open({ requestState: 'aegis1.' }), -32602);
  now.at = 600_001;
  assert.equal(open({}), -32602);
});

test('[MCP-6] a state of the server’s own, and its questions’ answers, come back whole after the hold', () => {
  const one = session({ at: 0 });
  const inner = { requestState: 'theirs', inputResponses: { q: { action: 'accept', content: { n: 1 } } } };
  const hold = holdFor(one, request(inner), { id: 'act-2', kind: 'tool', name: 'pay', args: {} });
  const state = String(hold?.(ASK).result['requestState']);
  const back = restoreHeldCall(one, request({ requestState: state }));
  assert.ok('asked' in back);
  assert.equal(back.asked.params?.['requestState'], 'theirs');
  assert.deepEqual(back.asked.params?.['inputResponses'], inner.inputResponses);
  const theirs = restoreHeldCall(one, request({ requestState: 'theirs' }));
  assert.ok('asked' in theirs);
  assert.equal(theirs.action, null);
  assert.equal(holdFor(one, request({ _meta: {} }), { id: 'x', kind: 'tool', name: 'pay', args: {} }), null);
});
