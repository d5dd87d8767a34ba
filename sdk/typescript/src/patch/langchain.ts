import { copyOf, isPlain } from '../arguments.ts';
import type { Calls } from '../calls.ts';
import type { AegisClient } from '../client.ts';
import { AegisTimeoutError } from '../errors.ts';
import { guard, ran } from '../guard.ts';
import { graphInterrupt, pausesRuns } from '../pause.ts';
import type { JsonObject } from '../wire.ts';
import { leaveToTools } from './framework.ts';

interface Config {
  readonly toolCall?: { readonly id?: string };
  readonly signal?: AbortSignal;
  readonly configurable?: { readonly __pregel_checkpointer?: unknown };
}

interface StructuredTool {
  readonly name: string;
  readonly description: string;
  call(input: unknown, config?: unknown, tags?: unknown): Promise<unknown>;
  _call(input: unknown, runManager: unknown, config?: Config): unknown;
}

const GUARDED = Symbol('aegis guarded');

/**
 * LangChain and LangGraph tools: `StructuredTool.prototype.call` is the one way in. The tool's own `_call` is guarded, after the schema has
 * validated and filled in the input, so that what is decided is what runs.
 */
export function patchLangChain(module: { readonly StructuredTool: { readonly prototype: StructuredTool } }, client: AegisClient, calls: Calls): void {
  const prototype = module.StructuredTool.prototype;
  const original = prototype.call;
  prototype.call = function call(this: StructuredTool & { [GUARDED]?: true }, input, config, tags) {
    if (this[GUARDED] !== true) {
      Object.defineProperty(this, GUARDED, { value: true });
      guardTool(this, client, calls);
    }
    return original.call(this, input, config, tags);
  };
}

/** LangChain's models hand their calls to its tools, which are guarded where they run. */
export function leaveChatModels(module: { readonly BaseChatModel: { readonly prototype: object } }): void {
  leaveToTools(module.BaseChatModel.prototype, ['generate', '_streamIterator']);
}

function guardTool(tool: StructuredTool, client: AegisClient, calls: Calls): void {
  const run = tool._call.bind(tool);
  Object.defineProperty(tool, '_call', {
    configurable: true,
    writable: true,
    value: async (input: unknown, runManager: unknown, config?: Config) => {
      // A bare text is decided on as `{ input }`, and given back as it was, or as it was changed.
      const bare = !isPlain(input);
      const args = (bare ? { input } : input) as JsonObject;
      const callId = config?.toolCall?.id;
      const known = calls.take(callId, copyOf(args).json as JsonObject);
      if (known !== undefined) return ran(client, tool.name, known, () => run(input, runManager, config));
      const proposal = {
        callId,
        name: tool.name,
        args,
        declaration: { name: tool.name, description: tool.description },
        claims: { framework: 'langchain' },
      };
      const decided = guard(client, proposal, (allowed) => run(bare ? allowed['input'] : allowed, runManager, config), config?.signal);
      return decided.catch((error: unknown) => {
        // Only a graph that keeps its state can go on later.
        const resumable = (config?.configurable?.__pregel_checkpointer ?? null) !== null;
        throw error instanceof AegisTimeoutError && pausesRuns(client) && resumable ? graphInterrupt(error) : error;
      });
    },
  });
}
