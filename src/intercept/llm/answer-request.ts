import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { AegisError } from '../../errors.ts';
import type { Proposal } from '../../gate/nouns.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { parseStrict } from '../../wire/strict-json.ts';
import { carryIn } from './carry.ts';
import type { Dialect, ModelRequest } from './dialect.ts';
import type { ModelCaller, ModelDoor } from './door.ts';
import type { Identity } from './identity.ts';
import { forwardedQuery } from './match-route.ts';
import type { Asked, Matched } from './match-route.ts';
import { objectOf, requestInvalid } from './members.ts';
import { changedBody, countAttempt, modelProposal } from './model-action.ts';
import { withOwed } from './owed-outputs.ts';
import { readBody } from './read-body.ts';
import { redactPrompt } from './redact-prompt.ts';
import type { RedactedPrompt } from './redact-prompt.ts';
import { refusalOfDecision, sendRefusal } from './reply.ts';
import { sendOn } from './send-on.ts';
import { askedKey, rememberAsked, takeAsked } from './session-ledger.ts';
import { sessionOf } from './session-of.ts';
import { within } from './within.ts';

/** A request whose route and asker are known. */
export interface LetIn {
  readonly door: ModelDoor;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: Asked;
  readonly matched: Matched;
  readonly identity: Identity;
}

/** Keys of one request: long conversations hold many. */
const KEYS = 200_000;

/**
 * Reads, decides and records a request, and sends it on when it may go: exactly the bytes that were decided on, after they are durable (LLM-1).
 * @throws AegisError for everything the client is refused with, before anything went upstream
 */
export async function answerRequest(letIn: LetIn): Promise<void> {
  const { door, incoming, response, asked, matched, identity } = letIn;
  const { dialect, route, params } = matched;
  const query = forwardedQuery(asked, dialect);
  const body = route.method === 'GET' ? null : await readJson(letIn);
  await door.recall(identity.caller);
  const request = body === null ? listing(params.model) : readRequest(letIn, body);
  const [tool] = request.providerTools;
  if (tool !== undefined && door.settings.uninspected === 'refuse') {
    throw new AegisError('ROUTE_UNINSPECTED', { what: `${tool.type}, which the provider would run itself` }, tool.pointer);
  }
  const session = sessionOf({ door, caller: identity.caller, dialect }, incoming.headers, request);
  const place = { caller: identity.caller, session };
  const prompt = body === null ? null : await promptOf(door, place, { dialect, body: request.forward ?? body });
  const bytes = prompt === null ? '' : JSON.stringify(prompt.body);
  const told = prompt?.told === undefined ? {} : { redaction: prompt.told };
  const made = modelProposal(door, { ...place, dialect, route, asked: request, bytes, length: Buffer.byteLength(bytes), ...told });
  // LLM-8: what a person is asked about stays one question however often it is sent.
  const question = askedKey(made.name, door.digestOf(made.args));
  const remembered = door.ledger.of(identity.caller, session);
  const open = takeAsked(remembered, question);
  const proposal = open === null ? made : { ...made, id: open };
  door.endings.flush();
  const entering = carryIn(door, place, request.carried);
  // Both are on their way before either is waited for, so that one append makes both durable.
  const admitted = door.gate.admit(proposal);
  try {
    const [, decision] = await within(Promise.all([entering, admitted]), door.settings.decideMs);
    const final = await patient(door, { decision, proposal: { ...proposal, id: decision.action }, response });
    if (final.effect !== 'allow' && final.effect !== 'modify') {
      if (final.effect === 'ask') rememberAsked(remembered, question, final.action);
      sendRefusal(response, dialect, refusalOfDecision(final));
      return;
    }
    sendOn({
      exchange: { door, response, dialect, route, ...place, sent: proposal, action: final.action },
      request,
      path: `${asked.path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      headers: headersFor(letIn, incoming.headers),
      body: final.effect === 'modify' && prompt !== null ? bytesAfter(final, { ...prompt, bytes }, proposal) : bytes,
      restore: prompt?.restore ?? null,
      wantsEvents: asked.query.some(([name, value]) => name === 'alt' && value === 'sse'),
    });
  } catch (error) {
    countAttempt(door, proposal, false);
    void letGo(door, identity.caller, admitted);
    throw error;
  }
}

type SentPrompt = Omit<RedactedPrompt, 'told'> & Partial<Pick<RedactedPrompt, 'told'>>;

/** The request as its provider may see it (LLM-54); where the policy says nothing of prompts, nothing looks at it. */
async function promptOf(
  door: ModelDoor,
  place: { readonly caller: ModelCaller; readonly session: SessionId },
  { dialect, body }: { readonly dialect: Dialect; readonly body: JsonObject },
): Promise<SentPrompt> {
  const terms = door.gate.prompts(place.caller.tenant, place.caller.agent);
  return terms === null ? { body, restore: null } : redactPrompt(door, place, { terms, body, shape: dialect.promptShape });
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
async function letGo(door: ModelDoor, caller: ModelCaller, admitted: Promise<Decision>): Promise<void> {
  try {
    const { action } = await admitted;
    await door.gate.settle({ ...caller, action, status: 'cancelled', usage: { usdMicros: 0, tokens: 0 }, source: 'model_output', trusted: false });
  } catch (error) {
    // A denied action has nothing to settle, and a closed gate tells its operator itself.
    if (!(error instanceof AegisError)) door.onFault({ what: 'letting go of a model action', error });
  }
}

async function readJson({ door, incoming }: LetIn): Promise<JsonObject> {
  const { bodyBytes } = door.settings.limits;
  const [media = ''] = (incoming.headers['content-type'] ?? '').toLowerCase().split(';');
  if (media.trim() !== 'application/json') throw new AegisError('MEDIA_TYPE');
  const body = objectOf(parseStrict(await readBody(incoming, bodyBytes), { bytes: bodyBytes, keys: KEYS }));
  if (body === null) throw requestInvalid('The body must be a JSON object', '');
  return body;
}

/** The request as it goes upstream: with what its provider waits for (LLM-19). */
function readRequest({ door, identity, matched: { dialect, route, params } }: LetIn, body: JsonObject): ModelRequest {
  return withOwed(door.ledger.owed, identity.caller, { request: dialect.readRequest(body, route, params), body, settle: dialect.settleOwed });
}

/** What a list of models is asked with. */
function listing(model = 'all'): ModelRequest {
  return { model, stream: false, tools: [], providerTools: [], carried: [], root: null };
}

/** LLM-8: a person or a resource is waited for as long as the door's patience and the client's connection last. */
async function patient(
  door: ModelDoor,
  terms: { readonly decision: Decision; readonly proposal: Parameters<ModelDoor['gate']['admit']>[0]; readonly response: ServerResponse },
): Promise<Decision> {
  const { decision, proposal, response } = terms;
  if (decision.effect !== 'ask' && decision.effect !== 'defer') return decision;
  return door.gate.admit(proposal, door.settings.holdMs, goneSignal(response));
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}

function headersFor({ matched: { dialect }, identity: { credential } }: LetIn, headers: IncomingHttpHeaders): Record<string, string> {
  const sent: Record<string, string> = { accept: headers.accept ?? '*/*', 'accept-encoding': 'identity' };
  for (const name of [...dialect.headers, 'user-agent']) {
    const value = headers[name];
    if (typeof value === 'string') sent[name] = value;
  }
  sent[credential.name] = credential.value;
  return sent;
}
