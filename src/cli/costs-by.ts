import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import { json, line, usd } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, type Watch } from './screen/watch.ts';

/** What costs are summed up by. */
export const COST_GROUPS = ['agent', 'model', 'tool', 'day'] as const;
export type CostGroup = (typeof COST_GROUPS)[number];

interface CostTerms {
  readonly by: CostGroup;
  readonly days: number;
  readonly csv?: true;
  readonly watch?: Watch;
  readonly json?: true;
}

interface CostRow {
  readonly name: string;
  readonly usdMicros: number;
  readonly tokens: number;
}

type Spent = Omit<CostRow, 'name'>;

interface SpendView {
  readonly total: Spent;
  readonly byAgent: readonly (Spent & { readonly agent: string })[];
  readonly byModel: readonly (Spent & { readonly model: string })[];
  readonly byTool: readonly (Spent & { readonly tool: string })[];
  readonly byDay: readonly (Spent & { readonly at: number })[];
}

const DAY = 86_400_000;

/** `aegis costs --by …`: what was settled, the dearest first, days in their order. */
export async function showCosts(aegis: Connection, { by, days, csv, watch, json: asJson }: CostTerms): Promise<void> {
  if (csv === true && asJson === true) throw new CliError(EXIT.usage, 'USAGE', '--csv and --json cannot be given together.', 'Give one of them.');
  const read = async (): Promise<{ readonly rows: readonly CostRow[]; readonly total: Spent }> => {
    const since = Math.floor(Date.now() / DAY) * DAY - (days - 1) * DAY;
    const spend = (await aegis.get('/v1/views/spend', { since })) as SpendView;
    return { rows: rowsOf(spend, by), total: spend.total };
  };
  if (asJson === true) return json((await read()).rows.map(({ name, ...spent }) => ({ [by]: name, ...spent })));
  if (csv === true) return line(csvOf(by, (await read()).rows));
  await shown(watch, async () => {
    const { rows, total } = await read();
    if (rows.length === 0) return `Nothing was spent in the last ${days === 1 ? 'day' : `${String(days)} days`}.`;
    return table(columns(by), [...rows.map((row) => cells(row, by)), cells({ name: 'in all', ...total }, by)]);
  });
}

function rowsOf(spend: SpendView, by: CostGroup): readonly CostRow[] {
  if (by === 'day') return spend.byDay.map(({ at, usdMicros, tokens }) => ({ name: new Date(at).toISOString().slice(0, 10), usdMicros, tokens }));
  if (by === 'agent') return spend.byAgent.map(({ agent, ...spent }) => ({ name: agent, ...spent }));
  if (by === 'model') return spend.byModel.map(({ model, ...spent }) => ({ name: model, ...spent }));
  return spend.byTool.map(({ tool, ...spent }) => ({ name: tool, ...spent }));
}

const columns = (by: CostGroup): readonly Column[] => [
  { title: by, least: 12 },
  { title: 'spent', right: true },
  { title: 'tokens', right: true },
];

/** What was spent by a tool has no model, and the other way about. */
const NONE: Readonly<Record<CostGroup, string>> = { agent: '(unknown)', model: '(tools)', tool: '(models)', day: '' };

const cells = ({ name, usdMicros, tokens }: CostRow, by: CostGroup): string[] => [name === '' ? NONE[by] : name, usd(usdMicros), String(tokens)];

function csvOf(by: CostGroup, rows: readonly CostRow[]): string {
  return [
    `${by},usd,tokens`,
    ...rows.map(({ name, usdMicros, tokens }) => `${field(name)},${(usdMicros / 1_000_000).toFixed(6)},${String(tokens)}`),
  ].join('\n');
}

/** RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe. */
function field(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
