import type { Amounts } from '../kernel/decision.ts';
import { connection, type Connection } from './connection.ts';
import type { Define } from './define.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { whole } from './numbers.ts';
import { json, line, usd, visible, type Tone } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';
import { when } from './screen/when.ts';

interface BudgetRow {
  readonly id: string;
  readonly scope: string;
  readonly of: string;
  readonly ledger: string;
  readonly field: keyof Amounts;
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  readonly resetsAt?: number;
  readonly exhaustedAt?: number;
}

interface Listed {
  readonly budgets: readonly BudgetRow[];
  readonly more: number;
}

/** `aegis budgets [list|set]`. */
export const define: Define = (command) => {
  command
    .command('list', { isDefault: true })
    .description('show every limit, the fullest first')
    .option('--agent <id>', 'only those that this agent’s actions count against')
    .option('--limit <number>', 'how many', whole(1, 500), 100)
    .option(...WATCH)
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('set <ledger>')
    .description('set a limit over and above the policy’s; the lower one holds')
    .option('--usd <dollars>', 'dollars', dollarsOf)
    .option('--tokens <number>', 'tokens', whole(0))
    .option('--tool-calls <number>', 'tool calls', whole(0))
    .option('--model-calls <number>', 'model calls', whole(0))
    .option('--steps <number>', 'steps', whole(0))
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .action(set);
  examples(command, [
    'aegis budgets',
    'aegis budgets --agent support-bot',
    'aegis budgets set agent/support-bot/day --usd 5 --reason "trial"',
    'aegis budgets set tenant/month --usd 200 --tokens 50000000 --reason "2027 plan"',
  ]);
};

async function list({ watch, json: asJson, ...query }: { agent?: string; limit: number; watch?: Watch; json?: true }): Promise<void> {
  const aegis = connection();
  const read = async (): Promise<Listed> => (await aegis.get('/v1/views/budgets', query)) as Listed;
  if (asJson === true) return json((await read()).budgets);
  await shown(watch, async () => {
    const { budgets, more } = await read();
    if (budgets.length === 0)
      return 'No limits. Set one: aegis budgets set agent/<name>/day --usd 5 --reason "…", or in the policy: docs/reference/policy.md';
    const left = more === 0 ? '' : `\n\n${String(more)} more; --limit shows more, --agent those of one.`;
    return table(COLUMNS, budgets.map(row)) + left;
  });
}

const UNITS: Readonly<Record<keyof Amounts, string>> = {
  usdMicros: '',
  tokens: 'tokens',
  toolCalls: 'tool calls',
  modelCalls: 'model calls',
  steps: 'steps',
};

const COLUMNS: readonly Column[] = [
  { title: 'budget', least: 10 },
  { title: 'of', least: 10 },
  { title: 'limit', right: true },
  { title: 'spent', right: true },
  { title: 'reserved', right: true },
  { title: 'left', right: true },
  { title: 'used', right: true, tone: (used) => (Number.parseInt(used, 10) >= 90 ? 'bad' : Number.parseInt(used, 10) >= 70 ? 'medium' : null) },
  { title: 'resets' },
  { title: 'at this pace', tone: (text): Tone | null => (text === '' || text === 'lasts' ? null : 'bad') },
];

function row(use: BudgetRow): string[] {
  const { id, scope, of, field, limit, spent, reserved, resetsAt } = use;
  const amount = (value: number): string => (field === 'usdMicros' ? usd(value) : `${String(value)} ${UNITS[field]}`);
  const left = limit - spent - reserved;
  return [
    id,
    of === '' ? scope : `${scope} ${of}`,
    amount(limit),
    amount(spent),
    amount(reserved),
    amount(Math.max(0, left)),
    limit === 0 ? '100 %' : `${String(Math.floor(((spent + reserved) / limit) * 100))} %`,
    resetsAt === undefined ? 'never' : when(resetsAt),
    pace(use, left),
  ];
}

function pace({ exhaustedAt, field }: BudgetRow, left: number): string {
  if (left <= 0) return 'used up';
  if (exhaustedAt !== undefined) return `used up ${when(exhaustedAt)}`;
  return field === 'usdMicros' || field === 'tokens' ? 'lasts' : '';
}

interface SetOptions {
  readonly usd?: number;
  readonly tokens?: number;
  readonly toolCalls?: number;
  readonly modelCalls?: number;
  readonly steps?: number;
  readonly reason: string;
  readonly json?: true;
}

async function set(ledger: string, { usd: usdMicros, reason, json: asJson, ...amounts }: SetOptions): Promise<void> {
  const limit = { ...(usdMicros === undefined ? {} : { usdMicros }), ...amounts };
  if (Object.keys(limit).length === 0)
    throw new CliError(EXIT.usage, 'USAGE', 'No limit was given.', 'Give one or more of --usd, --tokens, --tool-calls, --model-calls, --steps.');
  const receipt = (await send(connection(), { ledger, limit, reason })) as { index: number };
  if (asJson === true) return json(receipt);
  line(`Set the limit of ${visible(ledger)}; recorded as entry ${String(receipt.index)}. Where the policy sets a lower one, that one holds.`);
}

async function send(aegis: Connection, body: { readonly ledger: string; readonly limit: object; readonly reason: string }): Promise<unknown> {
  return aegis.post('/v1/budgets', body).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.code !== 'REQUEST_INVALID') throw error;
    throw new CliError(
      EXIT.usage,
      'USAGE',
      `\`${visible(body.ledger)}\` names no ledger.`,
      'Name an agent, team, session or the tenant, and a period where there is one: agent/support-bot/day, team/care/month, tenant/hour, session/support-bot~s1.',
    );
  });
}

/** Dollars as whole micro-dollars. */
function dollarsOf(text: string): number {
  const match = /^\$?(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null)
    throw new CliError(EXIT.usage, 'INVALID_VALUE', `'${visible(text)}' is not a value of --usd.`, 'Give dollars, such as 5 or 0.25.');
  return Number(match[1]) * 1_000_000 + Number((match[2] ?? '').padEnd(6, '0'));
}
