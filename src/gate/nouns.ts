import type { SensitiveScan } from '../inspect/sensitive-spans.ts';
import type { Action } from '../kernel/action.ts';
import type { Amounts, Decision, Label } from '../kernel/decision.ts';
import type { OutcomeStatus, ToolDoubt, Usage, ToolTrust } from '../kernel/entry.ts';
import type { Detector, Risk, ToolDeclaration, PromptDetector } from '../kernel/finding.ts';
import type { ActionId, AgentId, ApprovalId, Digest, EntryIndex, Millis, OperatorId, SessionId, TenantId } from '../kernel/ids.ts';
import type { SessionPlace } from '../kernel/owned.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { LedgerScope, PromptWord } from '../kernel/policy.ts';
import type { PersonRole, Presence } from '../kernel/role.ts';

/** Who is asking, as established by a key; never by what the request says about itself. */
export type Principal =
  | { readonly role: 'agent'; readonly tenant: TenantId; readonly agent: AgentId }
  | { readonly role: PersonRole; readonly tenant: TenantId; readonly operator: OperatorId; readonly presence?: Presence };

/** A principal that is a person. */
export type Operator = Principal & { readonly role: PersonRole };

/** Where an entry was written. */
export interface Receipt {
  readonly index: EntryIndex;
  readonly leaf: Digest;
}

/** What was found in a result or other content, without the text itself. */
export interface FoundIn {
  readonly detector: Detector;
  readonly code: string;
  readonly risk: Risk;
  /** RFC 6901, into the value that was sent. */
  readonly pointer: string;
}

/** Content as it was recorded, and what was found in it, the riskiest first (TAINT-14). */
export interface ContentReceipt extends Receipt {
  readonly findings: readonly FoundIn[];
}

/** A halt as it was recorded; of a session's name, the sessions it stopped. */
export interface Halted extends Receipt {
  readonly sessions?: readonly SessionPlace[];
}

/** An erasure as it was recorded, and how many payloads it made unreadable. */
export interface Erased extends Receipt {
  readonly erased: number;
  /** Entries of the session from before texts were sealed, whose facts or reasons hold some in plain: no erasure can reach these (LOG-33). */
  readonly plain: number;
}

/** An action as an integration hands it over, before it is read, traced and placed. */
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
  /** Pointers of arguments that are digests the integration took itself: nobody said them, so nothing is looked for in them. */
  readonly digests?: readonly string[];
  /** Pointers of arguments that stand for values the integration could not say in JSON: each is UNINSPECTABLE (SDK-13). */
  readonly unreadable?: readonly string[];
  readonly declaration?: ToolDeclaration;
  /** The tool of an MCP server this is a call of, with the digest of the definition the integration knows; it must be pinned (MCP-2). */
  readonly tool?: { readonly server: string; readonly digest: Digest };
  readonly claims: Action['claims'];
  readonly resource?: Action['resource'];
  readonly door: Action['door'];
  readonly enforcement: Action['enforcement'];
  readonly harness?: string;
  /** The folder the action starts in, an absolute path of the daemon's machine: where relative names of files are looked for (ASK-30). */
  readonly cwd?: string;
}

/** What became of an action that was allowed. */
export interface Outcome {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly action: ActionId;
  readonly status: OutcomeStatus;
  readonly usage: Usage;
  /** Tokens of a model's answer: a model the policy in force prices is charged by them at its own prices (SPEND-10). */
  readonly counts?: { readonly input: number; readonly output: number };
  /** JSON value, or text; labelled, fingerprinted, redacted and stored beside the log. */
  readonly result?: Json;
  /** Pointers within the result that are digests the integration took itself, as in `Proposal`. */
  readonly digests?: readonly string[];
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

/** One limit on dollars that holds for an agent in a session, and what is spent and reserved against it. */
export interface BudgetUse {
  /** The policy's id of the budget, `session` for the registered one, or the ledger key of a `budget-set`. */
  readonly id: string;
  readonly ledger: string;
  readonly field: 'usdMicros';
  readonly limit: number;
  readonly taken: number;
}

/** One limit on one amount, of an agent, a team, the tenant or a named session, and what stands against it at this moment. */
export interface LimitUse {
  /** The policy's id of the budget, or the ledger key of a `budget-set`. */
  readonly id: string;
  readonly scope: LedgerScope;
  /** The agent or team; '' for the tenant and a session. */
  readonly of: string;
  readonly ledger: string;
  readonly field: keyof Amounts;
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  /** When its period ends; left out where it never does. */
  readonly resetsAt?: Millis;
}

/** What the policy in force wants of the prompts of an agent (LLM-54). */
export interface PromptTerms {
  readonly policy: Digest;
  /** What becomes of what a detector finds; one that is not named is not asked. */
  readonly words: ReadonlyMap<PromptDetector, PromptWord>;
  /** false in shadow mode: what is found is counted and nothing is changed (DEC-12). */
  readonly applies: boolean;
  /** What those detectors are sure enough of in a text, in no order; spans may overlap. Pure. */
  readonly read: (text: string) => SensitiveScan;
}

/** An approval as a person sees it: the exact bytes, never the agent's story about them. */
export interface PendingApproval {
  readonly approval: ApprovalId;
  readonly decision: Decision & { readonly effect: 'ask' };
  readonly action: Action;
  readonly canonicalArgs: string;
}

/** How often and how long the same tool may be called without asking again. */
export interface Remember {
  readonly uses: number;
  readonly ttlMs: number;
  /** Only with exactly these arguments. */
  readonly exactArgs: boolean;
}

/** A session as a request names it: without its agent an agent's own, or the only one of this name. */
export interface NamedSession {
  readonly session: SessionId;
  readonly agent?: AgentId | undefined;
}

/** One action of one agent. */
export interface ActionPlace {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly action: ActionId;
  /** Who asks only looks: the answer lets nothing run, so nothing is compared for it (ASK-33). */
  readonly looks?: true;
}

/** An operator's word that one value is fine in one session (TAINT-7). */
export interface Endorsement extends NamedSession {
  /** The value as it stands in the arguments: a recipient, an address, an amount. */
  readonly value: string | number | boolean;
  readonly reason: string;
}

/** What an MCP server answered to `tools/list`, or its instructions. */
export interface ShownTools {
  readonly tenant: TenantId;
  readonly agent: AgentId;
  readonly session: SessionId;
  readonly server: string;
  /** Digest of the server's command, arguments and names of variables, or of its URL. */
  readonly identity: Digest;
  /** The files the server is made of, as short facts; absent where they are not on the agent's machine. */
  readonly program?: readonly string[];
  /** Definitions as they came, each with a `name`; at most 1,024. */
  readonly tools: readonly JsonObject[];
}

/** What the gate makes of one definition it was shown. */
export interface ToolReview {
  readonly tool: string;
  readonly digest: Digest;
  /** `hidden`: pinned, but the agent's lists or manifest refuse every call of it. */
  readonly status: ToolTrust;
  readonly doubts: readonly ToolDoubt[];
}

export interface AcceptedTool {
  readonly agent: AgentId;
  readonly server: string;
  readonly tool: string;
  readonly digest: Digest;
  /** What the server was when it was read; refused when it is something else by now. */
  readonly identity?: Digest;
  /** Needed where it is the program that changed. */
  readonly program?: readonly string[];
}

export interface ForgottenTools {
  readonly agent: AgentId;
  readonly server: string;
  /** Names of tools, `(instructions)` too; absent: all of the server. */
  readonly tools?: readonly string[];
}

/** What a recorded fact is about. */
export interface FactPlace {
  readonly agent?: AgentId;
  readonly session?: SessionId;
  readonly seq?: number;
  /** A value whose bytes are kept beside the log, under the key of the session. */
  readonly kept?: Json;
}
