import { createInspect } from '../inspect/create-inspect.ts';
import { decide } from '../kernel/decide.ts';
import { fold } from '../kernel/fold.ts';
import { ledgersOf } from '../kernel/ledger.ts';
import { emptyWorld } from '../kernel/world.ts';
import { policyTest } from '../lab/policy-test.ts';
import { readPacks } from '../lab/conform-packs.ts';
import { conform, type ConformDeps, type Report } from '../lab/conform.ts';
import { digestOf } from '../wire/digest.ts';
import { compilePolicy } from '../policy/compile.ts';
import type { Resolve } from '../policy/resolve.ts';
import { CliError, EXIT } from './exit.ts';
import { checkFolder, policyFile, readText } from './files.ts';

/** The parts of this build, for the runner that judges any build. */
async function thisBuild(): Promise<ConformDeps> {
  const inspect = await createInspect();
  return {
    decide,
    fold,
    emptyWorld,
    ledgersOf,
    digest: digestOf,
    inspect: (row) => inspect({ kind: row.kind ?? 'tool', name: row.name, args: row.args ?? {} }),
    compile: async (text, resolve) => {
      const compiled = await compilePolicy(text, resolve);
      return compiled.ok
        ? compiled.policy
        : compiled.faults.map((fault) => `${String(fault.line)}:${String(fault.column)} ${fault.message}`).join('; ');
    },
    shipped: (name) => readText(policyFile(name)),
  };
}

/** Every pack of a folder against this build. */
export async function runPacks(folder: string): Promise<Report> {
  checkFolder(folder, 'The folder of packs', 'Name a folder of *.yaml packs; see conformance/README.md.');
  let packs;
  try {
    packs = readPacks(folder);
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      'NO_PACK',
      error instanceof Error ? error.message : String(error),
      'See conformance/README.md for the form of a pack.',
    );
  }
  return conform(packs, await thisBuild());
}

/** The cases that lie beside a policy. */
export async function testPolicy(document: string, cases: string, resolve: Resolve): Promise<Report> {
  try {
    return await policyTest(document, cases, { ...(await thisBuild()), resolve });
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      'NO_CASES',
      error instanceof Error ? error.message : String(error),
      'See conformance/README.md for the form of a case.',
    );
  }
}
