import type { Define } from './define.ts';
import { undo } from './install/change.ts';
import { installations, ownFolder } from './install/ledger.ts';
import { json, line, visible } from './print.ts';

/** `aegis uninstall`: everything `aegis init` and `aegis hook install` did, last first. */
export const define: Define = (command) => {
  command
    .option('--dry-run', 'only show what would be restored')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis uninstall --dry-run\n  $ aegis uninstall')
    .action((options: { dryRun?: true; json?: true }) => {
      const all = installations().toReversed();
      const done =
        options.dryRun === true
          ? all.flatMap(({ files }) => files.toReversed().map(({ path }) => ({ path, how: 'would undo' })))
          : all.flatMap(({ id }) => undo(id));
      const told = done.filter(({ path }) => !path.startsWith(ownFolder()));
      if (options.json === true) return json(told);
      if (told.length === 0) return line('Nothing is installed.');
      for (const { path, how } of told) line(`${how.padEnd(10)} ${visible(path)}`);
      if (options.dryRun !== true) line('The log, the configuration and the daemon’s keys are kept. To delete them too, remove its data folder.');
    });
};
