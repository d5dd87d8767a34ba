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
    .description('run in front of an MCP server: the command after `--`, or --url (`aegis mcp` alone does the same)')
    .option('--url <server>', 'use a server over Streamable HTTP instead of a command')
    .option('--name <name>', 'name of this server in pins and policies (default: from the command or the host)')
    .option('--env <names>', 'comma-separated variables to pass to the server, besides PATH, HOME and similar')
    .option('--header <header=VARIABLE>', 'send the value of a variable as this header to --url; repeatable', collect, [])
    .option('--session <id>', 'session its calls belong to (default: AEGIS_SESSION, else a new one)')
    .option(
      '--timeout <seconds>',
      'how long the server may take for anything but a tool call (those have the policy’s obligations.timeoutMs)',
      whole(1, 600),
      60,
    )
    .action(async (words: readonly string[], options: ServeOptions) => (await import('./mcp-serve.ts')).serve(words, options));
  command
    .command('tools')
    .description('list every tool of every server: pinned, or quarantined and why')
    .option('--server <name>', 'only this server')
    .option('--agent <id>', 'only this agent')
    .option('--json', 'print JSON')
    .action(listTools);
  command
    .command('accept <server> [tool]')
    .description('show what changed in a quarantined tool; with --yes, trust it as it is now')
    .option('--agent <id>', 'the agent; needed if several have seen the tool')
    .option('--all', 'every quarantined tool of the server')
    .option('--yes', 'accept; without it, only show the difference')
    .option('--json', 'print JSON')
    .action(accept);
  command
    .command('forget <server> [tool...]')
    .description('show the known tools of a server; with --yes, forget them: for a server that is gone or was renamed')
    .option('--agent <id>', 'the agent; needed if several have seen the tool')
    .option('--yes', 'forget; without it, only show what would be forgotten')
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
