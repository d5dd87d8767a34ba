import type { AegisClient } from '../client.ts';
import { guard } from '../guard.ts';
import { toArgs } from '../json.ts';

interface McpClient {
  callTool(params: { readonly name: string; readonly arguments?: unknown }, ...rest: unknown[]): Promise<unknown>;
}

/** MCP: `Client.prototype.callTool` is how every tool of every server is called. */
export function patchMcp(module: { readonly Client: { readonly prototype: McpClient } }, client: AegisClient): void {
  const prototype = module.Client.prototype;
  const original = prototype.callTool;
  prototype.callTool = function callTool(this: McpClient, params, ...rest) {
    const args = toArgs(params.arguments ?? {});
    return guard(client, { name: params.name, args, claims: { framework: 'mcp' } }, (allowed) =>
      original.call(this, { ...params, arguments: allowed }, ...rest),
    );
  };
}
