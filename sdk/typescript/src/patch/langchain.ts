import type { Calls } from '../calls.ts';
import type { AegisClient } from '../client.ts';
import { guard } from '../guard.ts';
import { toArgs, toJson } from '../json.ts';
import type { JsonObject } from '../wire.ts';

interface StructuredTool {
  readonly name: string;
  readonly description: string;
  call(input: unknown, config?: unknown, tags?: unknown): Promise<unknown>;
  _call(input: unknown, runManager: unknown, config?: { readonly toolCall?: { readonly id?: string } }): unknown;
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

function guardTool(tool: StructuredTool, client: AegisClient, calls: Calls): void {
  const run = tool._call.bind(tool);
  Object.defineProperty(tool, '_call', {
    configurable: true,
    writable: true,
    value: async (input: unknown, runManager: unknown, config?: { toolCall?: { id?: string } }) => {
      const args = toArgs(input);
      const decided = calls.take(config?.toolCall?.id, args);
      if (decided !== undefined) return settleAfter(client, decided, () => run(input, runManager, config));
      const declaration = { name: tool.name, description: tool.description };
      return guard(client, { name: tool.name, args, declaration, claims: { framework: 'langchain' } }, (allowed) =>
        run(restore(input, args, allowed), runManager, config),
      );
    },
  });
}

/** A bare string input was decided on as `{ input }`; give it back as it was, or as it was changed. */
function restore(input: unknown, proposed: JsonObject, allowed: JsonObject): unknown {
  if (allowed === proposed) return input;
  return typeof input === 'object' && input !== null ? allowed : allowed['input'];
}

async function settleAfter<T>(client: AegisClient, action: string, run: () => T): Promise<Awaited<T>> {
  try {
    const result = await run();
    await client.settle(action, { status: 'succeeded', result: toJson(result) });
    return result;
  } catch (error) {
    await client.settle(action, { status: 'failed', errorCode: error instanceof Error ? error.name : 'Error' });
    throw error;
  }
}
