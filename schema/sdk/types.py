"""Made by bin/sdk-types.mjs from schema/openapi.json."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

ProposalKind = Literal["tool", "model", "egress", "process", "resource", "memory", "handoff"]


class _ProposalDeclaration(TypedDict):
    name: str


class ProposalDeclaration(_ProposalDeclaration, total=False):
    description: str
    schema: Any


class ProposalTool(TypedDict):
    server: str
    digest: str


class _ProposalClaims(TypedDict):
    pass


class ProposalClaims(_ProposalClaims, total=False):
    intent: str
    priority: int
    complexity: int
    confidence: float
    usdMicros: int
    tokens: int
    framework: str
    model: str


class ProposalResource(TypedDict):
    resource: str
    slots: int
    ttlMs: int

ProposalEnforcement = Literal["enforcing", "advisory"]

ProposalDoor = Literal["http", "mcp"]

ProposalEndedStatus = Literal["succeeded", "failed", "blocked", "cancelled", "unknown"]


class _ProposalEndedUsage(TypedDict):
    pass


class ProposalEndedUsage(_ProposalEndedUsage, total=False):
    usdMicros: int
    tokens: int

ProposalEndedSource = Literal["user_input", "tool_output", "memory_read", "retrieved_doc", "model_output"]


class _ProposalEnded(TypedDict):
    action: str
    status: ProposalEndedStatus


class ProposalEnded(_ProposalEnded, total=False):
    usage: ProposalEndedUsage
    result: Any
    source: ProposalEndedSource
    trusted: bool
    state: Any
    errorCode: str


class _Proposal(TypedDict):
    session: str
    name: str
    args: dict[str, Any]


class Proposal(_Proposal, total=False):
    id: str
    agent: str
    parent: str
    kind: ProposalKind
    declaration: ProposalDeclaration
    tool: ProposalTool
    unreadable: list[str]
    claims: ProposalClaims
    resource: ProposalResource
    enforcement: ProposalEnforcement
    door: ProposalDoor
    harness: str
    cwd: str
    ended: list[ProposalEnded]

DecisionEffect = Literal["allow", "deny", "modify", "ask", "defer"]


class _DecisionReason(TypedDict):
    code: str
    rule: str
    effect: str
    message: str


class DecisionReason(_DecisionReason, total=False):
    hint: str
    pointer: str
    finding: str

DecisionRisk = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]

DecisionObligationsInjectedResults = Literal["mask", "withhold"]


class _DecisionObligations(TypedDict):
    timeoutMs: int
    maxOutputBytes: int


class DecisionObligations(_DecisionObligations, total=False):
    recommendedModel: str
    redact: list[str]
    injectedResults: DecisionObligationsInjectedResults


class _DecisionOrigin(TypedDict):
    pointer: str
    provenance: str
    labels: list[str]


class DecisionOrigin(_DecisionOrigin, total=False):
    source: int


class DecisionModify(TypedDict):
    args: dict[str, Any]


class DecisionAsk(TypedDict):
    approval: str
    digest: str
    approvers: list[str]
    quorum: int
    expiresAt: int


class DecisionDefer(TypedDict):
    retryAfterMs: int
    waitingFor: str


class _Decision(TypedDict):
    action: str
    effect: DecisionEffect
    reasons: list[DecisionReason]
    risk: DecisionRisk
    policy: str
    worldIndex: int
    semantics: int
    obligations: DecisionObligations
    origins: list[DecisionOrigin]


class Decision(_Decision, total=False):
    text: str
    shadow: DecisionEffect
    reserve: dict[str, int]
    fence: int
    modify: DecisionModify
    ask: DecisionAsk
    defer: DecisionDefer


class ActionReply(TypedDict):
    action: dict[str, Any]
    decision: Decision
    settled: bool


class _Outcome(TypedDict):
    status: ProposalEndedStatus


class Outcome(_Outcome, total=False):
    usage: ProposalEndedUsage
    result: Any
    source: ProposalEndedSource
    trusted: bool
    state: Any
    errorCode: str


class SettledFinding(TypedDict):
    detector: str
    code: str
    risk: DecisionRisk
    pointer: str


class Settled(TypedDict):
    index: int
    leaf: str
    findings: list[SettledFinding]


class _Content(TypedDict):
    source: ProposalEndedSource
    value: Any


class Content(_Content, total=False):
    trusted: bool


class Renewal(TypedDict):
    resource: str
    fence: int
    ttlMs: int


class _NewSession(TypedDict):
    session: str


class NewSession(_NewSession, total=False):
    parent: str
    parentAgent: str
    agent: str

JournalEntryEffect = Literal["allow", "deny"]

JournalEntryMode = Literal["deny", "allow_readonly", "local_approval", "allow"]


class JournalEntry(TypedDict):
    action: dict[str, Any]
    effect: JournalEntryEffect
    mode: JournalEntryMode
    decidedAt: int


class Journal(TypedDict):
    entries: list[JournalEntry]

SelfStatus = Literal["active", "halted", "revoked"]

SelfProtection = Literal["protected", "unprotected"]


class _Self(TypedDict):
    agent: str
    status: SelfStatus
    capabilities: list[str]
    maxPriority: int
    onUnavailable: JournalEntryMode
    firstSeen: int
    violations: int
    pendingApprovals: int
    hasKey: bool
    readOnlyTools: list[str]


class Self(_Self, total=False):
    framework: str
    sessionBudgetUsdMicros: int
    team: str
    protection: SelfProtection

ProblemCode = Literal["AEGIS_REFUSED", "AEGIS_UNREACHABLE", "AGENT_MISMATCH", "APPROVAL_EXPIRED", "APPROVAL_NOT_PENDING", "BODY_INVALID_JSON", "BODY_TOO_DEEP", "BODY_TOO_LARGE", "BODY_TOO_MANY_KEYS", "CODING_UNKNOWN", "COMMAND_CANNOT_RUN", "COMMAND_NOT_FOUND", "CONFIG_INVALID", "CONFLICT", "CSRF_REFUSED", "FOLDER_UNUSABLE", "FORBIDDEN", "GATE_CLOSED", "HOST_REFUSED", "IDEMPOTENCY_MISMATCH", "INTERNAL", "INTERRUPTED", "LISTEN_FAILED", "LOGIN_REFUSED", "MCP_BUSY", "MCP_CREDENTIALS_REFUSED", "MCP_MESSAGE", "MCP_SERVER_GONE", "MCP_SERVER_REFUSED", "MCP_SESSION_LOST", "MCP_TAKEN_BACK", "MCP_TIMEOUT", "MCP_TOOL_LIST", "MCP_UNREACHABLE", "MCP_UNRECORDED", "MEDIA_TYPE", "METHOD_NOT_ALLOWED", "NOT_FOUND", "NOT_SUPPORTED", "OWNER_AMBIGUOUS", "POLICY_INVALID", "POLICY_NOT_IN_FORCE", "PROVIDER_KEY_MISSING", "RATE_LIMITED", "REQUEST_INVALID", "REQUEST_TIMEOUT", "ROUTE_NOT_FOUND", "ROUTE_UNINSPECTED", "RUN_FAILED", "RUN_HALTED", "STORE_CORRUPT", "STORE_HELD", "STORE_INCOMPLETE", "STORE_ROLLED_BACK", "STORE_UNAVAILABLE", "STORE_UNREADABLE", "UNAUTHENTICATED", "UNKNOWN_AGENT", "UPSTREAM_INVALID", "UPSTREAM_TIMEOUT", "UPSTREAM_UNREACHABLE"]


class _Problem(TypedDict):
    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str
    hint: str


class Problem(_Problem, total=False):
    pointer: str
