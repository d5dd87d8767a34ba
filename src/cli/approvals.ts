import type { Define } from './define.ts';
import { connection } from './connection.ts';
import { examples } from './examples.ts';
import { CliError, EXIT } from './exit.ts';
import { whole } from './numbers.ts';
import { json, line, shortened, table, time, tone, visible } from './print.ts';

interface ApprovalRow {
  readonly approval: string;
  readonly action: string;
  readonly agent: string;
  readonly tool: string;
  /** RFC 8785 text: exactly the bytes that would run. Absent once it is decided. */
  readonly args?: string;
  readonly reasons?: readonly { readonly code: string; readonly message: string }[];
  readonly risk?: string;
  readonly digest: string;
  readonly quorum: number;
  readonly grantedBy: readonly string[];
  readonly expiresAt: number;
}

/** `aegis approvals [show|grant|refuse]`. */
export const define: Define = (command) => {
  command.command('list', { isDefault: true }).description('what waits').option('--json', 'print JSON').action(list);
  command.command('show <id>').description('the exact bytes that would run').option('--json', 'print JSON').action(show);
  command
    .command('grant <id>')
    .description('let exactly these bytes run, once')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--args <json>', 'run these arguments instead; they are decided again')
    .option('--remember <times>', 'grant the same again this many times', whole(1, 1000))
    .option('--for <minutes>', 'how long a remembered grant lasts', whole(1, 1440), 60)
    .option('--json', 'print JSON')
    .action(grant);
  command
    .command('refuse <id>')
    .description('deny it')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { reason: string; json?: true }) => {
      const decision = await connection().post(`/v1/approvals/${encodeURIComponent(id)}/refuse`, { reason: options.reason });
      if (options.json === true) json(decision);
      else line('Refused. The action was denied.');
    });
  examples(command, [
    'aegis approvals',
    'aegis approvals list --json',
    'aegis approvals show 019a…',
    'aegis approvals grant 019a… --reason "checked with Ada"',
    'aegis approvals grant 019a… --args \'{"amount":50}\' --reason "less is enough"',
    'aegis approvals grant 019a… --remember 5 --for 30 --reason "the same five times"',
    'aegis approvals refuse 019a… --reason "not today"',
  ]);
};

async function list(options: { json?: true }): Promise<void> {
  const got = (await connection().get('/v1/approvals')) as { approvals: readonly ApprovalRow[] };
  // Ids carry their time: what waits longest stands first.
  const approvals = got.approvals.toSorted((a, b) => (a.approval < b.approval ? -1 : 1));
  if (options.json === true) return json(approvals);
  if (approvals.length === 0) return line('Nothing waits.');
  const rows = approvals.map((row) => [
    row.approval,
    row.agent,
    row.tool,
    row.risk ?? '',
    time(row.expiresAt).slice(11),
    row.reasons?.[0]?.code ?? '',
    shortened(row.args ?? '', 80),
  ]);
  line(table(['approval', 'agent', 'tool', 'risk', 'until (UTC)', 'why', 'arguments'], rows));
}

async function show(id: string, options: { json?: true }): Promise<void> {
  const row = (await connection().get(`/v1/approvals/${encodeURIComponent(id)}`)) as ApprovalRow;
  if (options.json === true) return json(row);
  line(
    `${tone('bold', visible(row.tool))} by ${visible(row.agent)} · ${row.risk ?? ''} · expires ${time(row.expiresAt)} UTC · ${String(row.grantedBy.length)} of ${String(row.quorum)} granted`,
  );
  for (const reason of row.reasons ?? []) line(`  ${reason.code}: ${visible(reason.message)}`);
  line(`\n${visible(row.args ?? '(decided)')}\n`);
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
  const decision = (await connection().post(`/v1/approvals/${encodeURIComponent(id)}/grant`, {
    reason: options.reason,
    ...(options.args === undefined ? {} : { editedArgs: parsed(options.args) }),
    ...(options.remember === undefined ? {} : { remember: { uses: options.remember, ttlMs: options.for * 60_000, exactArgs: true } }),
  })) as { effect: string; reasons: readonly { code: string; message: string }[] };
  if (options.json === true) return json(decision);
  const [first] = decision.reasons;
  if (decision.effect === 'ask') line('Your vote is recorded; others must agree before it runs.');
  else if (decision.effect === 'deny') line(`Granted, but decided again and denied: ${first?.code ?? ''} ${visible(first?.message ?? '')}`);
  else line('Granted. The agent may run exactly these bytes, once.');
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
