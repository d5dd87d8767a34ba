import type { Define } from './define.ts';
import { connection, LONG_MS } from './connection.ts';
import { EXIT } from './exit.ts';
import { ownerOption } from './owner.ts';
import { json, line, tone } from './print.ts';

/** `aegis replay [session]`: exit code 1 when a decision comes out differently. */
export const define: Define = (command) => {
  command
    .argument('[session]', 'only this session')
    .addOption(ownerOption('session'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis replay\n  $ aegis replay 4be1')
    .action(async (session: string | undefined, options: { agent?: string; json?: true }) => {
      const path = session === undefined ? '/v1/replay' : `/v1/sessions/${encodeURIComponent(session)}/replay`;
      const report = (await connection().get(path, { agent: options.agent }, LONG_MS)) as {
        compared: number;
        erased: number;
        first?: { index: number; detail: string };
      };
      if (report.first !== undefined) process.exitCode = EXIT.failed;
      if (options.json === true) return json(report);
      if (report.first !== undefined) return line(tone('bad', `Entry ${String(report.first.index)} comes out differently: ${report.first.detail}`));
      line(
        `${String(report.compared)} decisions came out the same, byte for byte.${report.erased > 0 ? ` ${String(report.erased)} could not be compared: their arguments were erased.` : ''}`,
      );
    });
};
