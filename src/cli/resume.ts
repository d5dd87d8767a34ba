import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { ownerOption } from './owner.ts';
import { json, line, visible } from './print.ts';
import { named, scopeOf, type Scope } from './scope.ts';

/** `aegis resume`: lifts a halt of exactly this scope and says which others still hold. */
export const define: Define = (command) => {
  command
    .argument('<agent|session|all>', 'what to resume')
    .argument('[id]', 'the agent or session')
    .option('--reason <text>', 'why; it is recorded', 'no reason given')
    .addOption(ownerOption('session'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis resume agent support-bot --reason "checked"\n  $ aegis resume session 4be1 --reason "customer confirmed"\n  $ aegis resume all --reason "incident 12 is over"',
    )
    .action(async (kind: string, id: string | undefined, options: { reason: string; agent?: string; json?: true }) => {
      const scope = scopeOf(kind, id, options.agent);
      const receipt = (await connection().post('/v1/resume', { scope, reason: options.reason })) as { index: number };
      if (options.json === true) return json(receipt);
      line(`Resumed ${visible(named(scope))}; recorded as entry ${String(receipt.index)}.`);
      const { halts } = (await connection().get('/v1/halt')) as { halts: readonly { scope: Scope; reason: string }[] };
      for (const left of halts) line(`Still halted: ${visible(named(left.scope))} (${visible(left.reason)})`);
    });
};
