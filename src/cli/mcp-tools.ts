import { connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import { json, line, tone, visible } from './print.ts';
import { table } from './screen/table.ts';

interface Shown {
  readonly digest: string;
  readonly identity: string;
  readonly program?: readonly string[];
  readonly fingerprint: readonly string[];
}

export interface ToolRow {
  readonly agent: string;
  readonly server: string;
  readonly tool: string;
  readonly pinned: Shown | null;
  readonly doubted: (Shown & { readonly doubts: readonly string[] }) | null;
}

export interface Which {
  readonly agent?: string;
  readonly server?: string;
  readonly json?: true;
}

export async function rows({ agent, server }: Which): Promise<readonly ToolRow[]> {
  return ((await connection().get('/v1/mcp/tools', { agent, server })) as { tools: readonly ToolRow[] }).tools;
}

export async function listTools(which: Which): Promise<void> {
  const tools = await rows(which);
  if (which.json === true) return json(tools);
  if (tools.length === 0) return line('No MCP server has shown a tool yet.');
  const cells = tools.map(({ agent, server, tool, pinned, doubted }) => [
    agent,
    server,
    tool,
    doubted === null ? 'pinned' : `quarantine: ${doubted.doubts.join(', ')}`,
    (doubted ?? pinned)?.digest.slice(0, 12) ?? '',
  ]);
  line(table(['agent', 'server', 'tool', 'standing', 'digest'], cells));
  const held = tools.filter(({ doubted }) => doubted !== null);
  if (held.length === 0) return;
  const all = await rows({});
  line('\nQuarantined tools are not offered to the agent, and calling them is denied:');
  for (const row of held.slice(0, MOST_EXPLAINED)) line(`  ${explained(row, all)}`);
  if (held.length > MOST_EXPLAINED) line(`  and ${String(held.length - MOST_EXPLAINED)} more`);
  line('\nSee the difference with `aegis mcp accept <server> <tool>`; add --yes to trust it.');
}

const MOST_EXPLAINED = 10;

/** One line about a tool in quarantine: who is in its way, and what trusts it. */
function explained({ agent, server, tool, doubted }: ToolRow, all: readonly ToolRow[]): string {
  const others = all.filter((one) => one.agent === agent && one.tool === tool && one.server !== server).map((one) => one.server);
  const same = doubted?.doubts.includes('NAME_COLLISION') === true && others.length > 0;
  const why = same ? `${others.join(' and ')} also has a tool called ${tool}` : (doubted?.doubts ?? []).join(', ');
  const plain = /^[A-Za-z0-9_./-]+$/.test(tool) ? tool : `'${tool.replaceAll("'", "'\\''")}'`;
  return visible(`${server} / ${tool} for ${agent}: ${why}. Trust it: aegis mcp accept ${server} ${plain} --yes`);
}

export async function accept(server: string, tool: string | undefined, options: Which & { readonly all?: true; readonly yes?: true }): Promise<void> {
  if ((tool === undefined) === (options.all === undefined))
    throw new CliError(EXIT.usage, 'USAGE', 'Name one tool, or say --all.', 'See `aegis mcp tools`.');
  const waiting = (await rows({ ...options, server })).filter((row) => row.doubted !== null && (tool === undefined || row.tool === tool));
  if (waiting.length === 0)
    throw new CliError(EXIT.conflict, 'NOT_FOUND', 'No such tool is in quarantine.', 'See `aegis mcp tools --server <name>`.');
  if (new Set(waiting.map(({ agent }) => agent)).size > 1)
    throw new CliError(EXIT.usage, 'USAGE', 'More than one agent was shown this.', 'Say which with --agent <id>.');
  const shown = await Promise.all(waiting.map(show));
  if (options.yes === true) for (const row of waiting) await connection().post('/v1/mcp/accept', acceptedOf(row));
  if (options.json === true) return json(shown.map((one, at) => ({ ...waiting[at], ...one, accepted: options.yes === true })));
  for (const [at, row] of waiting.entries()) print(row, shown[at]);
  line(options.yes === true ? `Accepted ${String(waiting.length)}.` : 'Nothing was changed. Add --yes to trust what is marked + above.');
}

/** Everything that was shown, so that nothing else is accepted than what was read. */
function acceptedOf({ agent, server, tool, doubted }: ToolRow): object {
  const { digest, identity, program } = doubted ?? {};
  return { agent, server, tool, digest, identity, program };
}

interface Definitions {
  readonly pinned: string | null;
  readonly doubted: string | null;
}

async function show({ agent, server, tool }: ToolRow): Promise<Definitions> {
  return (await connection().get('/v1/mcp/definition', { agent, server, tool })) as Definitions;
}

function print({ agent, server, tool, pinned, doubted }: ToolRow, definitions: Definitions | undefined): void {
  line(`${tone('bold', visible(`${server} / ${tool}`))} for ${visible(agent)}: ${(doubted?.doubts ?? []).join(', ')}`);
  difference(pinned?.fingerprint, doubted?.fingerprint);
  if (pinned !== null && pinned.identity !== doubted?.identity) line('  ! the server is started in another way, or has another address');
  if (doubted?.doubts.includes('PROGRAM_CHANGED') === true) {
    line('  ! the program changed: the files the server is started from are different now');
    difference(pinned?.program, doubted.program);
  }
  if (definitions?.pinned != null) line(tone('bad', visible(`  - ${definitions.pinned}`)));
  if (definitions?.doubted != null) line(tone('good', visible(`  + ${definitions.doubted}`)));
  line();
}

function difference(before: readonly string[] = [], after: readonly string[] = []): void {
  for (const fact of before) if (!after.includes(fact)) line(tone('bad', visible(`  - ${fact}`)));
  for (const fact of after) if (!before.includes(fact)) line(tone('good', visible(`  + ${fact}`)));
}
