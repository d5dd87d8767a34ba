import { Option } from 'commander';
import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { examples } from './examples.ts';
import { json, line, tone, visible } from './print.ts';
import { table } from './screen/table.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { ResetOptions } from './reset-admin.ts';

interface OperatorRow {
  readonly operator: string;
  readonly name: string;
  readonly role: string;
  readonly active: boolean;
}

/** `aegis operators [add|remove]`: admins only. */
export const define: Define = (command) => {
  command
    .command('list', { isDefault: true })
    .description('list all operators')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const { operators } = (await connection().get('/v1/operators')) as { operators: readonly OperatorRow[] };
      if (options.json === true) json(operators);
      else
        line(
          table(
            ['operator', 'name', 'role', 'active'],
            operators.map((row) => [row.operator, row.name, row.role, row.active ? 'yes' : 'no']),
          ),
        );
    });
  command
    .command('add <operator>')
    .description('add a person or a tool and print the key, once')
    .requiredOption('--name <text>', 'name of the person or tool')
    .addOption(new Option('--role <role>', 'operator approves and halts, auditor reads, admin configures').choices(PEOPLE).default('operator'))
    .option('--json', 'print JSON')
    .action(async (operator: string, options: { name: string; role: string; json?: true }) => {
      const made = (await connection().post('/v1/operators', { operator, name: options.name, role: options.role })) as {
        operator: string;
        key: string;
      };
      if (options.json === true) json(made);
      else line(`Added ${made.operator} (${options.role}). The key, shown this once:\n\n  ${tone('bold', made.key)}\n\naegis login ${made.key}`);
    });
  command
    .command('remove <operator>')
    .description('remove a person or a tool; the key stops working and unused grants are void')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .action(async (operator: string, options: { reason: string; json?: true }) => {
      const receipt = await connection().delete(`/v1/operators/${encodeURIComponent(operator)}`, { reason: options.reason });
      if (options.json === true) json(receipt);
      else line(`Removed ${visible(operator)}.`);
    });
  resets(command);
  examples(command, [
    'aegis operators',
    'aegis operators list --json',
    'aegis operators add ada --name "Ada Brook" --role operator',
    'aegis operators remove ada --reason "left"',
    'aegis operators reset-admin --data ./.aegis',
    'aegis operators acknowledge-reset',
  ]);
};

/** What is done when every key of an administrator is lost. */
function resets(command: Parameters<Define>[0]): void {
  command
    .command('reset-admin')
    .description('add an administrator when every key is lost; offline and at a terminal only')
    .option('--tenant <tenant>', 'tenant of the new administrator', 'default')
    .option('--data <folder>', 'folder of the store')
    .option('--checkpoints <folder>', 'folder of the signed checkpoints')
    .option('--config <file>', 'configuration file')
    .action(async (options: ResetOptions) => (await import('./reset-admin.ts')).resetAtTerminal(options));
  command
    .command('acknowledge-reset')
    .description('confirm that you know of an administrator reset, so that Aegis stops mentioning it')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const receipt = (await connection().post('/v1/admin-reset/acknowledge')) as { index: number };
      if (options.json === true) json(receipt);
      else line(`Acknowledged, recorded as entry ${String(receipt.index)}.`);
    });
}
