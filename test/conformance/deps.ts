import { readFileSync } from 'node:fs';
import { createInspect } from '../../src/inspect/create-inspect.ts';
import { decide } from '../../src/kernel/decide.ts';
import { fold } from '../../src/kernel/fold.ts';
import { ledgersOf } from '../../src/kernel/ledger.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import type { ConformDeps } from '../../src/lab/conform.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { digestOf } from '../../src/wire/digest.ts';

const inspect = await createInspect();

export const DEPS: ConformDeps = {
  decide,
  fold,
  emptyWorld,
  ledgersOf,
  digest: digestOf,
  inspect: (row) => inspect({ kind: row.kind ?? 'tool', name: row.name, args: row.args ?? {} }),
  compile: async (text, resolve) => {
    const compiled = await compilePolicy(text, resolve);
    return compiled.ok ? compiled.policy : compiled.faults.map((fault) => `${fault.path} ${fault.message}`).join('; ');
  },
  shipped: (name) => readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), 'utf8'),
};
