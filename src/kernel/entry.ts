import type { ProtectionState, UnavailableMode } from './agent.ts';
import type { Action, Claims, Door, Enforcement, ResourceClaim, Trace } from './action.ts';
import type { Amounts, Decision, Effect, KNOWN_PROVENANCES, Label } from './decision.ts';
import type { Facts, Finding } from './finding.ts';
import type { ActionId, AgentId, ApprovalId, Digest, EntryIndex, MicroUsd, Millis, OperatorId, Print, SessionId, TenantId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { NamedFile } from './named-file.ts';
import type { PersonRole, Presence, Role } from './role.ts';
import type { RunEndCause, RunLevel, RunState, TripCode } from './words/runs.ts';

/** Who caused an entry. `system` is Aegis itself (expiry, start-up, clock). */
export type Actor =
  | { readonly kind: 'agent'; readonly id: AgentId }
  | { readonly kind: 'operator'; readonly id: OperatorId; readonly role: Role; readonly presence?: Presence }
  | { readonly kind: 'system' };

/** The action as the log keeps it: everything `decide` reads but the argument bytes, which lie beside the log under `argsDigest`. */
export interface ActionRecord {
  readonly id: ActionId;
  readonly parent?: ActionId;
  readonly kind: Action['kind'];
  readonly name: string;
  readonly argsDigest: Digest;
  readonly toolDigest?: Digest;
  readonly server?: string;
  readonly claims: Claims;
  readonly traces: readonly Trace[];
  readonly findings: readonly Finding[];
  readonly facts: Facts;
  readonly files?: NonNullable<Action['files']>;
  readonly resource?: ResourceClaim;
  readonly door: Door;
  readonly enforcement: Enforcement;
  readonly harness?: string;
  readonly boundFiles?: readonly NamedFile[];
  readonly filesDigest?: Digest;
  readonly redeems?: ApprovalId;
}

/** What really happened, as far as it was observed. `unknown` is a first-class state, never rounded to success. */
export const OUTCOME_STATUSES = ['succeeded', 'failed', 'blocked', 'cancelled', 'unknown'] as const;
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

export const HALT_CAUSES = ['operator', 'violations', 'budget', 'supervisor'] as const;
export const EVICTION_REASONS = ['expired', 'preempted', 'deadlock', 'halted', 'operator'] as const;
export const MEMORY_OPERATIONS = ['read', 'write'] as const;
/** What was decided locally while the gate could not be reached. */
export const JOURNALLED_EFFECTS = ['allow', 'deny'] as const satisfies readonly Effect[];
export const PIN_CAUSES = ['first-seen', 'program-seen', 'restored', 'accepted'] as const;

/** Why a provider's counts cannot be. */
export const USAGE_DOUBTS = ['COUNTS_CONTRADICT', 'OUTPUT_BELOW_TEXT', 'OUTPUT_ABOVE_BOUND', 'INPUT_BELOW_PROMPT', 'INPUT_ABOVE_PROMPT'] as const;
export type UsageDoubt = (typeof USAGE_DOUBTS)[number];

export interface Usage {
  /** Absent: the reservation stands as the charge. */
  readonly usdMicros?: MicroUsd;
  readonly tokens?: number;
}

/** A value that entered a session, as a fingerprint with what is known of where it came from (TAINT). */
export interface LabelledPrint {
  readonly print: Print;
  /** `typed`: a word, n-gram or leaf of the user's own text; `reference`: a whole scalar leaf of a structured result; `quoted`: inside longer text. */
  readonly provenance: (typeof KNOWN_PROVENANCES)[number];
}

/** One body per entry type. Types are noun-verb past; the union is closed. */
export interface EntryBodies {
  'gate-opened': { readonly version: string; readonly semantics: number; readonly epoch: number };
  'tenant-opened': { readonly tenant: TenantId };
  'operator-added': { readonly operator: OperatorId; readonly role: PersonRole; readonly name: string; readonly keyDigest: Digest };
  'operator-removed': { readonly operator: OperatorId; readonly reason: string };
  'agent-registered': {
    readonly framework?: string;
    readonly capabilities: readonly string[];
    /** 1–10; claims above it are refused. */
    readonly maxPriority: number;
    readonly sessionBudgetUsdMicros?: MicroUsd;
    readonly team?: string;
    /** SHA-256 of the agent's key; absent while it has none of its own. */
    readonly keyDigest?: Digest;
    readonly onUnavailable: UnavailableMode;
  };
  'agent-halted': { readonly scope: HaltScope; readonly reason: string; readonly cause: (typeof HALT_CAUSES)[number] };
  'agent-resumed': { readonly scope: HaltScope; readonly reason: string };
  'agent-revoked': { readonly agent: AgentId; readonly reason: string };
  /** `parentAgent`: whose session the parent is, when it is another agent's. */
  'session-opened': { readonly salt: string; readonly parent?: SessionId; readonly parentAgent?: AgentId };
  'session-closed': { readonly reason: string };
  'action-decided': {
    readonly action: ActionRecord;
    readonly decision: Decision;
    /** Ledger keys the reservation counts in, chosen at decision time. */
    readonly ledgers: readonly string[];
  };
  'action-settled': {
    readonly action: ActionId;
    readonly status: OutcomeStatus;
    readonly usage: Usage;
    readonly resultDigest?: Digest;
    /** Digest of the observable state after the action: equal digests are no progress. */
    readonly stateDigest?: Digest;
    readonly errorCode?: string;
    readonly source: Label;
    readonly trusted: boolean;
    readonly prints: readonly LabelledPrint[];
    readonly findings: readonly Finding[];
  };
  /** Text or data that entered the session outside an action: a prompt, a document, a memory. */
  'content-labelled': {
    readonly source: Label;
    readonly trusted: boolean;
    readonly prints: readonly LabelledPrint[];
    readonly findings: readonly Finding[];
    readonly contentDigest: Digest;
  };
  'memory-labelled': {
    readonly key: string;
    readonly operation: (typeof MEMORY_OPERATIONS)[number];
    readonly labels: readonly Label[];
    readonly prints: readonly LabelledPrint[];
  };
  'value-sanitised': { readonly prints: readonly Print[]; readonly by: string; readonly method: string };
  'value-endorsed': { readonly prints: readonly Print[]; readonly by: OperatorId; readonly reason: string };
  'approval-granted': {
    readonly approval: ApprovalId;
    readonly by: OperatorId;
    readonly channel: string;
    readonly reason: string;
    readonly editedArgsDigest?: Digest;
  };
  'approval-refused': { readonly approval: ApprovalId; readonly by: OperatorId; readonly channel: string; readonly reason: string };
  'approval-expired': { readonly approval: ApprovalId };
  'approval-consumed': { readonly approval: ApprovalId; readonly action: ActionId };
  'approval-voided': { readonly approval: ApprovalId; readonly reason: string };
  'grant-issued': { readonly grant: StandingGrant; readonly by: OperatorId };
  'grant-revoked': { readonly grant: string; readonly by: OperatorId };
  'policy-activated': { readonly digest: Digest; readonly name: string; readonly previous: Digest | null; readonly documentDigest: Digest };
  'budget-set': { readonly ledger: string; readonly limit: Partial<Amounts>; readonly reason: string };
  'lock-granted': {
    readonly resource: string;
    readonly slots: number;
    readonly ttlMs: number;
    readonly priority: number;
    readonly action?: ActionId;
  };
  'lock-renewed': { readonly resource: string; readonly fence: EntryIndex; readonly ttlMs: number };
  'lock-released': { readonly resource: string; readonly fence: EntryIndex };
  'lock-evicted': {
    readonly resource: string;
    readonly fence: EntryIndex;
    readonly reason: (typeof EVICTION_REASONS)[number];
  };
  'event-ingested': {
    readonly eventType: string;
    readonly eventSeq: number;
    readonly payloadDigest: Digest;
    /** Of the whole envelope: what the next event's `prev_hash` must be. Absent in logs from before it was kept. */
    readonly eventHash?: Digest;
  };
  /** A decision made locally while the gate could not be reached, reported later. */
  'action-journalled': {
    readonly action: JsonObject;
    readonly effect: (typeof JOURNALLED_EFFECTS)[number];
    readonly mode: UnavailableMode;
    readonly decidedAt: Millis;
  };
  'payload-erased': { readonly subject: string; readonly digests: readonly Digest[]; readonly reason: string };
  'key-rotated': {
    readonly previous: string;
    readonly next: string;
    readonly nextPublicKey: string;
    readonly signatureByPrevious: string;
    readonly signatureByNext?: string;
    readonly reason?: string;
  };
  /** An operator's word, given offline, that a store which disagreed with its second place may go on as it is. */
  'store-recovered': {
    /** Who said so, as the system that ran the command names them. */
    readonly by: string;
    readonly reason: string;
    readonly recoveredAt: Millis;
    /** Entries the log had left when it was accepted. */
    readonly size: number;
    /** What was wrong with it, as far as it is known. */
    readonly detail?: string;
  };
  /** A new administrator was made offline, at a terminal of the machine; shown at every start until one acknowledges it. */
  'admin-reset': { readonly operator: OperatorId; readonly by: string };
  /** `reset`: the index of the entry that is acknowledged. */
  'admin-reset-acknowledged': { readonly reset: EntryIndex; readonly by: OperatorId };
  'checkpoint-signed': { readonly size: number; readonly root: Digest };
  'clock-regressed': { readonly byMs: number };
  /** Something failed that nothing caught; what was under way at every door was refused. What it says of itself stays in the daemon's own log. */
  'daemon-faulted': {
    /** The kind of error, and the place in the source where it was thrown. */
    readonly error: string;
    readonly at?: string;
    /** Exchanges that were refused. */
    readonly refused: number;
  };
  /** The definition of an MCP tool is trusted from here on, exactly as it is; its bytes lie beside the log. */
  'tool-pinned': ShownTool & { readonly why: (typeof PIN_CAUSES)[number]; readonly by?: OperatorId };
  /** A definition no call may use until a person accepts it. */
  'tool-quarantined': ShownTool & { readonly doubts: readonly ToolDoubt[] };
  /** What was pinned or doubted of this tool is no longer known: shown again, it is a new one. */
  'tool-forgotten': { readonly server: string; readonly tool: string; readonly by: OperatorId };
  /**
   * A model's answer came whole: what its provider calls it and its calls, so that results, questions and refusals find their actions after a
   * restart. Nothing a decision reads.
   */
  'answer-received': {
    /** The model action it answers. */
    readonly action: ActionId;
    /** By what a later request goes on from it where the provider holds the conversation: its own name, the conversation's. */
    readonly names: readonly string[];
    /** In order, as the provider names them, without those it ran itself. No `action`: its arguments could not be read, so it was refused. */
    readonly calls: readonly { readonly id: string; readonly kind?: string; readonly action?: ActionId }[];
    /** Of calls a person was asked about: those that leave with this answer. Without it, what was granted has not gone out yet. */
    readonly passed?: readonly ActionId[];
  };
  /** An alert: what a provider says an answer used cannot be, so the estimate stands as its charge (SPEND-9). Nothing a decision reads. */
  'usage-doubted': {
    readonly action: ActionId;
    readonly doubts: readonly UsageDoubt[];
    /** Tokens, as the provider counts them; absent where it says no number. */
    readonly said: { readonly input?: number; readonly output?: number };
  };
  'request-refused': { readonly code: string; readonly door: Door; readonly pointer?: string };
  /** A synthetic call that must be stopped was made where an agent would make it: `protected` when it was, an alert when it was not. */
  'canary-answered': { readonly harness: string; readonly door: Door; readonly protection: ProtectionState; readonly detail: string };
  /** A command runs supervised. Nothing a decision reads; neither do the next two, and the halt of a trip is an entry of its own. */
  'run-started': {
    readonly run: string;
    readonly level: RunLevel;
    readonly limits: Readonly<Record<string, number>>;
    /** Calls a minute of each tool that has a limit of its own. */
    readonly toolRates?: Readonly<Record<string, number>>;
  };
  /** Why a supervised command is being killed: what was measured, and the limit it passed. */
  'run-tripped': { readonly run: string; readonly code: TripCode; readonly detail: Readonly<Record<string, string | number>> };
  /** What its supervisor observed of the end of a command and of everything it started. */
  'run-ended': {
    readonly run: string;
    readonly state: RunState;
    readonly level: RunLevel;
    readonly cause: RunEndCause;
    readonly empty: boolean;
    /** Processes at the moment of the kill; absent where nobody counted them. */
    readonly killed?: number;
    /** Process ids of those that could not be killed. */
    readonly survivors: readonly number[];
    /** Which observation `empty` rests on. */
    readonly by: string;
    /** Microseconds from the decision to kill until the last observation. */
    readonly us: number;
    readonly code?: TripCode;
    readonly exit?: number;
    readonly signal?: number;
  };
}

/** The definition of one tool as one MCP server showed it to one agent. */
export interface ShownTool {
  /** The agent's name for the server. */
  readonly server: string;
  /** Digest of what the server is: its command, arguments and names of variables, or its URL. */
  readonly identity: Digest;
  /** The files the server is made of, as short facts: path with SHA-256, or size and time of the last writing. Absent where nobody said. */
  readonly program?: readonly string[];
  readonly tool: string;
  /** SHA-256 of the RFC 8785 bytes of the whole definition. */
  readonly digest: Digest;
  /** What the tool can be told to do, as sorted short facts: parameters with their types, hints, categories. */
  readonly fingerprint: readonly string[];
}

export const TOOL_DOUBTS = [
  'NEW_TOOL',
  'TOOL_CHANGED',
  'SERVER_CHANGED',
  'PROGRAM_CHANGED',
  'NAME_COLLISION',
  'NAME_LOOKALIKE',
  'NAME_INVALID',
  'SHADOWING',
  'POISONED',
  'SCHEMA_REFUSED',
] as const;
export type ToolDoubt = (typeof TOOL_DOUBTS)[number];

/** How a tool of an MCP server stands with an agent. `hidden`: pinned, but the agent's lists or manifest refuse every call of it. */
export const TOOL_TRUST = ['pinned', 'hidden', 'quarantined'] as const;
export type ToolTrust = (typeof TOOL_TRUST)[number];

export type EntryType = keyof EntryBodies;

export const HALT_SCOPES = ['all', 'agent', 'session'] as const;

/** A session without its agent is every session of that name, whoever opens it. */
export type HaltScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'agent'; readonly id: AgentId }
  | { readonly kind: 'session'; readonly id: SessionId; readonly agent?: AgentId };

/** A remembered permission: an explicit predicate with authority, expiry and count, never a vague "always". */
export interface StandingGrant {
  readonly id: string;
  readonly agent: AgentId;
  readonly session?: SessionId;
  readonly tool: string;
  /** Exactly these arguments, when present. */
  readonly argsDigest?: Digest;
  /** Exactly these contents of the files they name, when present (ASK-34). */
  readonly filesDigest?: Digest;
  readonly uses: number;
  readonly expiresAt: Millis;
}

/** One record of the log. The bytes are RFC 8785 (JCS) of this object, stored as written. */
export type Entry = { [T in EntryType]: EntryOf<T> }[EntryType];

export interface EntryOf<T extends EntryType> {
  readonly v: 1;
  readonly tenant: TenantId;
  readonly index: EntryIndex;
  /** RFC 6962 leaf hash of entry index−1, hex; 64 zeros for index 0. */
  readonly prev: Digest;
  readonly at: Millis;
  readonly type: T;
  readonly actor: Actor;
  readonly agent?: AgentId;
  readonly session?: SessionId;
  /** Position within the session, for event-ingest clients. */
  readonly seq?: number;
  readonly body: EntryBodies[T];
  /** Digest of the payload bytes that lie beside the log. */
  readonly payload?: Digest;
}

/** An entry before the log gives it its place: what the gate produces and `fold` may be asked about at `index`. */
export type EntryDraft = { [T in EntryType]: Omit<EntryOf<T>, 'v' | 'index' | 'prev'> }[EntryType];
