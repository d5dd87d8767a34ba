import { test } from 'node:test';
import { PolicyDocument } from '../../src/policy/document.ts';
import { ManifestDocument } from '../../src/policy/manifest-document.ts';
import { pinned } from '../pins/pinned.ts';

for (const [name, schema] of [
  ['policy', PolicyDocument],
  ['manifest', ManifestDocument],
] as const)
  test(`[POLICY-1] schema/${name}.json is the schema the check reads`, () => {
    const published = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema };
    pinned(`schema/${name}.json`, `${JSON.stringify(published, null, 2)}\n`);
  });
