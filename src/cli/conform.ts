import { Option } from 'commander';
import { join } from 'node:path';
import type { Define } from './define.ts';
import { EXIT } from './exit.ts';
import { HOME } from './files.ts';
import { line } from './print.ts';

/** `aegis conform`: cases are data, any build is judged by the same ones. Needs no daemon. */
export const define: Define = (command) => {
  command
    .argument('[folder]', 'folder of conformance packs', join(HOME, 'conformance'))
    .addOption(new Option('--format <name>', 'output format').choices(['text', 'junit', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .addHelpText('after', '\nExamples:\n  $ aegis conform\n  $ aegis conform ./my-packs --format junit > report.xml')
    .action(async (folder: string, options: { format: string; json?: true }) => {
      const { runPacks } = await import('./conformance.ts');
      const { reportJson, reportJunit, reportText } = await import('../lab/conform-report.ts');
      const report = await runPacks(folder);
      const format = options.json === true ? 'json' : options.format;
      line((format === 'json' ? reportJson(report) : format === 'junit' ? reportJunit(report) : reportText(report)).trimEnd());
      if (report.failed > 0 || report.total === 0) process.exitCode = EXIT.failed;
    });
};
