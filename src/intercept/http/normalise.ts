import { present } from '../../http/present.ts';
import type { Label } from '../../kernel/decision.ts';
import type { Content, Outcome, Principal, Proposal } from '../../gate/nouns.ts';
import type { Claims } from '../../kernel/action.ts';
import type { ActionId, AgentId, SessionId } from '../../kernel/ids.ts';
import { agentOf } from '../../http/keys.ts';
import type { AgentPrincipal } from '../../http/keys.ts';
import type { ActionBody, ContentBody, OutcomeBody } from '../../http/shapes.ts';

/** A request as the gate reads it: identity from the key, everything else from the checked body. */
export function proposalOf(body: ActionBody, principal: Principal): Proposal {
  const { tenant, agent } = agentOf(principal, body.agent);
  const { id, session, parent, claims, kind = 'tool', enforcement = 'advisory', door = 'http', ...rest } = body;
  return {
    ...(present(rest) as unknown as Pick<Proposal, 'name' | 'args' | 'declaration' | 'tool' | 'resource' | 'harness' | 'cwd' | 'unreadable'>),
    ...(id === undefined ? {} : { id: id as ActionId }),
    ...(parent === undefined ? {} : { parent: parent as ActionId }),
    tenant,
    agent,
    session: session as SessionId,
    kind,
    claims: present(claims ?? {}) as Claims,
    door,
    enforcement,
  };
}

/** An agent's word may say what its user typed; it never makes what the world answered trustworthy (TAINT-10). */
function believed(source: Label, trusted: boolean): boolean {
  return trusted && source === 'user_input';
}

export function outcomeOf(body: OutcomeBody, action: string, principal: AgentPrincipal): Outcome {
  const { status, usage, source = 'tool_output', trusted = false, ...rest } = body;
  return {
    ...(present(rest) as Pick<Outcome, 'result' | 'state' | 'errorCode'>),
    tenant: principal.tenant,
    agent: principal.agent as AgentId,
    action: action as ActionId,
    status,
    usage: present(usage ?? {}) as Outcome['usage'],
    source,
    trusted: believed(source, trusted),
  };
}

export function contentOf(body: ContentBody, session: string, principal: AgentPrincipal): Content {
  const { source, trusted = false, value } = body;
  return { tenant: principal.tenant, agent: principal.agent, session: session as SessionId, source, trusted: believed(source, trusted), value };
}
