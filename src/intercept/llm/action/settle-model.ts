import { hash } from 'node:crypto';
import { AegisError } from '../../../errors.ts';
import type { Outcome } from '../../../gate/nouns.ts';
import type { Answer, TokenUsage } from '../dialect/model-answer.ts';
import type { Actions } from './actions.ts';
import type { ModelAction } from './model-action.ts';
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
  const { caller, id, dialect, route, request } = sent;
  const { status, answer, errorCode, free } = ending;
  const counted = route.kind === 'generate' && free !== true ? usageOf(ending) : { input: 0, output: 0 };
  const cost =
    counted.input === undefined && counted.output === undefined
      ? undefined
      : counted.input === 0 && counted.output === 0
        ? 0
        : on.prices.cost({ provider: dialect.provider, model: request.model, usage: counted });
  const tokens = counted.input === undefined || counted.output === undefined ? undefined : counted.input + counted.output;
  const outcome: Outcome = {
    ...caller,
    action: id,
    status,
    usage: { ...(cost === undefined || cost === null ? {} : { usdMicros: cost }), ...(tokens === undefined ? {} : { tokens }) },
    ...(answer === null
      ? {}
      : {
          result: {
            text: `sha256:${hash('sha256', answer.text, 'hex')}`,
            calls: answer.calls.length,
            ...(answer.unknown === undefined ? {} : { unread: answer.unknown }),
          },
          digests: ['/text'],
        }),
    source: 'model_output',
    trusted: false,
    // A provider that fails, or a client that hangs up, again and again is no loop of the agent's: no two such ends are the same state (LOOP-4).
    ...(errorCode === undefined ? {} : { errorCode, state: id }),
  };
  try {
    await on.gate.settle(outcome);
  } catch (error) {
    // SPEND-7: what could not be settled stays reserved. A closed gate tells its operator itself.
    if (!(error instanceof AegisError && error.code === 'GATE_CLOSED')) on.onFault({ what: 'settling a model action', error });
  }
}

/** A broken answer was paid for as far as it came, and a provider that counts less than we saw is not believed. */
function usageOf({ answer, promptLength }: Ending): TokenUsage {
  if (answer === null) return {};
  if (answer.complete) return answer.usage;
  const written = answer.text.length + answer.calls.reduce((sum, { name, args }) => sum + name.length + JSON.stringify(args ?? '').length, 0);
  return {
    ...answer.usage,
    input: answer.usage.input ?? Math.ceil(promptLength / BYTES_PER_TOKEN),
    output: Math.max(answer.usage.output ?? 0, Math.ceil(written / BYTES_PER_TOKEN)),
  };
}
