import { copyOf, isPlain } from '../arguments.ts';
import type { AegisClient } from '../client.ts';
import { AegisBlockedError } from '../errors.ts';
import { guard, proposalOf } from '../guard.ts';
import { parseArgs } from '../json.ts';
import { pausesRuns } from '../pause.ts';
import type { JsonObject, Proposal } from '../wire.ts';
import { leaveToTools } from './framework.ts';

type Method = (...args: unknown[]) => unknown;

type NeedsApproval = (context: unknown, input: unknown, callId?: string) => Promise<boolean>;

interface AgentTool {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly invoke?: (context: unknown, input: string, details?: Details) => Promise<unknown>;
  readonly needsApproval?: NeedsApproval;
  readonly shell?: Record<string, unknown>;
  readonly editor?: Record<string, unknown>;
  computer?: unknown;
  readonly providerData?: { on_approval?: Method };
}

interface Details {
  readonly toolCall?: { readonly callId?: string };
  readonly signal?: AbortSignal;
}

interface AgentLike {
  getAllTools(...rest: unknown[]): Promise<readonly AgentTool[]>;
}

interface AgentsModule {
  readonly Agent: { readonly prototype: AgentLike };
  readonly OpenAIChatCompletionsModel?: { readonly prototype: object };
  readonly OpenAIResponsesModel?: { readonly prototype: object };
}

/**
 * OpenAI Agents: every tool an agent may run comes out of `getAllTools`, and each kind is guarded where it runs: functions, shells, editors of patches and
 * computers. A refusal is the tool's answer, so that the run goes on.
 */
export function patchOpenAIAgents(module: AgentsModule, client: AegisClient): void {
  const prototype = module.Agent.prototype;
  const original = prototype.getAllTools;
  prototype.getAllTools = async function getAllTools(this: AgentLike, ...rest) {
    const tools = await original.apply(this, rest);
    return tools.map((tool) => guardTool(tool, client));
  };
  for (const model of [module.OpenAIChatCompletionsModel, module.OpenAIResponsesModel]) {
    if (model !== undefined) leaveToTools(model.prototype, ['getResponse', 'getStreamedResponse']);
  }
}

const guarded = new WeakMap<AgentTool, AgentTool>();

function guardTool(tool: AgentTool, client: AegisClient): AgentTool {
  const known = guarded.get(tool);
  if (known !== undefined) return known;
  const made = guardKind(tool, client);
  guarded.set(tool, made);
  // A tool that went through here once is not guarded again.
  guarded.set(made, made);
  return made;
}

const COMPUTER = ['click', 'doubleClick', 'drag', 'keypress', 'move', 'screenshot', 'scroll', 'type', 'wait'];
const EDITOR = ['createFile', 'updateFile', 'deleteFile'];

function guardKind(tool: AgentTool, client: AegisClient): AgentTool {
  const { invoke, shell, editor, providerData } = tool;
  if (tool.type === 'function' && invoke !== undefined) {
    const pausing = pausesRuns(client) ? { needsApproval: guardPause(tool, client) } : {};
    return { ...tool, invoke: guardInvoke(tool, invoke, client), ...pausing };
  }
  if (tool.type === 'shell' && shell !== undefined) guardMethods(shell, ['run'], FIRST, { tool, client });
  if (tool.type === 'apply_patch' && editor !== undefined) guardMethods(editor, EDITOR, FIRST, { tool, client });
  if (tool.type === 'computer') guardComputer(tool, client);
  // A tool of a server that the provider calls; what this process has of it is the question whether it may.
  if (providerData?.on_approval !== undefined) providerData.on_approval = guardApproval(tool, providerData.on_approval, client);
  return tool;
}

function guardInvoke(tool: AgentTool, invoke: NonNullable<AgentTool['invoke']>, client: AegisClient): NonNullable<AgentTool['invoke']> {
  return async (context, input, details) => {
    const proposal = proposalFor(tool, parseArgs(input), details?.toolCall?.callId);
    try {
      return await guard(client, proposal, (allowed) => invoke(context, JSON.stringify(allowed), details), details?.signal);
    } catch (error) {
      if (error instanceof AegisBlockedError) return error.message;
      throw error;
    }
  };
}

/**
 * A call that nobody decided in time interrupts the run, which keeps it in its state. Resumed, the call is asked about again where it runs, as the same
 * action: what was approved in the framework alone does not run.
 */
function guardPause(tool: AgentTool, client: AegisClient): NeedsApproval {
  return async (context, input, callId) => {
    if ((await tool.needsApproval?.(context, input, callId)) === true) return true;
    // What is no object is described and decided where it would run.
    if (!isPlain(input)) return false;
    const { effect } = await client.decide(proposalOf(proposalFor(tool, input as JsonObject, callId), copyOf(input)));
    return effect === 'ask' || effect === 'defer';
  };
}

function proposalFor(tool: AgentTool, args: JsonObject, callId: string | undefined): Proposal {
  const declaration = { name: tool.name, ...(tool.description === undefined ? {} : { description: tool.description }) };
  return { callId, name: tool.name, args, declaration, claims: { framework: 'openai-agents' } };
}

/** How the arguments of a method are said, and made again of what was decided. */
interface Spelling {
  readonly say: (args: readonly unknown[], method: string) => unknown;
  readonly again: (allowed: JsonObject, args: readonly unknown[]) => readonly unknown[];
}

/** An action or an operation, and what the framework adds. */
const FIRST: Spelling = { say: (args) => args[0], again: (allowed, args) => [allowed, ...args.slice(1)] };

/** Coordinates, buttons, texts and keys; the context of the run behind them is the framework's. */
const LISTED: Spelling = {
  say: (args, action) => ({ action, arguments: args.filter((_arg, at) => at < args.length - contexts(args)) }),
  again: (allowed, args) => [...(allowed['arguments'] as readonly unknown[]), ...args.slice(args.length - contexts(args))],
};

function contexts(args: readonly unknown[]): number {
  const last = args.at(-1);
  return typeof last === 'object' && last !== null && !Array.isArray(last) ? 1 : 0;
}

const METHODS = new WeakSet<object>();

/** The object keeps its class and its identity; only what acts is guarded. */
function guardMethods(
  target: Record<string, unknown>,
  names: readonly string[],
  { say, again }: Spelling,
  { tool, client }: { readonly tool: AgentTool; readonly client: AegisClient },
): void {
  if (METHODS.has(target)) return;
  METHODS.add(target);
  for (const name of names) {
    const original = target[name];
    if (typeof original !== 'function') continue;
    const value = (...args: unknown[]): unknown => {
      const proposal = { name: tool.name, args: say(args, name) as JsonObject, claims: { framework: 'openai-agents' } };
      return guard(client, proposal, (allowed) => original.apply(target, again(allowed, args)) as unknown);
    };
    Object.defineProperty(target, name, { configurable: true, writable: true, value });
  }
}

/** A computer may be made anew for each run, and is then put in place of the one before. */
function guardComputer(tool: AgentTool, client: AegisClient): void {
  const guardOne = (computer: unknown): unknown => {
    if (typeof computer !== 'object' || computer === null) return computer;
    const methods = computer as Record<string, unknown>;
    guardMethods(methods, COMPUTER, LISTED, { tool, client });
    return computer;
  };
  let current = guardOne(tool.computer);
  Object.defineProperty(tool, 'computer', { configurable: true, enumerable: true, get: () => current, set: (next) => (current = guardOne(next)) });
}

function guardApproval(tool: AgentTool, approve: Method, client: AegisClient): Method {
  return async (context, item) => {
    const { name, arguments: text } = ((item as { rawItem?: unknown } | undefined)?.rawItem ?? {}) as { name?: string; arguments?: string };
    try {
      const proposal = { name: name ?? tool.name, args: parseArgs(text ?? ''), claims: { framework: 'openai-agents' } };
      return await guard(client, proposal, () => approve(context, item));
    } catch (error) {
      if (error instanceof AegisBlockedError) return { approve: false, reason: error.message };
      throw error;
    }
  };
}
