import { readFileSync } from 'node:fs';
import { createInspect } from '../../src/inspect/create-inspect.ts';
import { decide } from '../../src/kernel/decide.ts';
import { fold } from '../../src/kernel/fold.ts';
import type { Digest } from '../../src/kernel/ids.ts';
import type { Json } from '../../src/kernel/json.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { ConformDeps } from '../../src/lab/conform.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { sha256Hex } from '../../src/policy/digest.ts';

/** Canonical enough for tests: keys sorted, as RFC 8785 does for plain text and integers. */
export function canonicalBytes(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(sorted(value)));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Readonly<Record<string, Json>>;
  return Object.fromEntries(Object.keys(object).sort().map((key) => [key, sorted(object[key] ?? null)]));
}

const inspect = await createInspect();

export const DEPS: ConformDeps = {
  decide,
  fold,
  emptyWorld,
  ledgersOf,
  digest: (value) => sha256Hex(canonicalBytes(value)) as Digest,
  inspect: (row) => inspect({ kind: row.kind ?? 'tool', name: row.name, args: row.args ?? {} }),
  compile: async (text, resolve) => {
    const compiled = await compilePolicy(text, resolve, canonicalBytes);
    return compiled.ok ? compiled.policy : compiled.faults.map((fault) => `${fault.path} ${fault.message}`).join('; ');
  },
  shipped: (name) => readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), 'utf8'),
};
