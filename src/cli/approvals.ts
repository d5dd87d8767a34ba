import { codeOf } from './action-record.ts';
import type { ReasonRow } from './action-record.ts';
import type { NamedFile } from '../kernel/named-file.ts';
import { fileLines } from './bound-files.ts';
import type { Define } from './define.ts';
import { connection, type Connection } from './connection.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { whole } from './numbers.ts';
import { json, line, riskTone, tone, visible } from './print.ts';
import { table, type Column } from './screen/table.ts';
import { shown, WATCH, type Watch } from './screen/watch.ts';
import { when, whenColumn } from './screen/when.ts';

interface ApprovalRow {
  readonly approval: string;
  /** Number of the entry that asked. */
  readonly index: number;
  readonly action: string;
  readonly agent: string;
  readonly tool: string;
  /** RFC 8785 text: exactly the bytes that would run. Absent once it is decided. */
  readonly args?: string;
  readonly reasons?: readonly Pick<ReasonRow, 'code' | 'message' | 'finding'>[];
  readonly risk?: string;
  readonly files?: readonly NamedFile[];
  readonly digest: string;
  readonly quorum: number;
  readonly grantedBy: readonly string[];
  readonly expiresAt: number;
}

/** `aegis approvals [show|grant|refuse]`. */
export const define: Define = (command) => {
  command
    .command('list', { isDefault: true })
    .description('list what is waiting for a person, oldest first')
    .option(...WATCH)
    .option('--json', 'print JSON')
    .action(list);
  command.command('show <id>').description('show one, with the exact arguments that would run').option('--json', 'print JSON').action(show);
  command
    .command('grant <id>')
    .description('let the action run once, with exactly these arguments')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--args <json>', 'let it run with these arguments instead; they are decided again')
    .option('--remember <times>', 'also grant the same call this many more times', whole(1, 1000))
    .option('--for <minutes>', 'how long --remember lasts', whole(1, 1440), 60)
    .option('--json', 'print JSON')
    .action(grant);
  command
    .command('refuse <id>')
    .description('refuse it; the action is denied')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { reason: string; json?: true }) => {
      const aegis = connection();
      const decision = await aegis.post(`${await pathOf(aegis, id)}/refuse`, { reason: options.reason });
      if (options.json === true) json(decision);
      else line('Refused. The action was denied.');
    });
  examples(command, [
    'aegis approvals',
    'aegis approvals list --json',
    'aegis approvals --watch',
    'aegis approvals show 42                  the one that entry 42 asked for; its id or the beginning of it will do',
    'aegis approvals grant 42 --reason "checked with Ada"',
    'aegis approvals grant 42 --args \'{"amount":50}\' --reason "less is enough"',
    'aegis approvals grant 42 --remember 5 --for 30 --reason "the same five times"',
    'aegis approvals refuse 42 --reason "not today"',
  ]);
};

async function list(options: { watch?: Watch; json?: true }): Promise<void> {
  const aegis = connection();
  if (options.json === true) return json(await waiting(aegis));
  await shown(options.watch, async () => {
    const approvals = await waiting(aegis);
    if (approvals.length === 0) return 'No approvals waiting.';
    const [first] = approvals;
    const next = `\nLet the first one run: aegis approvals grant ${String(first?.index ?? '')} --reason "…"`;
    return `${table(COLUMNS(), approvals.map(row))}${process.stdout.isTTY ? tone('dim', next) : ''}`;
  });
}

async function waiting(aegis: Connection): Promise<readonly ApprovalRow[]> {
  const { approvals } = (await aegis.get('/v1/approvals')) as { approvals: readonly ApprovalRow[] };
  return approvals.toSorted((a, b) => a.index - b.index);
}

const COLUMNS = (): readonly Column[] => [
  { title: '#', right: true },
  { title: 'agent', least: 8 },
  { title: 'tool', least: 10 },
  { title: 'risk', tone: riskTone },
  whenColumn('expires'),
  { title: 'arguments', least: 16 },
  { title: 'why', least: 10 },
  // On a terminal the number in front is what a person types; a program takes the id.
  ...(process.stdout.isTTY ? [] : [{ title: 'approval' }]),
];

function row({ approval, index, agent, tool, risk, expiresAt, args, reasons }: ApprovalRow): string[] {
  const why = reasons?.[0];
  return [String(index), agent, tool, risk ?? '', when(expiresAt), args ?? '', why === undefined ? '' : `${why.message} (${codeOf(why)})`, approval];
}

const WHOLE_ID = 36;

/** The route of the approval that is meant by the entry that asked (`42`), by its id or the beginning of it. @throws CliError when none or several are */
async function pathOf(aegis: Connection, text: string): Promise<string> {
  if (text.length >= WHOLE_ID) return `/v1/approvals/${encodeURIComponent(text)}`;
  const all = await waiting(aegis);
  const numbered = all.filter(({ index }) => text.replace(/^#/, '') === String(index));
  const meant = numbered.length > 0 ? numbered : all.filter(({ approval }) => approval.startsWith(text));
  const [only, ...others] = meant;
  if (only === undefined)
    throw new CliError(EXIT.conflict, 'NOT_FOUND', `No approval \`${visible(text)}\` is waiting.`, '`aegis approvals` lists those that are.');
  if (others.length > 0)
    throw new CliError(
      EXIT.usage,
      'AMBIGUOUS',
      `\`${visible(text)}\` is the start of ${String(meant.length)} approval ids.`,
      'Give the number in the first column of `aegis approvals`.',
    );
  return `/v1/approvals/${encodeURIComponent(only.approval)}`;
}

async function show(id: string, options: { json?: true }): Promise<void> {
  const aegis = connection();
  const row = (await aegis.get(await pathOf(aegis, id))) as ApprovalRow;
  if (options.json === true) return json(row);
  line(
    `${tone('bold', visible(row.tool))} by ${visible(row.agent)} · ${row.risk ?? ''} · expires ${when(row.expiresAt)} · ${String(row.grantedBy.length)} of ${String(row.quorum)} granted`,
  );
  for (const reason of row.reasons ?? []) line(`  ${visible(reason.message)} (${codeOf(reason)})`);
  line(`\n${visible(row.args ?? '(decided)')}\n`);
  for (const text of fileLines(row.files ?? [])) line(`  ${text}`);
  line(`${String(row.args?.length ?? 0)} characters · digest ${row.digest}`);
}

interface GrantOptions {
  readonly reason: string;
  readonly args?: string;
  readonly remember?: number;
  readonly for: number;
  readonly json?: true;
}

async function grant(id: string, options: GrantOptions): Promise<void> {
  const aegis = connection();
  const decision = (await aegis.post(`${await pathOf(aegis, id)}/grant`, {
    reason: options.reason,
    ...(options.args === undefined ? {} : { editedArgs: parsed(options.args) }),
    ...(options.remember === undefined ? {} : { remember: { uses: options.remember, ttlMs: options.for * 60_000, exactArgs: true } }),
  })) as { effect: string; reasons: readonly { code: string; message: string; rule: string }[]; ask?: { approval: string } };
  if (options.json === true) return json(decision);
  const [first] = decision.reasons;
  const changed = decision.reasons.find(({ rule }) => rule === 'files');
  if (decision.effect === 'ask' && changed !== undefined)
    line(`Not released: ${visible(changed.message)} It is asked about again: aegis approvals show ${visible(decision.ask?.approval ?? '')}`);
  else if (decision.effect === 'ask') line('Granted by you. It runs once enough people have granted it.');
  else if (decision.effect === 'deny') line(`Granted, but denied when it was decided again: ${first?.code ?? ''} ${visible(first?.message ?? '')}`);
  else line('Granted. The agent may run exactly these arguments, once.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CliError(
      EXIT.usage,
      'USAGE',
      `--args is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      'Quote it for your shell: --args \'{"amount":50}\'',
    );
  }
}
