import { hash } from 'node:crypto';
import { AegisError } from '../../../errors.ts';
import type { Outcome } from '../../../gate/nouns.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { UsageDoubt } from '../../../kernel/entry.ts';
import type { Answer, TokenUsage } from '../dialect/model-answer.ts';
import type { Actions } from './actions.ts';
import type { ModelAction } from './model-action.ts';
import { doubtsOf, writtenLength } from './doubt-usage.ts';
import { BYTES_PER_TOKEN } from './price.ts';

/** How an answer ended. */
export interface Ending {
  readonly status: Outcome['status'];
  /** What was read of the answer; null when nothing was. */
  readonly answer: Answer | null;
  /** Bytes of the request, for what a broken answer did not count. */
  readonly promptLength: number;
  readonly errorCode?: string;
  /** The provider refused before it computed anything. */
  readonly free?: boolean;
}

/**
 * Replaces the reservation by what the provider says it used, as far as it said so (LLM-6). Of the answer's words the digest is kept, as of the
 * prompt's: what the model made is no origin of anything (TAINT-6), and its calls are actions of their own.
 */
export async function settleModel(on: Pick<Actions, 'gate' | 'prices' | 'onFault'>, sent: ModelAction, ending: Ending): Promise<void> {
  const { caller, id, route, request } = sent;
  const { status, answer, errorCode, free } = ending;
  const generated = route.kind === 'generate' && free !== true;
  const doubts = generated && answer !== null ? doubtsOf({ answer, request, promptLength: ending.promptLength }) : [];
  const counted = !generated ? { input: 0, output: 0 } : doubts.length > 0 ? atLeast(sent, ending) : usageOf(ending);
  const outcome: Outcome = {
    ...caller,
    action: id,
    status,
    ...chargeOf(on, sent, counted),
    ...(answer === null ? {} : { result: resultOf(answer), digests: ['/text'] }),
    source: 'model_output',
    trusted: false,
    // A provider that fails, or a client that hangs up, again and again is no loop of the agent's: no two such ends are the same state (LOOP-4).
    ...(errorCode === undefined ? {} : { errorCode, state: id }),
  };
  try {
    if (doubts.length > 0) await recordDoubts(on, sent, { doubts, usage: answer?.usage ?? {} });
    await on.gate.settle(outcome);
  } catch (error) {
    // SPEND-7: what could not be settled stays reserved. A closed gate tells its operator itself.
    if (!(error instanceof AegisError && error.code === 'GATE_CLOSED')) on.onFault({ what: 'settling a model action', error });
  }
}

/** What counts cost: nothing said is nothing charged but the reservation. */
function chargeOf({ prices }: Pick<Actions, 'prices'>, { dialect, request }: ModelAction, counted: TokenUsage): Pick<Outcome, 'usage' | 'counts'> {
  const { input, output } = counted;
  if (input === undefined || output === undefined) return { usage: {} };
  const cost = input === 0 && output === 0 ? 0 : prices.cost({ provider: dialect.provider, model: request.model, usage: counted });
  return { usage: { ...(cost === null ? {} : { usdMicros: cost }), tokens: input + output }, counts: { input, output } };
}

function resultOf({ text, calls, unknown }: Answer): JsonObject {
  return { text: `sha256:${hash('sha256', text, 'hex')}`, calls: calls.length, ...(unknown === undefined ? {} : { unread: unknown }) };
}

/**
 * An answer without counts is estimated by what was sent and seen. A broken one was paid for as far as it came, and a provider that counts less than we
 * saw is not believed.
 */
function usageOf({ answer, promptLength }: Ending): TokenUsage {
  if (answer === null) return {};
  const { usage, complete } = answer;
  const seen = Math.ceil(writtenLength(answer) / BYTES_PER_TOKEN);
  return {
    ...usage,
    input: usage.input ?? Math.ceil(promptLength / BYTES_PER_TOKEN),
    output: complete ? (usage.output ?? seen) : Math.max(usage.output ?? 0, seen),
  };
}

/** What was sent and seen says how much it was at least; a reservation that is less than that does not stand alone (SPEND-9). */
function atLeast(sent: ModelAction, ending: Ending): TokenUsage {
  const { answer, promptLength } = ending;
  if (answer === null) return {};
  const usage = { input: Math.ceil(promptLength / BYTES_PER_TOKEN), output: Math.ceil(writtenLength(answer) / BYTES_PER_TOKEN) };
  return usage.input + usage.output > (sent.proposal.claims.tokens ?? 0) ? usage : {};
}

/** SPEND-9: an alert for those who read the log; the estimate stands as the charge. */
async function recordDoubts(
  { gate }: Pick<Actions, 'gate'>,
  { caller, session, id: action }: ModelAction,
  { doubts, usage: { input, output } }: { readonly doubts: readonly UsageDoubt[]; readonly usage: TokenUsage },
): Promise<void> {
  const said = { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
  await gate.record(caller.tenant, 'usage-doubted', { action, doubts, said }, { role: 'agent', ...caller }, { agent: caller.agent, session });
}
