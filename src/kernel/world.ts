import type { FileTrace } from './action.ts';
import type { EntryBodies, HaltScope, ShownTool, StandingGrant, ToolDoubt } from './entry.ts';
import type { Amounts, Decision, Label, KNOWN_PROVENANCES } from './decision.ts';
import type { ActionId, AgentId, ApprovalId, Digest, EntryIndex, Millis, OperatorId, OwnedKey, Print, SessionId } from './ids.ts';
import { emptyMap } from './persistent-map.ts';
import type { PersistentMap } from './persistent-map.ts';
import { emptyQueue } from './queue.ts';
import type { Queue } from './queue.ts';
import { SEMANTICS } from './semantics.ts';
import type { PersonRole } from './role.ts';
import type { ApprovalStatus } from './approval.ts';

/**
 * The facts a decision may read: exactly what folding the tenant's log yields, nothing else.
 * Immutable; `fold` returns a new world that shares structure with the old one.
 */
export interface World {
  /** Entries folded so far: the index the next entry will get. */
  readonly size: EntryIndex;
  readonly at: Millis;
  readonly epoch: number;
  /** Number of the behaviour the log is written under, as its last `gate-opened` entry says (kernel/semantics.ts). */
  readonly semantics: number;
  readonly policy: Digest | null;
  readonly operators: PersistentMap<OperatorId, OperatorState>;
  /** Key digest → who holds it. */
  readonly keys: PersistentMap<Digest, KeyHolder>;
  readonly agents: PersistentMap<AgentId, AgentState>;
  /** By `keyOf` (kernel/owned.ts), as actions are. */
  readonly sessions: PersistentMap<OwnedKey, SessionState>;
  /** Recent actions, for idempotency and settling; bounded, oldest settled first out. */
  readonly actions: PersistentMap<OwnedKey, ActionState>;
  readonly approvals: PersistentMap<ApprovalId, ApprovalState>;
  readonly grants: PersistentMap<string, StandingGrant & { readonly used: number }>;
  readonly halts: readonly { readonly scope: HaltScope; readonly reason: string; readonly index: EntryIndex }[];
  /** Ledger key (`session/a1~s1`, `agent/a1/day/2026-11-21`) → what is spent and reserved. */
  readonly ledgers: PersistentMap<string, Ledger>;
  /** Limits set by `budget-set`, over and above the policy's. */
  readonly limits: PersistentMap<string, Partial<Amounts>>;
  /** Window key (kernel/rate-window.ts) → calls and tokens of the last minute, second by second. */
  readonly rates: PersistentMap<string, RateWindow>;
  readonly locks: PersistentMap<string, LockState>;
  /** Tool definitions of MCP servers, by the agent they were shown to; bounded for each. */
  readonly tools: PersistentMap<AgentId, readonly ToolState[]>;
  /** What leaves next, so that the world stays bounded at a constant cost per entry (DEC-16). */
  readonly queues: WorldQueues;
}

/** Order of eviction. Nothing here is a fact a rule may read. */
export interface WorldQueues {
  /** Actions in the order they were first decided, and in the order they came to an end. */
  readonly decided: Queue<OwnedKey>;
  readonly finished: Queue<OwnedKey>;
  /** Approvals that came to an end. */
  readonly approvals: Queue<ApprovalId>;
  readonly opened: Queue<OwnedKey>;
  readonly closed: Queue<OwnedKey>;
  /** What ends by the clock, looked at in turn, four per entry. */
  readonly sweep: Queue<Sweepable>;
}

export const SWEPT = ['rate', 'lock', 'grant', 'ledger'] as const;

/** The key of something that ends by itself. */
export interface Sweepable {
  readonly kind: (typeof SWEPT)[number];
  readonly key: string;
  /** Of a ledger: when its period ends. */
  readonly end?: Millis;
}

export type KeyHolder = { readonly role: PersonRole; readonly operator: OperatorId } | { readonly role: 'agent'; readonly agent: AgentId };

export interface OperatorState {
  readonly role: PersonRole;
  readonly name: string;
  readonly active: boolean;
}

export interface AgentState {
  readonly registered: EntryBodies['agent-registered'];
  readonly firstSeen: Millis;
  readonly revoked: boolean;
  /** Times of recent violations below semantics 3, oldest first, bounded. */
  readonly violations: readonly Millis[];
  /** Recent violations, each call once, the latest last; bounded (DEC-17). */
  readonly denials?: readonly Denial[];
  readonly pendingApprovals: number;
  /** Locks held and not yet released, evicted or swept (LOCK-6). */
  readonly locks?: number;
}

/** A call that was denied because the agent may not do what it tried. */
export interface Denial {
  readonly at: Millis;
  /** The first code that says so. */
  readonly code: string;
  readonly name: string;
  readonly argsDigest: Digest;
}

export interface SessionState {
  readonly agent: AgentId;
  readonly salt: string;
  readonly parent?: SessionId;
  /** Whose session the parent is, when it was handed over from another agent. */
  readonly parentAgent?: AgentId;
  readonly openedAt: Millis;
  readonly closed: boolean;
  /** Recent decided calls, oldest first, at most 64 (LOOP). */
  readonly calls: readonly {
    readonly action: ActionId;
    readonly name: string;
    readonly argsDigest: Digest;
    readonly at: Millis;
    readonly state: Digest | null;
    /** The beginning of the digest of what it answered, where its end was reported with one (since semantics 3). */
    readonly answer?: string;
  }[];
  /** One character for each of `calls`, made from the digest of its arguments (kernel/call-marks.ts): where it is not, the call was not made. */
  readonly callMarks: string;
  /** Fingerprints of values that entered the session (TAINT); bounded, oldest out first, and then `overflowed`. */
  readonly prints: PersistentMap<Print, PrintOrigin>;
  readonly overflowed: boolean;
  /** The first content with instructions to the model that entered since a person last looked (TAINT-12). */
  readonly injected?: InjectedContent;
  /** Prints in the order they came, for the bound. */
  readonly printOrder?: Queue<Print>;
  /** Files it fetched, or wrote with something in them that would be asked about, the latest last; at most 64 (INSPECT-105). */
  readonly written?: readonly (FileTrace & { readonly source: EntryIndex })[];
  /** Resources this session was deferred for and has not got yet (LOCK-5). */
  readonly waitsFor?: readonly string[];
}

/** Content that entered a session and holds instructions to the model. */
export interface InjectedContent {
  /** Its entry. */
  readonly source: EntryIndex;
  readonly label: Label;
  /** Code of the finding. */
  readonly finding: string;
  /** The tool whose result it is. */
  readonly tool?: string;
}

export interface PrintOrigin {
  readonly provenance: (typeof KNOWN_PROVENANCES)[number];
  readonly labels: readonly Label[];
  readonly trusted: boolean;
  readonly source: EntryIndex;
}

export interface ActionState {
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly argsDigest: Digest;
  readonly name: string;
  readonly index: EntryIndex;
  readonly decision: Decision;
  /** Where it is reserved; empty once it is settled. */
  readonly ledgers: readonly string[];
  readonly settled: boolean;
  /** The canonical resource it holds a lock on. */
  readonly resource?: string;
}

export interface ApprovalState {
  readonly action: ActionId;
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly tool: string;
  readonly argsDigest: Digest;
  readonly digest: Digest;
  readonly index: EntryIndex;
  readonly expiresAt: Millis;
  readonly quorum: number;
  readonly approvers: readonly string[];
  readonly grantedBy: readonly OperatorId[];
  readonly editedArgsDigest?: Digest;
  readonly status: ApprovalStatus;
}

export interface Ledger {
  readonly spent: Amounts;
  readonly reserved: Amounts;
  /** Charged beyond what had been reserved: the only way past a limit, and always visible (SPEND-5). */
  readonly overrun?: Amounts;
}

/** What was counted in one second. */
export interface RateSecond {
  readonly second: number;
  readonly calls: number;
  readonly tokens: number;
}

/** The newest second of a minute, and those before it in which anything was counted, oldest first. */
export interface RateWindow extends RateSecond {
  readonly older: readonly RateSecond[];
}

export interface LockState {
  readonly slots: number;
  readonly holders: readonly {
    readonly agent: AgentId;
    readonly session: SessionId;
    readonly action?: ActionId;
    readonly fence: EntryIndex;
    readonly priority: number;
    readonly expiresAt: Millis;
  }[];
  /** Fair queue of those who were deferred, oldest first, bounded. */
  readonly waiting: readonly {
    readonly agent: AgentId;
    readonly session: SessionId;
    readonly priority: number;
    readonly since: Millis;
    readonly until?: Millis;
  }[];
}

export interface ToolState {
  readonly server: string;
  readonly tool: string;
  readonly pinned: Omit<ShownTool, 'server' | 'tool'> | null;
  /** A definition in doubt; while there is one, no call of the tool is allowed. */
  readonly doubted: (Omit<ShownTool, 'server' | 'tool'> & { readonly doubts: readonly ToolDoubt[] }) | null;
}

/** The world before the first entry. */
export function emptyWorld(): World {
  return {
    size: 0,
    at: 0,
    epoch: 0,
    semantics: SEMANTICS,
    policy: null,
    operators: emptyMap(),
    keys: emptyMap(),
    agents: emptyMap(),
    sessions: emptyMap(),
    actions: emptyMap(),
    approvals: emptyMap(),
    grants: emptyMap(),
    halts: [],
    ledgers: emptyMap(),
    limits: emptyMap(),
    rates: emptyMap(),
    locks: emptyMap(),
    tools: emptyMap(),
    queues: {
      decided: emptyQueue(),
      finished: emptyQueue(),
      approvals: emptyQueue(),
      opened: emptyQueue(),
      closed: emptyQueue(),
      sweep: emptyQueue(),
    },
  };
}
