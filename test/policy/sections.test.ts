import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Json } from '../../src/kernel/json.ts';
import type { SectionKey } from '../../src/policy/sections.ts';
import { SECTIONS } from '../../src/policy/sections.ts';
import { pinned } from '../pins/pinned.ts';
import { opaWasm } from './opa-fixture.ts';
import { compiled, faults, files, MANIFEST } from './samples.ts';

const KEYS = Object.keys(SECTIONS) as readonly SectionKey[];
const HEAD = { apiVersion: 'aegis.dev/v1', kind: 'Policy', metadata: { name: 'test' }, default: 'deny' };

/** Every file a sample names. */
const FILES = files({
  'aegis-manifest.json': JSON.stringify(MANIFEST),
  'limits.cedar': 'forbid (principal, action, resource == Tool::"wire");',
  'team.wasm': opaWasm({ hit: '[{"result":false}]', miss: '[{"result":true}]' }),
  'treasury.tar.gz': readFileSync('test/policy/rego/treasury.tar.gz'),
});

/** JSON is YAML. */
function only(key: SectionKey, value: unknown): string {
  return JSON.stringify({ ...HEAD, [key]: value });
}

for (const key of KEYS)
  test(`[POLICY-1] every sample of ${key} is without a fault`, async () => {
    for (const sample of SECTIONS[key].samples) assert.deepEqual(await faults(only(key, sample), FILES), [], JSON.stringify(sample));
  });

for (const key of KEYS)
  test(`[POLICY-6] a document without ${key} means what the section says it means`, async () => {
    const { digest: _without, ...without } = await compiled(JSON.stringify(HEAD), FILES);
    const { digest: _spelled, ...spelled } = await compiled(only(key, SECTIONS[key].defaults), FILES);
    assert.deepEqual(spelled, without);
  });

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly patternProperties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

/** Paths of the keys a schema names that none of the values has. */
function unnamed(shape: Shape, values: readonly Json[], path: string): readonly string[] {
  const objects = values.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) as Readonly<Record<string, Json>>[];
  const below = (key: string): readonly Json[] => objects.flatMap((one) => (one[key] === undefined ? [] : [one[key]]));
  const named = Object.entries(shape.properties ?? {}).flatMap(([key, inner]) =>
    below(key).length === 0 ? [`${path}.${key}`] : unnamed(inner, below(key), `${path}.${key}`),
  );
  const free = Object.values(shape.patternProperties ?? {}).flatMap((inner) => unnamed(inner, objects.flatMap(Object.values), `${path}.*`));
  const listed = shape.items === undefined ? [] : unnamed(shape.items, values.filter(Array.isArray).flat() as Json[], `${path}[]`);
  return [...named, ...free, ...listed, ...(shape.anyOf ?? []).flatMap((inner) => unnamed(inner, values, path))];
}

test('[POLICY-1] the samples of the sections name every key there is', () => {
  // The terms of a detector are the same for all: they are named once.
  const once = (path: string): boolean => /^detectors\.(?!shell\.|(?:pii|secret)\.prompt$)[a-z-]+\./.test(path);
  const missing = KEYS.flatMap((key) => unnamed(SECTIONS[key].schema as Shape, SECTIONS[key].samples as unknown as readonly Json[], key));
  assert.deepEqual(
    missing.filter((path) => !once(path)),
    [],
  );
});

test('the page of the reference is what the sections say', () => {
  const order: SectionKey[] = KEYS.filter((key) => SECTIONS[key].after === undefined);
  for (const key of KEYS) {
    const { after } = SECTIONS[key];
    if (after !== undefined) order.splice(order.indexOf(after as SectionKey) + 1, 0, key);
  }
  const rows = order.flatMap((key) => SECTIONS[key].page).map((cells) => `| ${cells.join(' | ')} |`);
  const intro = `A policy is one YAML 1.2 document; its JSON schema is [schema/policy.json](../../schema/policy.json). Unknown keys are errors. Anchors and aliases are not supported.`;
  const head = [
    '| `apiVersion` | `aegis.dev/v1` | required |',
    '| `kind` | `Policy` | required |',
    '| `metadata` | `{name, description}`: the name people see in `aegis status` | `name` is required |',
  ];
  const table = ['| section | meaning | left out |', '|---|---|---|', ...head, ...rows].join('\n');
  const chapters = order.flatMap((key) => SECTIONS[key].chapters ?? []);
  pinned('docs/reference/policy.md', ['# Policy reference\n', `${intro}\n`, `${table}\n`, ...chapters].join('\n'));
});
