import type { AegisClient } from '../client.ts';
import { AegisBlockedError } from '../errors.ts';
import { guard } from '../guard.ts';
import { parseArgs } from '../json.ts';
import type { JsonObject } from '../wire.ts';

interface FunctionTool {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly invoke?: (context: unknown, input: string, details?: unknown) => Promise<unknown>;
}

interface AgentLike {
  getAllTools(...rest: unknown[]): Promise<readonly FunctionTool[]>;
}

/** OpenAI Agents: every tool an agent may run comes out of `getAllTools`. A refusal is the tool's answer, so that the run goes on. */
export function patchOpenAIAgents(module: { readonly Agent: { readonly prototype: AgentLike } }, client: AegisClient): void {
  const prototype = module.Agent.prototype;
  const original = prototype.getAllTools;
  prototype.getAllTools = async function getAllTools(this: AgentLike, ...rest) {
    const tools = await original.apply(this, rest);
    return tools.map((tool) => guardTool(tool, client));
  };
}

const guarded = new WeakMap<FunctionTool, FunctionTool>();

function guardTool(tool: FunctionTool, client: AegisClient): FunctionTool {
  const invoke = tool.invoke;
  if (tool.type !== 'function' || invoke === undefined) return tool;
  const known = guarded.get(tool);
  if (known !== undefined) return known;
  const wrapped: FunctionTool = {
    ...tool,
    invoke: async (context, input, details) => {
      const args: JsonObject = parseArgs(input);
      const declaration = { name: tool.name, ...(tool.description === undefined ? {} : { description: tool.description }) };
      try {
        return await guard(client, { name: tool.name, args, declaration, claims: { framework: 'openai-agents' } }, (allowed) =>
          invoke(context, allowed === args ? input : JSON.stringify(allowed), details),
        );
      } catch (error) {
        if (error instanceof AegisBlockedError) return error.message;
        throw error;
      }
    },
  };
  guarded.set(tool, wrapped);
  return wrapped;
}
