import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PolicyDocument } from '../../src/policy/document.ts';
import { ManifestDocument } from '../../src/policy/manifest-document.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Written by `node test/policy/write-schemas.ts`. */
for (const [name, schema] of [
  ['policy', PolicyDocument],
  ['manifest', ManifestDocument],
] as const)
  test(`[POLICY-1] schema/${name}.json is the schema the check reads`, () => {
    const published = JSON.parse(readFileSync(new URL(`../../schema/${name}.json`, import.meta.url), 'utf8')) as object;
    assert.deepEqual(published, JSON.parse(JSON.stringify({ $schema: DIALECT, ...schema })));
  });
