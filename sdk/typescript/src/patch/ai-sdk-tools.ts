import { copyOf, isPlain } from '../arguments.ts';
import type { Calls } from '../calls.ts';
import type { AegisClient } from '../client.ts';
import { AegisBlockedError } from '../errors.ts';
import { permitted, proposalOf } from '../guard.ts';
import { toJson } from '../json.ts';
import type { Decision, JsonObject } from '../wire.ts';

interface Execution {
  readonly toolCall: { readonly toolCallId: string; readonly toolName: string; readonly input: unknown };
  readonly execute: () => PromiseLike<unknown>;
}

interface Ended {
  readonly toolCall: Execution['toolCall'];
  readonly toolOutput: { readonly type: string; readonly output?: unknown; readonly error?: unknown };
}

/** What the AI SDK (`ai` 7) asks around every tool it runs. */
interface Integration {
  executeTool(execution: Execution): Promise<unknown>;
  onToolExecutionEnd(ended: Ended): Promise<void>;
}

/**
 * The AI SDK runs tools itself, whichever provider its model has. A call of a guarded model was decided when the answer came; a call of any other model (made by
 * hand, of a provider nobody knows) is decided here. The SDK runs it with the arguments it has, so what Aegis would change does not run.
 * HOLE: `telemetry: { isEnabled: false }` or telemetry integrations of a call's own leave this out.
 */
export function guardToolExecution(client: AegisClient, calls: Calls): void {
  const open = new Map<string, Decision>();
  const integration: Integration = {
    async executeTool({ toolCall, execute }) {
      const { toolCallId, toolName, input } = toolCall;
      const args = (isPlain(input) ? input : { input }) as JsonObject;
      const copied = copyOf(args);
      if (calls.isDecided(toolCallId, copied.json as JsonObject)) return execute();
      const proposal = proposalOf({ callId: toolCallId, name: toolName, args, claims: { framework: 'ai' } }, copied);
      const decision = await client.decide(proposal);
      const allowed = permitted(proposal, decision);
      if (allowed !== proposal.args) {
        await client.settle(decision.action, { status: 'cancelled' });
        throw new AegisBlockedError(toolName, decision);
      }
      open.set(toolCallId, decision);
      return execute();
    },
    async onToolExecutionEnd({ toolCall, toolOutput }) {
      const decision = open.get(toolCall.toolCallId);
      open.delete(toolCall.toolCallId);
      if (decision === undefined) return;
      const failed = toolOutput.type !== 'tool-result';
      await client.settle(decision.action, {
        status: failed ? 'failed' : 'succeeded',
        result: toJson(failed ? String(toolOutput.error) : toolOutput.output),
      });
    },
  };
  const shared = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] };
  (shared.AI_SDK_TELEMETRY_INTEGRATIONS ??= []).push(integration);
}
