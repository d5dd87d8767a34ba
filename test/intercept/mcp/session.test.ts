import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, newSession, withinRate } from '../../../src/intercept/mcp/session.ts';
import type { SessionDeps } from '../../../src/intercept/mcp/session.ts';

test('[MCP-11] two hundred messages at once and a hundred a second; one row for each kind of refusal in ten seconds', () => {
  let now = 0;
  const rows: string[] = [];
  const decisionPoint = { refused: (code: string) => Promise.resolve(void rows.push(code)) };
  const session = newSession({ decisionPoint, clock: { monotonic: () => now } } as unknown as SessionDeps);
  const pass = (): number => Array.from({ length: 1_000 }, () => withinRate(session)).filter((one) => one).length;
  assert.equal(pass(), 200);
  now += 1_000;
  assert.equal(pass(), 100);
  now += 60_000;
  assert.equal(pass(), 200);
  for (const code of ['MCP_FLOOD', 'MCP_FLOOD', 'MCP_FRAME', 'MCP_FLOOD']) audit(session, code);
  assert.deepEqual(rows, ['MCP_FLOOD', 'MCP_FRAME']);
  now += 10_000;
  audit(session, 'MCP_FLOOD');
  assert.deepEqual(rows, ['MCP_FLOOD', 'MCP_FRAME', 'MCP_FLOOD']);
});
