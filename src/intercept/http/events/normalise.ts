import { AegisError } from '../../../errors.ts';
import type { Outcome, Proposal } from '../../../gate/nouns.ts';
import type { ActionId, SessionId } from '../../../kernel/ids.ts';
import { isObject } from '../../../kernel/json.ts';
import type { Json } from '../../../kernel/json.ts';
import type { AgentPrincipal } from '../../../http/keys.ts';
import type { EventEnvelope } from './envelope.ts';

function field(payload: Json | undefined, name: string): Json | undefined {
  return isObject(payload) && Object.hasOwn(payload, name) ? payload[name] : undefined;
}

export function textField(payload: Json | undefined, name: string): string {
  const value = field(payload, name);
  if (typeof value !== 'string' || value === '' || value.length > 256) {
    throw new AegisError('REQUEST_INVALID', { detail: `This event needs payload.${name}, 1–256 characters` }, `/payload/${name}`);
  }
  return value;
}

/** Calls are numbered within their session; the action id carries both, and the gate refuses what does not fit. */
export function callAction(envelope: EventEnvelope): ActionId {
  const id = `${envelope.session_id}/${textField(envelope.payload, 'call_id')}`;
  if (!/^[!-~]{1,128}$/.test(id))
    throw new AegisError(
      'REQUEST_INVALID',
      { detail: 'session_id and call_id together are at most 127 visible ASCII characters' },
      '/payload/call_id',
    );
  return id as ActionId;
}

/** TOOL_CALL_PROPOSED as an action. */
export function eventProposal(envelope: EventEnvelope, { tenant, agent }: AgentPrincipal): Proposal {
  const args = field(envelope.payload, 'args') ?? {};
  if (!isObject(args)) throw new AegisError('REQUEST_INVALID', { detail: 'payload.args must be an object' }, '/payload/args');
  return {
    id: callAction(envelope),
    tenant,
    agent,
    session: envelope.session_id as SessionId,
    kind: 'tool',
    name: textField(envelope.payload, 'tool_name'),
    args,
    claims: {},
    door: 'events',
    enforcement: 'advisory',
  };
}

/** TOOL_RESULT as an outcome: `is_error` is the agent's word, and only a word. */
export function eventOutcome(envelope: EventEnvelope, { tenant, agent }: AgentPrincipal): Outcome {
  const content = field(envelope.payload, 'content');
  return {
    tenant,
    agent,
    action: callAction(envelope),
    status: field(envelope.payload, 'is_error') === true ? 'failed' : 'succeeded',
    usage: {},
    ...(content === undefined ? {} : { result: content }),
    source: 'tool_output',
    trusted: false,
  };
}
