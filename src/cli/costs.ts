import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { json, line, table, usd } from './print.ts';

interface LedgerRow {
  readonly ledger: string;
  readonly spent: Readonly<Record<string, number>>;
  readonly reserved: Readonly<Record<string, number>>;
  readonly limit?: Readonly<Record<string, number>>;
}

/** `aegis costs`: every ledger, spent and reserved, in the units budgets are kept in. */
export const define: Define = (command) => {
  command
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis costs\n  $ aegis costs --json')
    .action(async (options: { json?: true }) => {
      const got = (await connection().get('/v1/spend')) as { ledgers: readonly LedgerRow[] };
      const ledgers = got.ledgers.toSorted((a, b) => (a.ledger < b.ledger ? -1 : 1));
      if (options.json === true) return json(ledgers);
      if (ledgers.length === 0) return line('Nothing was spent yet.');
      const rows = ledgers.map((row) => [
        row.ledger,
        usd(row.spent['usdMicros']),
        usd(row.reserved['usdMicros']),
        usd(row.limit?.['usdMicros']),
        String(row.spent['tokens'] ?? 0),
        String((row.spent['toolCalls'] ?? 0) + (row.reserved['toolCalls'] ?? 0)),
      ]);
      line(table(['ledger', 'spent', 'reserved', 'limit', 'tokens', 'tool calls'], rows));
    });
};
