import { nearest } from '../config/keys.ts';
import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { json, line, note, visible } from './print.ts';
import { named, scopeOf } from './scope.ts';

/** `aegis halt`: one command, recorded, in force when it returns. */
export const define: Define = (command) => {
  command
    .argument('<agent|session|all>', 'what to halt')
    .argument('[id]', 'the agent or session')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis halt agent support-bot --reason "misbehaving"\n  $ aegis halt session 4be1 --reason "wrong customer"\n  $ aegis halt all --reason "incident 12"',
    )
    .action(async (kind: string, id: string | undefined, options: { reason: string; json?: true }) => {
      const scope = scopeOf(kind, id);
      const receipt = (await connection().post('/v1/halt', { scope, reason: options.reason })) as { index: number };
      if (options.json === true) return json(receipt);
      line(`Halted ${visible(named(scope))}; recorded as entry ${String(receipt.index)}.`);
      // A halt of a name nobody has is legal (it holds when the agent comes), but in a hurry it is a typing error.
      if (scope.kind === 'agent') await warnUnknown(scope.id);
    });
};

async function warnUnknown(id: string): Promise<void> {
  const { agents } = (await connection().get('/v1/agents')) as { agents: readonly { agent: string }[] };
  const ids = agents.map(({ agent }) => agent);
  if (ids.includes(id)) return;
  const meant = nearest(id, ids);
  note(`aegis: no agent called ${visible(id)} is registered${meant === null ? '.' : `; did you mean ${visible(meant)}?`}`);
}
