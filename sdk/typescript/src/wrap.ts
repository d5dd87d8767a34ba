import { isPlain } from './arguments.ts';
import type { AegisClient } from './client.ts';
import { guard } from './guard.ts';
import type { JsonObject } from './wire.ts';

/**
 * Wraps one function: `const send = wrap(client, 'send_email', sendEmail)`. What is decided on is its first argument, where that is its only one and a
 * plain object, else all of them as `arguments`. It runs with a copy of them.
 */
export function wrap<A extends readonly unknown[], R>(
  client: AegisClient,
  name: string,
  run: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return async function wrapped(this: unknown, ...args) {
    const single = args.length === 1 && isPlain(args[0]);
    const proposed = (single ? args[0] : { arguments: args }) as JsonObject;
    return guard<R>(client, { name, args: proposed }, async (decided) => {
      const list = decided['arguments'];
      const given = single ? [decided] : Array.isArray(list) ? list : [decided];
      return await run.call(this, ...(given as unknown as [...A]));
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
  const execute = tool.execute as ((input: unknown, options?: { toolCallId?: string; abortSignal?: AbortSignal }) => unknown) | undefined;
  if (execute === undefined) return tool;
  const declaration = { name, ...(tool.description === undefined ? {} : { description: tool.description }) };
  return {
    ...tool,
    execute: ((input: unknown, options?: { toolCallId?: string; abortSignal?: AbortSignal }) => {
      const bare = !isPlain(input);
      const args = (bare ? { input } : input) as JsonObject;
      const run = (decided: JsonObject): unknown => execute(bare ? decided['input'] : decided, options);
      return guard(client, { callId: options?.toolCallId, name, args, declaration }, run, options?.abortSignal);
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
