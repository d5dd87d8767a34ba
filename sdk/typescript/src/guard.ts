import type { AegisClient } from './client.ts';
import { AegisBlockedError, blocked } from './errors.ts';
import { toJson } from './json.ts';
import type { Decision, JsonObject, Proposal } from './wire.ts';
import { withoutInstructions } from './withhold.ts';

/** Decides, runs with exactly the decided arguments, reports. Throws AegisBlockedError when it may not run. */
export async function guard<T>(client: AegisClient, proposal: Proposal, run: (args: JsonObject, decision: Decision) => Promise<T> | T): Promise<T> {
  const decision = await client.decide(proposal);
  const args = permitted(proposal, decision);
  let result: T;
  try {
    result = await run(args, decision);
  } catch (error) {
    await client.settle(decision.action, {
      status: 'failed',
      errorCode: error instanceof Error ? error.name : 'Error',
      result: toJson(error instanceof Error ? error.message : error),
    });
    throw error;
  }
  const settled = await client.settle(decision.action, { status: 'succeeded', result: toJson(result) });
  return withoutInstructions(proposal.name, result, { decision, settled });
}

/** The arguments that may run; anything but allow and modify is thrown. */
export function permitted(proposal: Proposal, decision: Decision): JsonObject {
  switch (decision.effect) {
    case 'allow':
      return proposal.args;
    case 'modify':
      return decision.modify.args;
    case 'ask':
    case 'defer':
    case 'deny':
      throw blocked(proposal.name, decision);
    default:
      throw new AegisBlockedError(proposal.name, decision satisfies never);
  }
}
