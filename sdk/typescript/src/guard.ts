import { asDecided, copyOf, type Copied } from './arguments.ts';
import type { AegisClient } from './client.ts';
import { AegisBlockedError, AegisWithheldError, blocked } from './errors.ts';
import { toJson } from './json.ts';
import { isStreamed, readWhole, settledAtEnd } from './streamed-result.ts';
import type { Decision, JsonObject, Proposal } from './wire.ts';
import { withoutInstructions } from './withhold.ts';

/** What Aegis takes of them; one is enough to be asked about. */
const MOST_UNREADABLE = 64;
const LONGEST_POINTER = 1_024;

export type Run<T> = (args: JsonObject, decision: Decision) => Promise<T> | T;

/**
 * Copies the arguments, decides, runs with exactly the decided copy, reports. Throws AegisBlockedError when it may not run. `signal` takes the call back
 * while it is waited for: its reason is thrown, and a person is asked no longer.
 */
export async function guard<T>(client: AegisClient, proposal: Proposal, run: Run<T>, signal?: AbortSignal): Promise<T> {
  const copied = copyOf(proposal.args);
  const asked = proposalOf(proposal, copied);
  const decision = await client.decide(asked, signal);
  // What would only be taken for granted by its type runs as it was decided (`JsonObject`) and keeps its kind (`Date`, `Map`).
  const args = asDecided(permitted(asked, decision), copied) as JsonObject;
  return ran(client, asked.name, decision, () => run(args, decision));
}

/** A question about arguments that were copied. */
export function proposalOf(proposal: Proposal, { json, unreadable }: Copied): Proposal {
  const { unreadable: said = [], ...rest } = proposal;
  const all = [...said, ...unreadable].map((pointer) => (pointer.length > LONGEST_POINTER ? '' : pointer)).slice(0, MOST_UNREADABLE);
  return { ...rest, args: json as JsonObject, ...(all.length === 0 ? {} : { unreadable: all }) };
}

/** Runs what was allowed and reports its end. */
export async function ran<T>(client: AegisClient, name: string, decision: Decision, run: () => Promise<T> | T): Promise<T> {
  let result: T;
  try {
    result = await run();
  } catch (error) {
    if (client.isPause(error)) throw error;
    await client.settle(decision.action, {
      status: 'failed',
      errorCode: codeOf(error),
      result: toJson(error instanceof Error ? error.message : error),
    });
    throw error;
  }
  if (isStreamed(result)) return (await streamed(client, name, decision, result)) as T;
  const settled = await client.settle(decision.action, { status: 'succeeded', result: toJson(result) });
  return withoutInstructions(name, result, { decision, settled });
}

/** Where the policy keeps instructions from the model, pieces could not be taken back: all of it is read before any of it is handed on. */
async function streamed(client: AegisClient, name: string, decision: Decision, result: unknown): Promise<unknown> {
  if (decision.obligations.injectedResults === undefined) return settledAtEnd(client, { decision, failed: codeOf }, result);
  const whole = await readWhole(result, decision.obligations.maxOutputBytes);
  const settled = await client.settle(decision.action, { status: 'succeeded', ...(whole === null ? {} : { result: whole.taken.value() }) });
  if (whole === null) throw new AegisWithheldError(name, ['TOO_LONG']);
  // Anything but text and data is never masked, only withheld.
  withoutInstructions(name, Symbol('stream'), { decision, settled });
  return whole.again();
}

/** The name of an error's class, as a code Aegis takes. */
export function codeOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'Error';
  return /^[\x20-\x7e]{1,128}$/.test(name) ? name : 'Error';
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
