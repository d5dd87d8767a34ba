import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentId, TenantId } from '../../src/kernel/ids.ts';
import { contentOf, outcomeOf } from '../../src/intercept/http/normalise.ts';

const PRINCIPAL = { role: 'agent', tenant: 'default' as TenantId, agent: 'a1' as AgentId } as const;

test('[TAINT-10] an agent cannot vouch for what the world answered', () => {
  for (const source of ['tool_output', 'memory_read', 'retrieved_doc', 'model_output'] as const) {
    assert.equal(contentOf({ source, trusted: true, value: 'x' }, 's1', PRINCIPAL).trusted, false, source);
    assert.equal(outcomeOf({ status: 'succeeded', source, trusted: true }, 'a', PRINCIPAL).trusted, false, source);
  }
  assert.equal(contentOf({ source: 'user_input', trusted: true, value: 'x' }, 's1', PRINCIPAL).trusted, true);
  assert.equal(contentOf({ source: 'user_input', value: 'x' }, 's1', PRINCIPAL).trusted, false);
});
