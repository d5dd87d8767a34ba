import { hash } from 'node:crypto';
import { AegisError } from '../../../errors.ts';
import type { Proposal } from '../../../gate/nouns.ts';
import type { Decision } from '../../../kernel/decision.ts';
import type { ActionId } from '../../../kernel/ids.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Conversation } from '../caller.ts';
import type { Dialect, ModelRoute } from '../dialect/dialect.ts';
import type { ModelRequest } from '../dialect/model-request.ts';
import { sameJson } from '../dialect/same-json.ts';
import { rememberUnanswered } from '../memory/conversations.ts';
import type { Conversations, SessionMemory } from '../memory/conversations.ts';
import { BYTES_PER_TOKEN } from './price.ts';
import type { Prices } from './price.ts';

/** A request that was let in, as the action it became. */
export interface ModelAction extends Conversation {
  readonly dialect: Dialect;
  readonly route: ModelRoute;
  readonly request: ModelRequest;
  readonly proposal: Proposal;
  readonly id: ActionId;
}

/** What a policy's lists call each kind of request: `model:*` is what costs. */
const KINDS = { generate: 'model', count: 'model-count', list: 'model-list' } as const;
/** A model's name as every provider writes them, so that a policy's list can name it. */
const MODEL = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}(?:\[[A-Za-z0-9]{1,8}\])?$/;
/** Asked for when a request sets no bound of its own. */
const ANSWER_TOKENS = 4_096;

/** A request as it would go upstream. */
export interface Prompt extends Conversation {
  readonly dialect: Dialect;
  readonly route: ModelRoute;
  readonly request: ModelRequest;
  /** Exactly what goes upstream when it is allowed. */
  readonly bytes: string;
  readonly length: number;
  /** What was replaced in it, where the policy has a word on prompts. */
  readonly redaction?: JsonObject;
}

/** A request as an action: which model, and the digest of exactly the bytes that go upstream (LLM-1). */
export function modelProposal(on: { readonly prices: Prices; readonly memory: SessionMemory }, prompt: Prompt): Proposal {
  const { caller, session, dialect, route, request, bytes, length, redaction } = prompt;
  if (!MODEL.test(request.model)) throw new AegisError('REQUEST_INVALID', { detail: 'This is not a valid model name.' }, '/model');
  const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
  const name = `${KINDS[route.kind]}:${request.model}`;
  const again = on.memory.unanswered.get(`${name} ${digest}`) ?? 0;
  const inputTokens = Math.ceil(length / BYTES_PER_TOKEN);
  const outputTokens = route.kind === 'generate' ? (request.maxTokens ?? ANSWER_TOKENS) * (request.choices ?? 1) : 0;
  const estimate =
    route.kind === 'generate' ? on.prices.estimate({ provider: dialect.provider, model: request.model, inputTokens, outputTokens }) : 0;
  return {
    ...caller,
    session,
    kind: 'model',
    name,
    args: {
      model: request.model,
      prompt: digest,
      tools: request.tools.length,
      ...(again === 0 ? {} : { again }),
      ...(request.maxTokens === undefined ? {} : { maxTokens: request.maxTokens }),
      ...(redaction === undefined ? {} : { redaction }),
      ...(request.unread === undefined ? {} : { unread: request.unread }),
      ...(request.settings === undefined ? {} : { unreadMembers: request.settings }),
      ...(request.providerTools.length === 0 ? {} : { inspected: false, uninspected: request.providerTools.map(({ type }) => type) }),
    },
    digests: ['/prompt'],
    claims: {
      model: request.model,
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
export function countAttempt(
  conversations: Conversations,
  { tenant, agent, session, name, args }: Pick<Proposal, 'tenant' | 'agent' | 'session' | 'name' | 'args'>,
  answered: boolean,
): void {
  const memory = conversations.of({ caller: { tenant, agent }, session });
  const settled = answered && name.startsWith(`${KINDS.generate}:`);
  if (settled && memory.unanswered.size === 0) return;
  const prompt = `${name} ${String(args['prompt'])}`;
  if (settled) memory.unanswered.delete(prompt);
  else rememberUnanswered(memory, prompt);
}
