import type { Define } from './define.ts';
import { Option } from 'commander';
import { connection, type Connection } from './connection.ts';
import { COST_GROUPS, showCosts, type CostGroup } from './costs-by.ts';
import { whole } from './numbers.ts';
import { CliError, EXIT } from './exit.ts';
import { json, usd } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';

interface LedgerRow {
  readonly ledger: string;
  readonly spent: Readonly<Record<string, number>>;
  readonly reserved: Readonly<Record<string, number>>;
  /** The lowest limit in micro-dollars that holds for it. */
  readonly limitUsdMicros?: number;
}

interface BudgetRow {
  readonly ledger: string;
  readonly limit: number;
}

/** Agents whose limits are looked up; who has more reads them one by one. */
const MOST_AGENTS = 200;

interface Options {
  readonly by?: CostGroup;
  readonly days: number;
  readonly csv?: true;
  readonly watch?: Watch;
  readonly json?: true;
}

/** `aegis costs`: every ledger, spent and reserved, with the limit that holds for it; `--by`: what was settled, summed up. */
export const define: Define = (command) => {
  command
    .addOption(new Option('--by <what>', 'sum up what was settled').choices(COST_GROUPS))
    .option('--days <number>', 'with --by: the last so many days (UTC), today among them', whole(1, 400), 30)
    .option('--csv', 'with --by: print comma-separated values')
    .option(...WATCH)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aegis costs\n  $ aegis costs --by model --days 7\n  $ aegis costs --by day --csv > costs.csv\n  $ aegis costs --watch 5\n  $ aegis costs --json',
    )
    .action(async (options: Options) => {
      const aegis = connection();
      if (options.by !== undefined) return showCosts(aegis, { ...options, by: options.by });
      if (options.csv === true) throw new CliError(EXIT.usage, 'USAGE', '--csv needs --by.', `Name one of ${COST_GROUPS.join(', ')}.`);
      if (options.json === true) return json(await ledgersOf(aegis));
      await shown(options.watch, async () => {
        const ledgers = await ledgersOf(aegis);
        return ledgers.length === 0 ? 'Nothing was spent yet.' : table(COLUMNS, ledgers.map(row));
      });
    });
};

const COLUMNS: readonly Column[] = [
  { title: 'ledger', least: 12 },
  { title: 'spent', right: true },
  { title: 'reserved', right: true },
  { title: 'limit', right: true },
  { title: 'left', right: true },
  { title: 'tokens', right: true },
  { title: 'tool calls', right: true },
];

function row({ ledger, spent, reserved, limitUsdMicros: limit }: LedgerRow): string[] {
  const of = (field: string): number => (spent[field] ?? 0) + (reserved[field] ?? 0);
  return [
    ledger,
    usd(spent['usdMicros']),
    usd(reserved['usdMicros']),
    usd(limit),
    limit === undefined ? '' : usd(Math.max(0, limit - of('usdMicros'))),
    String(spent['tokens'] ?? 0),
    String(of('toolCalls')),
  ];
}

async function ledgersOf(aegis: Connection): Promise<readonly LedgerRow[]> {
  const { ledgers } = (await aegis.get('/v1/spend')) as { ledgers: readonly LedgerRow[] };
  const limits = await limitsOf(aegis, ledgers);
  return ledgers
    .map((one) => {
      const limitUsdMicros = limits.get(one.ledger);
      return limitUsdMicros === undefined ? one : { ...one, limitUsdMicros };
    })
    .toSorted((a, b) => (a.ledger < b.ledger ? -1 : 1));
}

/** The lowest limit on dollars of each ledger, asked for every agent that has one. */
async function limitsOf(aegis: Connection, ledgers: readonly LedgerRow[]): Promise<ReadonlyMap<string, number>> {
  const agents = new Set(ledgers.map(({ ledger }) => /^agent\/([^/]+)$/.exec(ledger)?.[1]).filter((agent) => agent !== undefined));
  const limits = new Map<string, number>();
  for (const agent of [...agents].slice(0, MOST_AGENTS)) {
    const { budgets } = (await aegis.get('/v1/budgets', { agent: agent.replaceAll('%2F', '/') })) as { budgets: readonly BudgetRow[] };
    for (const { ledger, limit } of budgets) limits.set(ledger, Math.min(limit, limits.get(ledger) ?? limit));
  }
  return limits;
}
