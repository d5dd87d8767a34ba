import { AegisError } from '../../../errors.ts';
import type { Proposal } from '../../../gate/nouns.ts';
import type { EntryBodies } from '../../../kernel/entry.ts';
import type { ActionId, SessionId } from '../../../kernel/ids.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { AgentState } from '../../../kernel/world.ts';
import type { AgentPrincipal } from '../../../http/keys.ts';
import type { HandshakeBody, PermissionBody } from './shapes.ts';

/** How long a lock lasts that nobody releases; the protocol has no field for it. */
const LOCK_TTL_MS = 30_000;

/** Up, so that rounding never makes a cost free. */
export const toMicros = (usd: number): number => Math.max(0, Math.ceil(usd * 1_000_000 - 1e-6));

type Terms = EntryBodies['agent-registered'];

/**
 * What a handshake makes of an agent's registration: it may say less about itself than an operator allowed, never more,
 * so the smaller of what it asks and what stands is taken (AUTH-8).
 */
export function handshakeTerms(body: HandshakeBody, known: AgentState | undefined, own: boolean): Terms {
  const { agent_framework, max_priority, session_budget_usd } = body;
  const before = known?.registered;
  const asked = typeof session_budget_usd === 'number' ? toMicros(session_budget_usd) : undefined;
  const budgets = [asked, own ? before?.sessionBudgetUsdMicros : undefined].filter((budget) => budget !== undefined);
  const priority = max_priority ?? before?.maxPriority ?? 5;
  const { keyDigest, team } = before ?? {};
  return {
    framework: agent_framework ?? before?.framework ?? 'custom',
    capabilities: own ? narrowed(before?.capabilities, body.capabilities) : (body.capabilities ?? before?.capabilities ?? []),
    maxPriority: own ? Math.min(priority, before?.maxPriority ?? 5) : priority,
    onUnavailable: before?.onUnavailable ?? 'deny',
    ...(budgets.length === 0 ? {} : { sessionBudgetUsdMicros: Math.min(...budgets) }),
    ...(keyDigest === undefined ? {} : { keyDigest }),
    ...(team === undefined ? {} : { team }),
  };
}

const READ_ONLY = 'readonly:';

/**
 * What an agent says of its capabilities only takes away: of the operator's read-only tools where it names some, of the others where it names
 * some. A policy's conditions read them, so that one more could loosen something.
 */
function narrowed(before: readonly string[] = [], asked: readonly string[] = []): readonly string[] {
  const isReadOnly = (one: string): boolean => one.startsWith(READ_ONLY);
  const names = { readOnly: asked.some(isReadOnly), others: asked.some((one) => !isReadOnly(one)) };
  return before.filter((one) => asked.includes(one) || !(isReadOnly(one) ? names.readOnly : names.others));
}

/** What of a handshake was not taken, in words; empty where everything was. */
export function notTaken(body: HandshakeBody, terms: Terms): readonly string[] {
  const { max_priority: priority, session_budget_usd: budget, capabilities = [] } = body;
  const refused = capabilities.filter((one) => !terms.capabilities.includes(one));
  const limit = terms.sessionBudgetUsdMicros;
  return [
    ...(priority !== undefined && priority > terms.maxPriority
      ? [`max_priority ${String(priority)} is above the operator's ${String(terms.maxPriority)}; ${String(terms.maxPriority)} holds.`]
      : []),
    ...(typeof budget === 'number' && limit !== undefined && toMicros(budget) > limit
      ? [`session_budget_usd ${String(budget)} is above the operator's ${String(limit / 1_000_000)}; ${String(limit / 1_000_000)} holds.`]
      : []),
    ...(refused.length === 0 ? [] : [`Only an operator adds capabilities; not taken: ${refused.join(', ')}.`]),
  ];
}

/** The resource behind a lock request. @throws AegisError REQUEST_INVALID when a lock names none */
function resourceOf(type: string, target: string | null | undefined): Proposal['resource'] {
  if (type !== 'file_lock' && type !== 'wallet_lock') return undefined;
  if (target === undefined || target === null)
    throw new AegisError('REQUEST_INVALID', { detail: `${type} needs target_resource` }, '/target_resource');
  return { resource: lockName(target, type === 'file_lock' ? 'file' : 'wallet'), slots: 1, ttlMs: LOCK_TTL_MS };
}

/** `file:` or `wallet:` in front, unless the caller wrote a scheme already. */
export function lockName(target: string, scheme: 'file' | 'wallet'): string {
  return /^[a-z][a-z0-9+.-]{0,31}:/.test(target) ? target : `${scheme}:${target}`;
}

/** A permission request as an action, of an agent with this highest priority: the intent is a claim, the arguments are what was said. */
export function permissionProposal(body: PermissionBody, { tenant, agent }: AgentPrincipal, most = 10): Proposal {
  // What the protocol supposes where nothing is said is no claim of the agent's: it stays within what an operator set.
  const { task_intent, resource_type = 'llm_tokens', estimated_cost_usd, priority = Math.min(5, most), logic_density = 5, confidence = 1 } = body;
  const { target_resource, metadata, request_id, session_id } = body;
  const resource = resourceOf(resource_type, target_resource);
  const args: JsonObject = {
    task_intent,
    ...(target_resource === undefined || target_resource === null ? {} : { target_resource }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return {
    ...(request_id === undefined ? {} : { id: request_id as ActionId }),
    tenant,
    agent,
    session: (session_id ?? sessionOf(agent)) as SessionId,
    kind: resource_type === 'llm_tokens' ? 'model' : 'resource',
    name: resource_type,
    args,
    claims: { intent: task_intent, priority, complexity: logic_density, confidence, usdMicros: toMicros(estimated_cost_usd) },
    ...(resource === undefined ? {} : { resource }),
    door: 'handshake',
    enforcement: 'advisory',
  };
}

/** Ids end at 128 characters; a long agent id keeps its end, which is what differs. */
export function sessionOf(agent: string): string {
  return `handshake/${agent.slice(-118)}`;
}
