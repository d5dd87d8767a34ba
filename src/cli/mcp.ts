import type { Define } from './define.ts';
import type { ServeOptions } from './mcp-serve.ts';
import { examples } from './examples.ts';
import { forget } from './mcp-forget.ts';
import { whole } from './numbers.ts';
import { accept, listTools } from './mcp-tools.ts';

/** `aegis mcp -- <server command>`, `aegis mcp --url <server>`, `aegis mcp tools`, `aegis mcp accept`, `aegis mcp forget`. */
export const define: Define = (command) => {
  command
    .command('serve [command...]', { isDefault: true })
    .description('stand between an agent and an MCP server: the command after `--`, or --url (this is what `aegis mcp` alone does)')
    .option('--url <server>', 'a server that speaks Streamable HTTP, instead of a command')
    .option('--name <name>', 'what pins and policies call this server (default: from the command or the host)')
    .option('--env <names>', 'comma-separated variables the server is given besides PATH, HOME and the like')
    .option('--header <header=VARIABLE>', 'send the content of a variable as this header to --url; may be repeated', collect, [])
    .option('--session <id>', 'the Aegis session its calls belong to (default: AEGIS_SESSION, else one of its own)')
    .option(
      '--timeout <seconds>',
      'how long the server may take for anything but a call; a call has the policy’s obligations.timeoutMs',
      whole(1, 600),
      60,
    )
    .action(async (words: readonly string[], options: ServeOptions) => (await import('./mcp-serve.ts')).serve(words, options));
  command
    .command('tools')
    .description('every tool servers have shown: pinned, or in quarantine and why')
    .option('--server <name>', 'of this server only')
    .option('--agent <id>', 'shown to this agent only')
    .option('--json', 'print JSON')
    .action(listTools);
  command
    .command('accept <server> [tool]')
    .description('show what changed in a tool in quarantine and, with --yes, trust it as it is now')
    .option('--agent <id>', 'the agent it was shown to; needed where several were')
    .option('--all', 'every tool of the server that is in quarantine')
    .option('--yes', 'accept; without it the difference is shown and nothing changes')
    .option('--json', 'print JSON')
    .action(accept);
  command
    .command('forget <server> [tool...]')
    .description('show what an agent was shown of a server and, with --yes, forget it: for a server that is gone or has another name')
    .option('--agent <id>', 'the agent it was shown to; needed where several were')
    .option('--yes', 'forget; without it what would go is shown and nothing changes')
    .option('--json', 'print JSON')
    .action(forget);
  examples(command, [
    'aegis mcp -- npx -y @modelcontextprotocol/server-filesystem ~/notes',
    'aegis mcp serve --name files -- npx -y @modelcontextprotocol/server-filesystem ~/notes',
    'aegis mcp serve --url https://mcp.example/mcp --header Authorization=MCP_TOKEN',
    'aegis mcp tools',
    'aegis mcp accept files read_file --yes',
    'aegis mcp forget old-files --yes',
    'aegis mcp forget files read_file write_file --agent desktop --yes',
  ]);
};

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
