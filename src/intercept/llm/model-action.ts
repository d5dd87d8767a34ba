import { hash } from 'node:crypto';
import { AegisError } from '../../errors.ts';
import type { Outcome, Proposal } from '../../gate/nouns.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Answer, Dialect, ModelRequest, ModelRoute, TokenUsage } from './dialect.ts';
import type { Exchange, ModelCaller, ModelDoor } from './door.ts';
import { sameJson } from './same-json.ts';
import { rememberUnanswered } from './session-ledger.ts';

/** What a policy's lists call each kind of request: `model:*` is what costs. */
const KINDS = { generate: 'model', count: 'model-count', list: 'model-list' } as const;
/** A model's name as every provider writes them, so that a policy's list can name it. */
const MODEL = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}$/;
/** Asked for when a request sets no bound of its own. */
const ANSWER_TOKENS = 4_096;
/** Fewer bytes per token than any tokenizer needs on average. */
const BYTES_PER_TOKEN = 3;

export interface Prompt {
  readonly caller: ModelCaller;
  readonly session: SessionId;
  readonly dialect: Dialect;
  readonly route: ModelRoute;
  readonly asked: ModelRequest;
  /** Exactly what goes upstream when it is allowed. */
  readonly bytes: string;
  readonly length: number;
  /** What was replaced in it, where the policy has a word on prompts. */
  readonly redaction?: JsonObject;
}

/** A request as an action: which model, and the digest of exactly the bytes that go upstream (LLM-1). */
export function modelProposal(door: ModelDoor, prompt: Prompt): Proposal {
  const { caller, session, dialect, route, asked, bytes, length, redaction } = prompt;
  if (!MODEL.test(asked.model)) throw new AegisError('REQUEST_INVALID', { detail: 'The model’s name is none a provider would use.' }, '/model');
  const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
  const name = `${KINDS[route.kind]}:${asked.model}`;
  const again = door.ledger.of(caller, session).unanswered.get(`${name} ${digest}`) ?? 0;
  const inputTokens = Math.ceil(length / BYTES_PER_TOKEN);
  const outputTokens = route.kind === 'generate' ? (asked.maxTokens ?? ANSWER_TOKENS) * (asked.choices ?? 1) : 0;
  const estimate =
    route.kind === 'generate' ? door.prices.estimate({ provider: dialect.provider, model: asked.model, inputTokens, outputTokens }) : 0;
  return {
    ...caller,
    session,
    kind: 'model',
    name,
    args: {
      model: asked.model,
      prompt: digest,
      tools: asked.tools.length,
      ...(again === 0 ? {} : { again }),
      ...(asked.maxTokens === undefined ? {} : { maxTokens: asked.maxTokens }),
      ...(redaction === undefined ? {} : { redaction }),
      ...(asked.unread === undefined ? {} : { unread: asked.unread }),
      ...(asked.providerTools.length === 0 ? {} : { inspected: false, uninspected: asked.providerTools.map(({ type }) => type) }),
    },
    claims: {
      model: asked.model,
      tokens: inputTokens + outputTokens,
      ...(estimate === null ? { priceUnknown: true } : { usdMicros: estimate }),
    },
    door: 'llm',
    enforcement: 'enforcing',
    harness: dialect.name,
  };
}

/** What is sent after a decision that changed the request: another model, nothing else. @throws AegisError NOT_SUPPORTED */
export function changedBody(decision: Decision & { effect: 'modify' }, body: JsonObject, proposal: Proposal): JsonObject {
  const { model, ...rest } = decision.modify.args;
  const { model: _model, ...before } = proposal.args;
  // What was replaced in the prompt is in its bytes already, and the decision only says so (LLM-59).
  if (sameJson(decision.modify.args, proposal.args)) return body;
  if (typeof model !== 'string' || !('model' in body) || !sameJson(rest, before)) {
    throw new AegisError('NOT_SUPPORTED', { detail: 'The policy changes this model request in a way the model proxy cannot follow.' });
  }
  return { ...body, model };
}

/**
 * LLM-16: the same bytes again are the client's way of trying again as long as nobody answered them; only what was answered can be repeated. A list and
 * a count answer nothing.
 */
export function countAttempt(door: ModelDoor, sent: Pick<Proposal, 'tenant' | 'agent' | 'session' | 'name' | 'args'>, answered: boolean): void {
  const remembered = door.ledger.of(sent, sent.session);
  const prompt = `${sent.name} ${String(sent.args['prompt'])}`;
  if (answered && sent.name.startsWith(`${KINDS.generate}:`)) remembered.unanswered.delete(prompt);
  else rememberUnanswered(remembered, prompt);
}

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
export async function settleModel(exchange: Exchange, model: string, ending: Ending): Promise<void> {
  const { door, caller, action, dialect, route } = exchange;
  const { status, answer, errorCode, free } = ending;
  const counted = route.kind === 'generate' && free !== true ? usageOf(ending) : { input: 0, output: 0 };
  const cost =
    counted.input === undefined && counted.output === undefined
      ? undefined
      : counted.input === 0 && counted.output === 0
        ? 0
        : door.prices.cost({ provider: dialect.provider, model, usage: counted });
  const tokens = counted.input === undefined || counted.output === undefined ? undefined : counted.input + counted.output;
  const outcome: Outcome = {
    ...caller,
    action,
    status,
    usage: { ...(cost === undefined || cost === null ? {} : { usdMicros: cost }), ...(tokens === undefined ? {} : { tokens }) },
    ...(answer === null ? {} : { result: { text: `sha256:${hash('sha256', answer.text, 'hex')}`, calls: answer.calls.length } }),
    source: 'model_output',
    trusted: false,
    // A provider that fails, or a client that hangs up, again and again is no loop of the agent's: no two such ends are the same state (LOOP-4).
    ...(errorCode === undefined ? {} : { errorCode, state: action }),
  };
  try {
    await door.gate.settle(outcome);
  } catch (error) {
    // SPEND-7: what could not be settled stays reserved. A closed gate tells its operator itself.
    if (!(error instanceof AegisError && error.code === 'GATE_CLOSED')) door.onFault({ what: 'settling a model action', error });
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
