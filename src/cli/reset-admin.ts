import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { DEFAULT_TENANT } from '../kernel/ids.ts';
import type { TenantId } from '../kernel/ids.ts';
import { CliError, EXIT } from './exit.ts';
import { flagsOf } from './flags.ts';
import { line, note, tone, visible } from './print.ts';

export interface ResetOptions {
  readonly tenant: string;
  readonly data?: string;
  readonly checkpoints?: string;
  readonly config?: string;
}

/** `aegis operators reset-admin`: a person at a terminal, while no daemon serves the store (AUTH-13, AUTH-14). */
export async function resetAtTerminal(options: ResetOptions): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new CliError(
      EXIT.usage,
      'NOT_A_TERMINAL',
      '`aegis operators reset-admin` needs a terminal; here input or output is a pipe or a file.',
      'Run it yourself, in a terminal on this machine.',
    );
  const [{ checkOffline, resetAdmin }, { loadConfig }] = await Promise.all([import('../daemon/reset-admin.ts'), import('../config/load.ts')]);
  const cwd = process.cwd();
  const file = options.config === undefined ? {} : { file: options.config };
  const config = await loadConfig({ ...file, env: process.env, flags: flagsOf({ data: options.data, checkpoints: options.checkpoints }), cwd });
  checkOffline(config);
  const tenant = options.tenant as TenantId;
  line(`This adds an administrator to ${tenant === DEFAULT_TENANT ? 'the store' : `tenant ${visible(tenant)} of the store`} in ${config.dataDir}.`);
  line('It is recorded, and Aegis mentions it at each start until an administrator acknowledges it.');
  await confirmed(`reset ${tenant}`);
  const onFault = ({ what, error }: { what: string; error: unknown }): void =>
    note(`aegis: ${what}: ${error instanceof Error ? error.message : String(error)}`);
  const { operator, key } = await resetAdmin({ config, cwd, tenant, by: userInfo().username, onFault });
  line(`\nAdded the administrator ${visible(operator)}. The key, shown this once:\n\n  ${tone('bold', key)}\n`);
  line('Start Aegis, then:\n');
  line(`  aegis login ${key}`);
  line('  aegis operators                     lists the operators: remove those whose keys are lost');
  line('  aegis operators acknowledge-reset');
}

async function confirmed(words: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // The end of the input is no yes.
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const typed = await Promise.race([terminal.question(`Type "${words}" to go on: `), ended]);
    if (typed.trim() === words) return;
  } finally {
    terminal.close();
  }
  throw new CliError(EXIT.usage, 'NOT_CONFIRMED', 'Nothing was changed: the words were not typed.');
}
