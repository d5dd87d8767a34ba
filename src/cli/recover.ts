import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { LOG_FILE } from '../daemon/log-file.ts';
import type { Define } from './define.ts';
import { CliError, EXIT } from './exit.ts';
import { checkFolder } from './files.ts';
import { flagsOf } from './flags.ts';
import { json, line, visible } from './print.ts';

/** `aegis recover`: an operator's word that an older store may go on; offline, recorded as an entry. */
export const define: Define = (command) => {
  command
    .requiredOption('--reason <text>', 'what happened to the store; it is recorded')
    .option('--data <folder>', 'folder of the store')
    .option('--checkpoints <folder>', 'folder of the signed checkpoints')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhen Aegis refuses to start with STORE_ROLLED_BACK; look with `aegis log verify` first.\n\nExamples:\n  $ aegis recover --reason "restored from the backup of Friday"',
    )
    .action(async (options: { reason: string; data?: string; checkpoints?: string; config?: string; json?: true }) => {
      const [{ recoverStore }, { loadConfig }] = await Promise.all([import('../daemon/recover-store.ts'), import('../config/load.ts')]);
      const config = await loadConfig({
        ...(options.config === undefined ? {} : { file: options.config }),
        env: process.env,
        flags: flagsOf(options),
        cwd: process.cwd(),
      });
      checkFolder(config.dataDir, 'The data folder', 'Name the folder with --data.');
      if (!existsSync(join(config.dataDir, LOG_FILE)))
        throw new CliError(EXIT.usage, 'NO_STORE', `There is no log in ${config.dataDir}.`, 'Name the folder with --data.');
      const accepted = await recoverStore(config, { by: userInfo().username, reason: options.reason });
      if (options.json === true) return json(accepted);
      if (accepted.length === 0) line('Nothing to recover: the store agrees with its checkpoints.');
      for (const { tenant, detail } of accepted) line(`${visible(tenant)} continues as it is (${visible(detail)}).`);
      if (accepted.length > 0) line('Signed into the checkpoint folder. Start Aegis with `aegis up`.');
    });
};
