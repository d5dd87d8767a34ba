import type { Action } from '../kernel/action.ts';
import type { Decision, Label } from '../kernel/decision.ts';
import type { EntryBodies, HaltScope, OutcomeStatus, Role, Usage } from '../kernel/entry.ts';
import type { ToolDeclaration } from '../kernel/finding.ts';
import type { ActionId, AgentId, ApprovalId, Digest, EntryIndex, OperatorId, SessionId, TenantId } from '../kernel/ids.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { World } from '../kernel/world.ts';
import type { BudgetStanding } from './preview.ts';
import type { PromptTerms } from './prompts.ts';
import type { AcceptedTool, ForgottenTools, ShownTools, ToolStanding } from './tools.ts';

/** Who is asking, as established by a key; never by what the request says about itself. */
export type Principal =
  | { readonly role: 'agent'; readonly tenant: TenantId; readonly agent: AgentId }
  | { readonly role: Exclude<Role, 'agent'>; readonly tenant: TenantId; readonly operator: OperatorId };

/** An action as a door hands it over, before it is read, traced and placed. */
export interface Proposal {
  /** The caller's idempotency key; a UUIDv7 is minted when absent. */
  readonly id?: ActionId;
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly parent?: ActionId;
  readonly kind: Action['kind'];
  readonly name: string;
  readonly args: JsonObject;
  readonly declaration?: ToolDeclaration;
  /** The tool of an MCP server this is a call of, with the digest of the definition the door knows; it must be pinned (MCP-2). */
  readonly tool?: { readonly server: string; readonly digest: Digest };
  readonly claims: Action['claims'];
  readonly resource?: Action['resource'];
  readonly door: Action['door'];
  readonly enforcement: Action['enforcement'];
  readonly harness?: string;
}

export interface Outcome {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly action: ActionId;
  readonly status: OutcomeStatus;
  readonly usage: Usage;
  /** JSON value, or text; labelled, fingerprinted, redacted and stored beside the log. */
  readonly result?: Json;
  readonly source: Label;
  readonly trusted: boolean;
  readonly state?: Json;
  readonly errorCode?: string;
}

/** Content that enters a session outside an action. */
export interface Content {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly source: Label;
  readonly trusted: boolean;
  readonly value: Json;
}

export interface Receipt {
  readonly index: EntryIndex;
  readonly leaf: Digest;
}

/** An approval as a person sees it: the exact bytes, never the agent's story about them. */
export interface PendingApproval {
  readonly approval: ApprovalId;
  readonly decision: Decision & { readonly effect: 'ask' };
  readonly action: Action;
  readonly canonicalArgs: string;
}

/**
 * The one place that decides and records. Every method resolves only when its entries are durable;
 * when the log cannot append they reject with AegisError GATE_CLOSED and nothing was decided.
 */
export interface Gate {
  /** Decides one action. With `waitMs` > 0 an `ask` or `defer` is held that long; the final decision is returned, or the last one standing. */
  admit(proposal: Proposal, waitMs?: number, signal?: AbortSignal): Promise<Decision>;
  /** Decides a parallel set against one moving world, in order, in one append. */
  admitAll(proposals: readonly Proposal[]): Promise<readonly Decision[]>;
  /** What `admit` would decide now. Records nothing, reserves nothing, holds nothing. */
  preview(proposal: Proposal): Promise<Decision>;
  /** The limits on dollars that stand against an agent in a session, and what is taken of them. */
  budgets(tenant: TenantId, agent: AgentId, session: SessionId): readonly BudgetStanding[];
  /** What the policy in force wants of the prompts of an agent; null when it says nothing of them (LLM-54). */
  prompts(tenant: TenantId, agent: AgentId): PromptTerms | null;
  /** Reads, pins or quarantines what an MCP server says its tools are; one append, nothing written where nothing changed (MCP-1). */
  showTools(shown: ShownTools): Promise<readonly ToolStanding[]>;
  /** A person takes a definition in quarantine as it is: by its digest, so that exactly what was read is accepted (MCP-3). */
  acceptTool(tenant: TenantId, tool: AcceptedTool, by: Principal): Promise<Receipt>;
  /** A person takes back what an agent was shown of a server; resolves with the names of the tools (MCP-17). */
  forgetTools(tenant: TenantId, tools: ForgottenTools, by: Principal): Promise<readonly string[]>;
  settle(outcome: Outcome): Promise<Receipt>;
  label(content: Content): Promise<Receipt>;
  /** Waits until an asked action is finally decided. */
  wait(tenant: TenantId, action: ActionId, waitMs: number, signal?: AbortSignal): Promise<Decision>;
  pending(tenant: TenantId): Promise<readonly PendingApproval[]>;
  grant(
    tenant: TenantId,
    approval: ApprovalId,
    by: Principal & { role: Exclude<Role, 'agent'> },
    terms: {
      readonly reason: string;
      readonly channel: string;
      readonly editedArgs?: JsonObject;
      readonly remember?: { readonly uses: number; readonly ttlMs: number; readonly exactArgs: boolean };
    },
  ): Promise<Decision>;
  refuse(
    tenant: TenantId,
    approval: ApprovalId,
    by: Principal & { role: Exclude<Role, 'agent'> },
    terms: { readonly reason: string; readonly channel: string },
  ): Promise<Decision>;
  halt(tenant: TenantId, scope: HaltScope, reason: string, by: Principal | 'system'): Promise<Receipt>;
  resume(tenant: TenantId, scope: HaltScope, reason: string, by: Principal): Promise<Receipt>;
  register(tenant: TenantId, agent: AgentId, terms: EntryBodies['agent-registered'], by: Principal | 'system'): Promise<Receipt>;
  openSession(tenant: TenantId, agent: AgentId, session: SessionId, parent?: SessionId): Promise<Receipt>;
  /**
   * Opens a session that goes on with what its parent knows (TAINT-6). An agent does so for itself, from a session of its own; from one agent's
   * session to another's only an operator hands over (GATE-19). @throws AegisError NOT_FOUND, CONFLICT, FORBIDDEN, UNKNOWN_AGENT
   */
  handOver(
    tenant: TenantId,
    child: { readonly agent: AgentId; readonly session: SessionId; readonly parent: SessionId },
    by: Principal,
  ): Promise<Receipt>;
  closeSession(tenant: TenantId, session: SessionId, reason: string, by: Principal): Promise<Receipt>;
  /** Checks, compiles, records and switches in one step; the old policy stays on any fault. */
  activate(tenant: TenantId, document: string, by: Principal | 'system'): Promise<{ readonly digest: Digest; readonly index: EntryIndex }>;
  /** Any other fact worth an entry: operators, budgets, sanitising, endorsement, erasure, ingest. */
  record<T extends keyof EntryBodies>(
    tenant: TenantId,
    type: T,
    body: EntryBodies[T],
    by: Principal | 'system',
    place?: { readonly agent?: AgentId; readonly session?: SessionId; readonly seq?: number },
  ): Promise<Receipt>;
  /** The world as of the last durable entry. */
  world(tenant: TenantId): World;
  /** Called after every durable append, in order, per tenant. */
  follow(listener: (tenant: TenantId, from: EntryIndex, to: EntryIndex) => void): () => void;
  /** 'open', or why not. */
  state(): { readonly open: true } | { readonly open: false; readonly why: string };
  close(): Promise<void>;
}
