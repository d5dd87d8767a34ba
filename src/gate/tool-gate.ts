import type { TenantId } from '../kernel/ids.ts';
import type { AcceptedTool, ForgottenTools, Principal, Receipt, ShownTools, ToolReview } from './nouns.ts';
import type { TenantOf } from './tenant/tenants.ts';
import { accepting } from './tools/accept-tool.ts';
import { forgetting } from './tools/forget-tools.ts';
import { showTools } from './tools/show-tools.ts';

/** The definitions MCP servers show to agents: pinned, quarantined, accepted, forgotten. */
export interface ToolGate {
  /** Reads, pins or quarantines what an MCP server says its tools are; one append, nothing written where nothing changed (MCP-1). */
  showTools(shown: ShownTools): Promise<readonly ToolReview[]>;
  /** A person takes a definition in quarantine as it is: by its digest, so that exactly what was read is accepted (MCP-3). */
  acceptTool(tenant: TenantId, tool: AcceptedTool, by: Principal): Promise<Receipt>;
  /** A person takes back what an agent was shown of a server; resolves with the names of the tools (MCP-17). */
  forgetTools(tenant: TenantId, tools: ForgottenTools, by: Principal): Promise<readonly string[]>;
}

export function toolGate(of: TenantOf): ToolGate {
  return {
    showTools: async (shown) => showTools(of(shown.tenant), shown),
    acceptTool: async (tenant, tool, by) => of(tenant).queue.submit(accepting(tool, by)),
    forgetTools: async (tenant, tools, by) => of(tenant).queue.submit(forgetting(tools, by)),
  };
}
