import { writeFileSync } from 'node:fs';
import { PolicyDocument } from '../../src/policy/document.ts';
import { ManifestDocument } from '../../src/policy/manifest-document.ts';

/** Publishes the schemas the check reads: `node test/policy/write-schemas.ts`. */
for (const [name, schema] of [
  ['policy', PolicyDocument],
  ['manifest', ManifestDocument],
] as const) {
  const published = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema };
  writeFileSync(new URL(`../../schema/${name}.json`, import.meta.url), `${JSON.stringify(published, null, 2)}\n`);
}
