import type { Define } from './define.ts';
import { connection, search } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import { ownerOption } from './owner.ts';
import { json, line, visible } from './print.ts';

/** `aegis erase`: destroys the subject's key; the log still verifies. */
export const define: Define = (command) => {
  command
    .argument('<subject>', 'agent/<id> or session/<id>')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .addOption(ownerOption('session'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\n`agent/<id>` covers every session the agent has had until now.\n\nExamples:\n  $ aegis erase session/4be1 --reason "request 881"',
    )
    .action(async (subject: string, options: { reason: string; agent?: string; json?: true }) => {
      if (!/^(?:agent|session|subject)\/[^\s]{1,300}$/.test(subject))
        throw new CliError(
          EXIT.usage,
          'USAGE',
          `Unknown subject \`${subject}\`.`,
          'Expected: `agent/<id>`, `session/<id>`, or `subject/<name>` as the policy names it.',
        );
      const result = (await connection().post(`/v1/erase${search({ agent: options.agent })}`, { subject, reason: options.reason })) as {
        index: number;
        erased: number;
        plain: number;
      };
      if (options.json === true) json(result);
      else {
        line(
          `${String(result.erased)} payloads of ${visible(subject)} are unreadable from now on, in backups of the log too; recorded as entry ${String(result.index)}. The log still verifies.`,
        );
        if (result.plain > 0)
          line(
            `${String(result.plain)} entries of this session are older than the sealing of texts and hold some in plain. Entries of the log cannot be changed; to be rid of them, archive or delete the whole store.`,
          );
      }
    });
};
