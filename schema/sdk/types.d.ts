// Made by bin/sdk-types.mjs from schema/openapi.json; a test holds it to that.
export type ProposalKind = 'tool' | 'model' | 'egress' | 'process' | 'resource' | 'memory' | 'handoff';

export interface ProposalDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly schema?: unknown;
}

export interface ProposalTool {
  readonly server: string;
  readonly digest: string;
}

export interface ProposalClaims {
  readonly intent?: string;
  readonly priority?: number;
  readonly complexity?: number;
  readonly confidence?: number;
  readonly usdMicros?: number;
  readonly tokens?: number;
  readonly framework?: string;
  readonly model?: string;
}

export interface ProposalResource {
  readonly resource: string;
  readonly slots: number;
  readonly ttlMs: number;
}

export type ProposalEnforcement = 'enforcing' | 'advisory';

export type ProposalDoor = 'http' | 'mcp';

export type ProposalEndedStatus = 'succeeded' | 'failed' | 'blocked' | 'cancelled' | 'unknown';

export interface ProposalEndedUsage {
  readonly usdMicros?: number;
  readonly tokens?: number;
}

export type ProposalEndedSource = 'user_input' | 'tool_output' | 'memory_read' | 'retrieved_doc' | 'model_output';

export interface ProposalEnded {
  readonly action: string;
  readonly status: ProposalEndedStatus;
  readonly usage?: ProposalEndedUsage;
  readonly result?: unknown;
  readonly source?: ProposalEndedSource;
  readonly trusted?: boolean;
  readonly state?: unknown;
  readonly errorCode?: string;
}

export interface Proposal {
  readonly id?: string;
  readonly agent?: string;
  readonly session: string;
  readonly parent?: string;
  readonly kind?: ProposalKind;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly declaration?: ProposalDeclaration;
  readonly tool?: ProposalTool;
  /** JSON pointers of arguments that stand for what the program could not say in JSON; each is UNINSPECTABLE, of HIGH risk. */
  readonly unreadable?: readonly string[];
  readonly claims?: ProposalClaims;
  readonly resource?: ProposalResource;
  readonly enforcement?: ProposalEnforcement;
  readonly door?: ProposalDoor;
  readonly harness?: string;
  /** The folder the action starts in, an absolute path on the machine of the daemon: files that it names relatively are looked for there when a person is asked, so that the approval holds for what they hold. */
  readonly cwd?: string;
  readonly ended?: readonly ProposalEnded[];
}

export type DecisionEffect = 'allow' | 'deny' | 'modify' | 'ask' | 'defer';

export interface DecisionReason {
  readonly code: string;
  readonly rule: string;
  readonly effect: string;
  readonly message: string;
  readonly hint?: string;
  readonly pointer?: string;
  /** Code of the finding the reason rests on. */
  readonly finding?: string;
}

export type DecisionRisk = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';

export type DecisionObligationsInjectedResults = 'mask' | 'withhold';

export interface DecisionObligations {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly recommendedModel?: string;
  readonly redact?: readonly string[];
  readonly injectedResults?: DecisionObligationsInjectedResults;
}

export interface DecisionOrigin {
  readonly pointer: string;
  readonly provenance: string;
  readonly labels: readonly string[];
  readonly source?: number;
}

export interface DecisionModify {
  readonly args: Readonly<Record<string, unknown>>;
}

export interface DecisionAsk {
  readonly approval: string;
  readonly digest: string;
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly expiresAt: number;
}

export interface DecisionDefer {
  readonly retryAfterMs: number;
  readonly waitingFor: string;
}

export interface Decision {
  readonly action: string;
  readonly effect: DecisionEffect;
  /** What the agent is shown, exactly, when it may not simply go on. */
  readonly text?: string;
  readonly reasons: readonly DecisionReason[];
  readonly risk: DecisionRisk;
  readonly policy: string;
  readonly worldIndex: number;
  readonly semantics: number;
  readonly obligations: DecisionObligations;
  readonly origins: readonly DecisionOrigin[];
  readonly shadow?: DecisionEffect;
  readonly reserve?: Readonly<Record<string, number>>;
  readonly fence?: number;
  readonly modify?: DecisionModify;
  readonly ask?: DecisionAsk;
  readonly defer?: DecisionDefer;
}

export interface ActionReply {
  readonly action: Readonly<Record<string, unknown>>;
  readonly decision: Decision;
  readonly settled: boolean;
}

export interface Outcome {
  readonly status: ProposalEndedStatus;
  readonly usage?: ProposalEndedUsage;
  readonly result?: unknown;
  readonly source?: ProposalEndedSource;
  readonly trusted?: boolean;
  readonly state?: unknown;
  readonly errorCode?: string;
}

export interface SettledFinding {
  readonly detector: string;
  readonly code: string;
  readonly risk: DecisionRisk;
  readonly pointer: string;
}

export interface Settled {
  readonly index: number;
  readonly leaf: string;
  /** What was found in the value, the riskiest first, as pointers into it. */
  readonly findings: readonly SettledFinding[];
}

export interface Content {
  readonly source: ProposalEndedSource;
  readonly trusted?: boolean;
  readonly value: unknown;
}

export interface Renewal {
  readonly resource: string;
  readonly fence: number;
  readonly ttlMs: number;
}

export interface NewSession {
  readonly session: string;
  readonly parent?: string;
  readonly parentAgent?: string;
  readonly agent?: string;
}

export type JournalEntryEffect = 'allow' | 'deny';

export type JournalEntryMode = 'deny' | 'allow_readonly' | 'local_approval' | 'allow';

export interface JournalEntry {
  readonly action: Readonly<Record<string, unknown>>;
  readonly effect: JournalEntryEffect;
  readonly mode: JournalEntryMode;
  readonly decidedAt: number;
}

export interface Journal {
  readonly entries: readonly JournalEntry[];
}

export type SelfStatus = 'active' | 'halted' | 'revoked';

export type SelfProtection = 'protected' | 'unprotected';

export interface Self {
  readonly agent: string;
  readonly status: SelfStatus;
  readonly framework?: string;
  readonly capabilities: readonly string[];
  readonly maxPriority: number;
  readonly sessionBudgetUsdMicros?: number;
  readonly team?: string;
  readonly onUnavailable: JournalEntryMode;
  readonly firstSeen: number;
  readonly violations: number;
  readonly pendingApprovals: number;
  readonly hasKey: boolean;
  readonly readOnlyTools: readonly string[];
  readonly protection?: SelfProtection;
}

export type ProblemCode = 'AEGIS_REFUSED' | 'AEGIS_UNREACHABLE' | 'AGENT_MISMATCH' | 'APPROVAL_EXPIRED' | 'APPROVAL_NOT_PENDING' | 'BODY_INVALID_JSON' | 'BODY_TOO_DEEP' | 'BODY_TOO_LARGE' | 'BODY_TOO_MANY_KEYS' | 'CODING_UNKNOWN' | 'COMMAND_CANNOT_RUN' | 'COMMAND_NOT_FOUND' | 'CONFIG_INVALID' | 'CONFLICT' | 'CSRF_REFUSED' | 'FOLDER_UNUSABLE' | 'FORBIDDEN' | 'GATE_CLOSED' | 'HOST_REFUSED' | 'IDEMPOTENCY_MISMATCH' | 'INTERNAL' | 'INTERRUPTED' | 'LISTEN_FAILED' | 'LOGIN_REFUSED' | 'MCP_BUSY' | 'MCP_CREDENTIALS_REFUSED' | 'MCP_MESSAGE' | 'MCP_SERVER_GONE' | 'MCP_SERVER_REFUSED' | 'MCP_SESSION_LOST' | 'MCP_TAKEN_BACK' | 'MCP_TIMEOUT' | 'MCP_TOOL_LIST' | 'MCP_UNREACHABLE' | 'MCP_UNRECORDED' | 'MEDIA_TYPE' | 'METHOD_NOT_ALLOWED' | 'NOT_FOUND' | 'NOT_SUPPORTED' | 'OWNER_AMBIGUOUS' | 'POLICY_INVALID' | 'POLICY_NOT_IN_FORCE' | 'PROVIDER_KEY_MISSING' | 'RATE_LIMITED' | 'REQUEST_INVALID' | 'REQUEST_TIMEOUT' | 'ROUTE_NOT_FOUND' | 'ROUTE_UNINSPECTED' | 'RUN_FAILED' | 'RUN_HALTED' | 'STORE_CORRUPT' | 'STORE_HELD' | 'STORE_INCOMPLETE' | 'STORE_ROLLED_BACK' | 'STORE_UNAVAILABLE' | 'STORE_UNREADABLE' | 'UNAUTHENTICATED' | 'UNKNOWN_AGENT' | 'UPSTREAM_INVALID' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_UNREACHABLE';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly hint: string;
  /** RFC 6901 pointer into the request */
  readonly pointer?: string;
}
