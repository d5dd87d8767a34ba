import { AegisError } from '../errors.ts';
import type { Decision } from '../kernel/decision.ts';
import type { EntryBodies } from '../kernel/entry.ts';
import type { AgentId, SessionId, TenantId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Policy } from '../kernel/policy.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import { admit, admitAll, waitFor } from './actions/admit.ts';
import { registering } from './actions/register-agent.ts';
import { label } from './actions/label.ts';
import type {
  ActionPlace,
  BudgetUse,
  Content,
  ContentReceipt,
  LimitUse,
  NamedSession,
  Outcome,
  Principal,
  PromptTerms,
  Proposal,
  Receipt,
} from './nouns.ts';
import { dollarBudgets } from './actions/dollar-budgets.ts';
import { limitUses } from './actions/limit-uses.ts';
import { preview } from './actions/preview.ts';
import { injectedResults } from './actions/injected-results.ts';
import { promptTerms } from './actions/prompt-terms.ts';
import { checkPlace } from './input.ts';
import { closing, handingOver, opening } from './actions/sessions.ts';
import type { Handed } from './actions/sessions.ts';
import { settle } from './actions/settle.ts';
import type { TenantOf } from './tenant/tenants.ts';

/** What an agent does, through whatever integration: it registers, opens sessions, proposes actions and tells what came of them. */
export interface ActionGate {
  /** Decides one action. With `waitMs` > 0 an `ask` or `defer` is held that long; the final decision is returned, or the latest one. */
  admit(proposal: Proposal, waitMs?: number, signal?: AbortSignal): Promise<Decision>;
  /** Decides a parallel set against one moving world, in order, in one append. */
  admitAll(proposals: readonly Proposal[]): Promise<readonly Decision[]>;
  /**
   * What `admit` would decide now. Records nothing, reserves nothing, holds nothing. A manifest that is given too can only tighten (DOOR-8).
   * @throws AegisError REQUEST_INVALID
   */
  preview(proposal: Proposal, manifest?: JsonObject): Promise<Decision>;
  /** Waits until an asked action is finally decided. @throws AegisError NOT_FOUND */
  wait(action: ActionPlace, waitMs: number, signal?: AbortSignal): Promise<Decision>;
  /** Records what became of an action, once. @throws AegisError NOT_FOUND, CONFLICT, REQUEST_INVALID */
  settle(outcome: Outcome): Promise<ContentReceipt>;
  /** Records content that enters a session outside an action. @throws AegisError UNKNOWN_AGENT, NOT_FOUND, CONFLICT */
  label(content: Content): Promise<ContentReceipt>;
  /** The limits on dollars that hold for an agent in a session, and what is taken of them. */
  budgets(tenant: TenantId, agent: AgentId, session: SessionId): readonly BudgetUse[];
  /** Every limit of agents, teams and the tenant, and of sessions where one was set by name. */
  limits(tenant: TenantId): readonly LimitUse[];
  /** What the policy in force wants of the prompts of an agent; null when it says nothing of them (LLM-54). */
  prompts(tenant: TenantId, agent: AgentId): PromptTerms | null;
  /** What the policy in force wants of results that hold instructions to this agent's model (TAINT-14). */
  injectedResults(tenant: TenantId, agent: AgentId): Policy['taint']['injectedResults'];
  register(tenant: TenantId, agent: AgentId, terms: EntryBodies['agent-registered'], by: Principal | 'system'): Promise<Receipt>;
  openSession(tenant: TenantId, agent: AgentId, session: SessionId, parent?: SessionPlace): Promise<Receipt>;
  /**
   * Opens a session that goes on with what its parent knows (TAINT-6). An agent does so for itself, from a session of its own; from one agent's
   * session to another's only an operator hands over (GATE-19). @throws AegisError NOT_FOUND, CONFLICT, FORBIDDEN, UNKNOWN_AGENT
   */
  handOver(tenant: TenantId, child: { readonly agent: AgentId; readonly session: SessionId } & Handed, by: Principal): Promise<Receipt>;
  /** @throws AegisError NOT_FOUND, OWNER_AMBIGUOUS, CONFLICT, FORBIDDEN */
  closeSession(tenant: TenantId, session: NamedSession, reason: string, by: Principal): Promise<Receipt>;
}

export function actionGate(of: TenantOf): ActionGate {
  return { ...deciding(of), ...sessions(of) };
}

type Sessions = Pick<ActionGate, 'register' | 'openSession' | 'handOver' | 'closeSession'>;

function deciding(of: TenantOf): Omit<ActionGate, keyof Sessions> {
  return {
    admit: async (proposal: Proposal, waitMs = 0, signal?: AbortSignal) => admit(of(proposal.tenant), proposal, { waitMs, signal }),
    admitAll: async (proposals) => {
      const [first] = proposals;
      if (first === undefined) return [];
      if (proposals.some((one) => one.tenant !== first.tenant))
        throw new AegisError('REQUEST_INVALID', { detail: 'all calls of a set must belong to one tenant' });
      return admitAll(of(first.tenant), proposals);
    },
    preview: async (proposal, manifest) => preview(of(proposal.tenant), proposal, manifest),
    wait: async ({ tenant, agent, action, looks }: ActionPlace, waitMs: number, signal?: AbortSignal) =>
      waitFor(of(tenant), { agent, id: action }, { waitMs, signal, looks }),
    settle: async (outcome) => settle(of(outcome.tenant), outcome),
    label: async (content) => label(of(content.tenant), content),
    budgets: (tenant, agent, session) => dollarBudgets(of(tenant), agent, session),
    limits: (tenant) => limitUses(of(tenant)),
    prompts: (tenant, agent) => promptTerms(of(tenant), agent),
    injectedResults: (tenant, agent) => injectedResults(of(tenant), agent),
  };
}

function sessions(of: TenantOf): Sessions {
  return {
    register: async (tenant: TenantId, agent: AgentId, terms, by) => {
      checkPlace(agent, 'agent');
      return of(tenant).queue.submit(registering(agent, terms, by));
    },
    openSession: async (tenant: TenantId, agent: AgentId, session: SessionId, parent?: SessionPlace) => {
      checkPlace(session, 'session');
      return of(tenant).queue.submit(opening(of(tenant), { agent, session }, parent));
    },
    handOver: async (tenant, child, by) => {
      checkPlace(child.session, 'session');
      return of(tenant).queue.submit(handingOver(of(tenant), child, by));
    },
    closeSession: async (tenant, session, reason, by) => of(tenant).queue.submit(closing(session, reason, by)),
  };
}
