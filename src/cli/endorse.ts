import type { Define } from './define.ts';
import { connection, search } from './connection.ts';
import { ownerOption } from './owner.ts';
import { json, line, visible } from './print.ts';

/** `aegis endorse`: one value, one session, a person's word for it. */
export const define: Define = (command) => {
  command
    .argument('<session>', 'the session that holds the value')
    .argument('<value>', 'the value, as it appears in the arguments')
    .requiredOption('--reason <text>', 'how you know that it is right; it is recorded')
    .addOption(ownerOption('session'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ aegis endorse 4be1 GB33BUKB20201555555555 --reason "called the landlord"')
    .action(async (session: string, value: string, options: { reason: string; agent?: string; json?: true }) => {
      const { reason, agent } = options;
      const path = `/v1/sessions/${encodeURIComponent(session)}/endorse`;
      const receipt = (await connection().post(path + search({ agent }), { value, reason })) as { index: number };
      if (options.json === true) json(receipt);
      else line(`Endorsed in session ${visible(session)}; recorded as entry ${String(receipt.index)}.`);
    });
};
