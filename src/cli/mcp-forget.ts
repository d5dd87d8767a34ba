import { connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import { rows } from './mcp-tools.ts';
import type { ToolRow, Which } from './mcp-tools.ts';
import { json, line, visible } from './print.ts';
import { table } from './screen/table.ts';

interface ForgetOptions extends Which {
  readonly yes?: true;
}

/** `aegis mcp forget`: what an agent was shown of a server that is gone or has another name (MCP-17). */
export async function forget(server: string, tools: readonly string[], { agent, json: asJson, yes }: ForgetOptions): Promise<void> {
  const shown = await rows({ server, ...(agent === undefined ? {} : { agent }) });
  const named = tools.length === 0 ? shown : tools.flatMap((tool) => found(shown, server, tool));
  if (named.length === 0)
    throw new CliError(EXIT.conflict, 'NOT_FOUND', `No agent was shown a tool by a server called '${visible(server)}'.`, 'See `aegis mcp tools`.');
  const agents = [...new Set(named.map((row) => row.agent))];
  const [of] = agents;
  if (of === undefined || agents.length > 1)
    throw new CliError(EXIT.usage, 'USAGE', `More than one agent was shown this: ${agents.map(visible).join(', ')}.`, 'Name one with --agent <id>.');
  if (yes === true) await connection().post('/v1/mcp/forget', { agent: of, server, ...(tools.length === 0 ? {} : { tools: [...new Set(tools)] }) });
  if (asJson === true) return json({ agent: of, server, tools: named.map((row) => row.tool), forgotten: yes === true });
  line(
    table(
      ['agent', 'server', 'tool', 'standing'],
      named.map((row) => [row.agent, server, row.tool, row.doubted === null ? 'pinned' : 'quarantine']),
    ),
  );
  line(yes === true ? `\nForgot ${String(named.length)}.` : '\nNothing was changed. Add --yes to forget these.');
  line(`If a server called ${visible(server)} offers a tool again, it counts as new and is trusted at first sight if its definition is clean.`);
}

function found(shown: readonly ToolRow[], server: string, tool: string): readonly ToolRow[] {
  const fits = shown.filter((row) => row.tool === tool);
  if (fits.length > 0) return fits;
  throw new CliError(
    EXIT.conflict,
    'NOT_FOUND',
    `The server '${visible(server)}' showed no tool '${visible(tool)}', so nothing was forgotten.`,
    `See \`aegis mcp tools --server ${visible(server)}\`.`,
  );
}
