import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { AegisError } from '../../errors.ts';
import type { Proposal } from '../../gate/nouns.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { parseStrict } from '../../wire/strict-json.ts';
import type { Actions } from './action/actions.ts';
import { enterContent } from './action/enter-content.ts';
import type { Conversation } from './caller.ts';
import { withoutInjected } from './prompt/injected-results.ts';
import type { SentPrompt } from './prompt/prompts.ts';
import { changedBody, countAttempt, modelProposal } from './action/model-action.ts';
import { within } from './action/within.ts';
import { maskedWords } from './answer/mask-words.ts';
import { refusalOfDecision, sendRefusal } from './answer/reply.ts';
import { sendOn } from './answer/send-on.ts';
import { readBody } from './bytes/read-body.ts';
import type { ModelCaller } from './caller.ts';
import { objectOf, requestInvalid } from './dialect/members.ts';
import type { ModelRequest } from './dialect/model-request.ts';
import { questionKey, rememberQuestion, takeQuestion } from './memory/conversations.ts';
import { withMissingOutputs } from './memory/missing-outputs.ts';
import type { ModelProxy } from './proxy.ts';
import type { Identity } from './request/identity.ts';
import { forwardedQuery } from './request/match-route.ts';
import type { Matched, RequestTarget } from './request/match-route.ts';
import { sessionOf } from './request/session-of.ts';

/** A request whose route and caller are known. */
export interface MatchedRequest {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  readonly matched: Matched;
  readonly identity: Identity;
}

/** Keys of one request: long conversations hold many. */
const KEYS = 200_000;

/**
 * Reads, decides and records a request, and sends it on when it may go: exactly the bytes that were decided on, after they are durable (LLM-1).
 * @throws AegisError for everything the client is refused with, before anything went upstream
 */
export async function answerRequest(proxy: ModelProxy, asked: MatchedRequest): Promise<void> {
  const { entrance, conversations, actions } = proxy;
  const { incoming, response, target, matched, identity } = asked;
  const { dialect, route, params } = matched;
  const { caller, mask } = identity;
  const query = forwardedQuery(target, dialect);
  const body = route.method === 'GET' ? null : await readJson(incoming, entrance.bodyBytes);
  await proxy.readBack(caller);
  const request = body === null ? listing(params.model) : readRequest(proxy, asked, body);
  const [tool] = request.providerTools;
  if (tool !== undefined && entrance.uninspected === 'refuse') {
    throw new AegisError('ROUTE_UNINSPECTED', { what: whatRuns(tool) }, tool.pointer);
  }
  const session = sessionOf(conversations, { caller, dialect, headers: incoming.headers }, request);
  const memory = conversations.of({ caller, session });
  const enter = (): Promise<void> => enterContent({ gate: actions.gate, memory }, { caller, session }, request.carried);
  const prompt = body === null ? null : await promptFor(proxy, asked, { conversation: { caller, session }, body: request.forward ?? body, enter });
  const bytes = prompt === null ? '' : JSON.stringify(prompt.body);
  const promptLength = Buffer.byteLength(bytes);
  const summary = prompt?.summary === undefined ? {} : { redaction: prompt.summary };
  const made = modelProposal(
    { prices: actions.prices, memory },
    { caller, session, dialect, route, request, bytes, length: promptLength, ...summary },
  );
  // LLM-8: what a person is asked about stays one question however often it is sent.
  const question = (): string => questionKey(made.name, actions.digestOf(made.args));
  const open = memory.questions.size === 0 ? null : takeQuestion(memory, question());
  const proposal = open === null ? made : { ...made, id: open };
  actions.settlements.flush();
  const entering = enter();
  // Both are on their way before either is waited for, so that one append makes both durable.
  const admitted = actions.gate.admit(proposal);
  try {
    const [, decision] = await within(Promise.all([entering, admitted]), actions.decideMs);
    const final = await waited(actions, { decision, proposal: { ...proposal, id: decision.action }, response });
    if (final.effect !== 'allow' && final.effect !== 'modify') {
      if (final.effect === 'ask') rememberQuestion(memory, question(), final.action);
      sendRefusal(response, dialect, refusalOfDecision(final));
      return;
    }
    const sent = { caller, session, dialect, route, request, proposal, id: final.action };
    const restore = maskedWords(mask, prompt?.restore ?? null);
    sendOn({
      exchange: { parts: proxy.answers, response, sent, promptLength, restore, mask },
      upstream: proxy.upstream,
      path: `${target.path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      headers: headersFor(asked, incoming.headers),
      body: final.effect === 'modify' && prompt !== null ? bytesAfter(final, { body: prompt.body, bytes }, proposal) : bytes,
      wantsEvents: target.query.some(([name, value]) => name === 'alt' && value === 'sse'),
    });
  } catch (error) {
    countAttempt(conversations, proposal, false);
    void cancelUnsent(actions, caller, admitted);
    throw error;
  }
}

interface Asking {
  readonly conversation: Conversation;
  readonly body: JsonObject;
  /** Brings what the request carries into its session. */
  readonly enter: () => Promise<void>;
}

/** What the provider may see: without instructions that results hold, then without the values that are kept from it. */
async function promptFor(proxy: ModelProxy, { matched }: MatchedRequest, { conversation, body, enter }: Asking): Promise<SentPrompt> {
  const { gate, decideMs } = proxy.actions;
  const shape = matched.dialect.promptShape;
  const showing = { gate, memory: proxy.conversations.of(conversation), enter };
  const shown = await within(withoutInjected(showing, conversation, { body, shape }), decideMs);
  return proxy.prompts.forProvider(conversation, { body: shown, shape });
}

/** In plain words: the tool, or the member that can carry or run one. */
function whatRuns({ type, pointer }: ModelRequest['providerTools'][number]): string {
  if (pointer.includes('tools/')) return `the tool \`${type}\`, which the provider would run itself`;
  return `\`${type}\` in the request, which can carry or run a tool at the provider`;
}

function bytesAfter(
  decision: Parameters<typeof changedBody>[0],
  { body, bytes }: { readonly body: JsonObject; readonly bytes: string },
  proposal: Proposal,
): string {
  const changed = changedBody(decision, body, proposal);
  return changed === body ? bytes : JSON.stringify(changed);
}

/** What was allowed, or will be, and never goes upstream costs nothing. */
async function cancelUnsent({ gate, onFault }: Actions, caller: ModelCaller, admitted: Promise<Decision>): Promise<void> {
  try {
    const { action } = await admitted;
    await gate.settle({ ...caller, action, status: 'cancelled', usage: { usdMicros: 0, tokens: 0 }, source: 'model_output', trusted: false });
  } catch (error) {
    // A denied action has nothing to settle, and a closed gate tells its operator itself.
    if (!(error instanceof AegisError)) onFault({ what: 'letting go of a model action', error });
  }
}

async function readJson(incoming: IncomingMessage, bodyBytes: number): Promise<JsonObject> {
  const [media = ''] = (incoming.headers['content-type'] ?? '').toLowerCase().split(';');
  if (media.trim() !== 'application/json') throw new AegisError('MEDIA_TYPE');
  const body = objectOf(parseStrict(await readBody(incoming, bodyBytes), { bytes: bodyBytes, keys: KEYS }));
  if (body === null) throw requestInvalid('The body must be a JSON object', '');
  return body;
}

/** The request as it goes upstream: with what its provider waits for (LLM-19). */
function readRequest(
  { conversations }: ModelProxy,
  { identity, matched: { dialect, route, params } }: MatchedRequest,
  body: JsonObject,
): ModelRequest {
  const request = dialect.readRequest(body, route, params);
  const missing = request.previous === undefined ? [] : conversations.missing.of(identity.caller, request.previous);
  return withMissingOutputs(missing, { request, body, add: dialect.addMissingOutputs });
}

/** What a list of models is asked with. */
function listing(model = 'all'): ModelRequest {
  return { model, stream: false, tools: [], providerTools: [], carried: [], root: null };
}

/** LLM-8: a person or a resource is waited for as long as the proxy's patience and the client's connection last. */
async function waited(
  { gate, holdMs }: Actions,
  terms: { readonly decision: Decision; readonly proposal: Proposal; readonly response: ServerResponse },
): Promise<Decision> {
  const { decision, proposal, response } = terms;
  if (decision.effect !== 'ask' && decision.effect !== 'defer') return decision;
  return gate.admit(proposal, holdMs, goneSignal(response));
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}

function headersFor({ matched: { dialect }, identity: { credential } }: MatchedRequest, headers: IncomingHttpHeaders): Record<string, string> {
  const sent: Record<string, string> = { accept: headers.accept ?? '*/*', 'accept-encoding': 'identity' };
  for (const name of [...dialect.headers, 'user-agent']) {
    const value = headers[name];
    if (typeof value === 'string') sent[name] = value;
  }
  sent[credential.name] = credential.value;
  return sent;
}
