import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER_NAMES } from '../../../src/config/schema.ts';
import { DIALECTS } from '../../../src/intercept/llm/dialects/dialects.ts';
import { dialectContract } from './dialect.contract.ts';
import { PROVIDERS } from './providers/providers.ts';

test('[LLM-51] each dialect has a name of its own and a provider that can be configured', () => {
  const names = DIALECTS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, provider } of DIALECTS) assert.ok((PROVIDER_NAMES as readonly string[]).includes(provider), `${name}: llm.${provider}`);
});

for (const provider of PROVIDERS) dialectContract(provider);
