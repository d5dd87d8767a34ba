import type { AegisClient } from './client.ts';
import { guard } from './guard.ts';
import { isObject, toArgs, toJson } from './json.ts';
import type { Json, JsonObject } from './wire.ts';

/** Wraps one function: `const send = wrap(client, 'send_email', sendEmail)`. Its first argument, an object, is what is decided on. */
export function wrap<A extends readonly unknown[], R>(
  client: AegisClient,
  name: string,
  run: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const single = args.length === 1 && isObject(toJson(args[0]));
    const proposed: JsonObject = single ? toArgs(args[0]) : { arguments: toJson(args) };
    return guard<R>(client, { name, args: proposed }, async (decided) => {
      if (decided === proposed) return await run(...args);
      const replaced = single ? [decided] : (decided['arguments'] as readonly Json[]);
      return await run(...(replaced as unknown as A));
    });
  };
}

interface Executable {
  readonly description?: string | undefined;
  readonly execute?: ((...rest: never[]) => unknown) | undefined;
}

/**
 * Wraps a set of Vercel-AI-SDK-shaped tools (`{ name: { description, inputSchema, execute } }`); types and other fields stay as they are.
 * A refusal is thrown inside `execute`, which the AI SDK hands to the model as a tool error, so that the run can go on.
 */
export function tools<T extends Readonly<Record<string, Executable>>>(client: AegisClient, set: T): T {
  const guarded = Object.entries(set).map(([name, tool]) => [name, guardedTool(client, name, tool)] as const);
  return Object.fromEntries(guarded) as unknown as T;
}

function guardedTool(client: AegisClient, name: string, tool: Executable): Executable {
  const execute = tool.execute as ((input: unknown, options: { toolCallId?: string }) => unknown) | undefined;
  if (execute === undefined) return tool;
  const declaration = { name, ...(tool.description === undefined ? {} : { description: tool.description }) };
  return {
    ...tool,
    execute: ((input: unknown, options: { toolCallId?: string }) => {
      const args = toArgs(input);
      const id = options?.toolCallId === undefined ? {} : { id: `${client.session}:${options.toolCallId}` };
      return guard(client, { ...id, name, args, declaration }, (decided) => execute(decided === args ? input : decided, options));
    }) as NonNullable<Executable['execute']>,
  };
}

/** Declares one tool: `tool(client, { name, description, execute })` → the same object, guarded. */
export function tool<I extends object, R>(
  client: AegisClient,
  definition: { readonly name: string; readonly description?: string; readonly execute: (input: I) => R | Promise<R> },
): { readonly name: string; readonly description?: string; readonly execute: (input: I) => Promise<R> } {
  return { ...definition, execute: wrap(client, definition.name, definition.execute) };
}
