import type { Decision } from '../../kernel/decision.ts';
import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { waitingText } from './decide-and-wait.ts';
import type { ProposedAction } from './decision-point.ts';
import { CODES, failure } from './message.ts';
import type { Failure, Request, Result } from './message.ts';
import { audit } from './session.ts';
import type { Session } from './session.ts';

/** How long an answer to "go on waiting" may take. */
const GOOD_FOR_MS = 600_000;
const QUESTION = 'aegis-approval';

function offersElicitation({ params }: Request): boolean {
  const meta = params?.['_meta'];
  if (!isObject(meta)) return false;
  const version = meta['io.modelcontextprotocol/protocolVersion'];
  const capabilities = meta['io.modelcontextprotocol/clientCapabilities'];
  return typeof version === 'string' && version >= '2026-07-28' && isObject(capabilities) && isObject(capabilities['elicitation']);
}

function callDigest(session: Session, { method, params = {} }: Request): string {
  const { _meta: _meta, requestState: _state, inputResponses: _responses, ...rest } = params;
  return session.deps.digestOf({ method, params: rest, server: session.deps.server.identity });
}

/**
 * MCP-6: an `ask` in the words of MCP 2026-07-28, where the client has them: the call comes back as `input_required`, with a question whose
 * answer means "ask again", never "yes". null where the client has no such words; then the call waits.
 */
export function holdFor(session: Session, request: Request, proposed: ProposedAction): ((decision: Decision) => Result) | null {
  if (!offersElicitation(request)) return null;
  return (decision) => {
    const { requestState, inputResponses } = request.params ?? {};
    const inner: JsonObject = {
      ...(requestState === undefined ? {} : { requestState }),
      ...(inputResponses === undefined ? {} : { inputResponses }),
    };
    const state = session.deps.stateSigner.sign({
      action: proposed.id,
      digest: callDigest(session, request),
      until: session.deps.clock.monotonic() + GOOD_FOR_MS,
      inner,
    });
    const message = `${waitingText(decision)} Continue when the person has decided; your answer here does not decide.`;
    const question = { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema: { type: 'object', properties: {} } } };
    return {
      jsonrpc: '2.0',
      id: request.id,
      result: { resultType: 'input_required', inputRequests: { [QUESTION]: question }, requestState: state },
    };
  };
}

/** The request as it was before Aegis held it, and the action it is about; a state that says it is ours and is not is refused. */
export function restoreHeldCall(
  session: Session,
  request: Request,
): { readonly asked: Request; readonly action: string | null } | { readonly error: Failure } {
  const state = request.params?.['requestState'];
  const held = typeof state === 'string' ? session.deps.stateSigner.verify(state) : null;
  if (held === null) return { asked: request, action: null };
  const stale = held === 'forged' || held.until < session.deps.clock.monotonic() || held.digest !== callDigest(session, request);
  if (stale) {
    audit(session, 'MCP_STATE_FORGED');
    return { error: failure(request.id, CODES.invalidParams, 'This requestState is not one that was given out for this call.') };
  }
  const { requestState: _state, inputResponses: _answers, ...params } = request.params ?? {};
  return { asked: { ...request, params: { ...params, ...held.inner } }, action: held.action };
}
