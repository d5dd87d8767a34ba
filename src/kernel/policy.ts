import type { Action, ActionKind, Authority } from './action.ts';
import type { Amounts, Effect, Label } from './decision.ts';
import type { Category, Detector, Risk } from './finding.ts';
import type { AgentId, Digest, MicroUsd } from './ids.ts';
import type { World } from './world.ts';

/** Names and explicit globs, compiled. Exact names cost one set look-up however many there are. */
export interface NameSet {
  readonly names: ReadonlySet<string>;
  /** Compiled globs; `*` matches any run of characters, nothing else is special. */
  readonly globs: readonly ((name: string) => boolean)[];
}

export interface AgentLists {
  readonly allow: NameSet;
  readonly review: NameSet;
  readonly block: NameSet;
}

/** `aegis.dev/manifest/v0.1`, every field enforced. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly digest: Digest;
  readonly tools: NameSet;
  readonly readRoots: readonly string[];
  readonly writeRoots: readonly string[];
  /** Exact hosts and `*.suffix`; a bare `*` is refused at load. */
  readonly domains: readonly string[];
  readonly secrets: readonly string[];
  readonly bins: readonly string[];
  /** Linear-time matchers over the joined argv. Empty: any arguments of an allowed bin. */
  readonly argPatterns: readonly ((argv: string) => boolean)[];
  readonly approvalRequired: NameSet;
  readonly budgets: {
    readonly maxSteps: number;
    readonly maxToolCalls: number;
    readonly maxWallTimeMs: number;
    readonly maxOutputBytes: number;
    readonly timeoutMs: number;
  };
}

/** What a condition or an outside voice may say. `null`: it does not speak. Throwing denies (DEC). */
export interface Voice {
  /** `rule:<id>`, `cedar:<policy>`, `rego:<bundle>`. */
  readonly rule: string;
  readonly speak: (action: Action, world: World) => Opinion | null;
}

export interface Opinion {
  readonly effect: Effect;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly pointer?: string;
  readonly risk?: Risk;
  /** Replacement arguments; only with effect `modify`. */
  readonly args?: Action['args'];
}

export const LEDGER_SCOPES = ['session', 'agent', 'team', 'tenant'] as const;
export type LedgerScope = (typeof LEDGER_SCOPES)[number];
export const LEDGER_PERIODS = ['total', 'hour', 'day', 'month'] as const;
export type LedgerPeriod = (typeof LEDGER_PERIODS)[number];

export interface BudgetLimit {
  readonly id: string;
  readonly scope: LedgerScope;
  readonly period: LedgerPeriod;
  /** Only these agents, when present. */
  readonly agents?: NameSet;
  readonly limit: Partial<Amounts> & { readonly wallMs?: number };
}

export const RATE_SCOPES = ['agent', 'tenant'] as const satisfies readonly LedgerScope[];

export interface RateLimit {
  readonly id: string;
  readonly scope: (typeof RATE_SCOPES)[number];
  /** Counted and limited per matching tool. */
  readonly tool: NameSet;
  readonly callsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Counted over all tools together instead of each by itself; `tool` is then not asked. */
  readonly total?: boolean;
}

export const LOOP_EFFECTS = ['ask', 'deny'] as const satisfies readonly Effect[];

export interface LoopLimits {
  readonly identical: { readonly max: number; readonly windowMs: number } | null;
  readonly sequences: boolean;
  /** Equal outcomes in a row that count as no progress; null is off. */
  readonly noProgress: number | null;
  readonly effect: (typeof LOOP_EFFECTS)[number];
}

/** Where a value would have power (TAINT-5). */
export const SINKS = ['shell', 'payment', 'communication', 'network.write', 'file.write', 'database.write', 'memory', 'admin'] as const;
export type SinkKind = (typeof SINKS)[number];

export const QUOTED_EFFECTS = ['deny', 'ask', 'allow'] as const satisfies readonly Effect[];

/** What holds in a session once a result brought instructions to the model into it (TAINT-12). */
export const INJECTION_EFFECTS = ['deny', 'ask', 'record'] as const satisfies readonly (Effect | 'record')[];
/** What becomes of such a result where the integration can change it (TAINT-14). */
export const INJECTED_RESULTS = ['pass', 'mask', 'withhold'] as const;

export interface TaintRules {
  readonly sinks: readonly SinkKind[];
  readonly untrusted: readonly Label[];
  /** What a quotation of an untrusted origin in an authority-bearing argument does at a sink. */
  readonly quoted: (typeof QUOTED_EFFECTS)[number];
  /** What every sink of a session does after a result with instructions in it. */
  readonly afterInjection: (typeof INJECTION_EFFECTS)[number];
  readonly injectedResults: (typeof INJECTED_RESULTS)[number];
  readonly authority: readonly Authority[];
}

export interface ApprovalTriggers {
  readonly aboveUsdMicros: MicroUsd | null;
  readonly confidenceBelow: number | null;
  readonly intents: readonly string[];
  readonly timeoutMs: number;
  readonly quorum: number;
  readonly approvers: readonly string[];
  /** Pending approvals one agent may hold before asking denies. */
  readonly maxPendingPerAgent: number;
}

/** Per detector: the lowest risk that is denied and the lowest that is asked. `null` never. */
export interface DetectorRule {
  readonly deny: Risk | null;
  readonly ask: Risk | null;
  /** Findings below this confidence do not speak. */
  readonly threshold: number;
  readonly redact: boolean;
  /** What becomes of its finds in prompts; the model proxy asks, no rule of the kernel does. Absent: they are not touched. */
  readonly prompt?: PromptWord;
}

/** `redact`: a placeholder goes to the provider; `restore`: and the value is put back into the answer. */
export const PROMPT_WORDS = ['redact', 'restore'] as const;
export type PromptWord = (typeof PROMPT_WORDS)[number];

export interface IntentRules {
  readonly costCeilingUsdMicros: MicroUsd | null;
  /** Linear-time matchers over the claimed intent. */
  readonly blocked: readonly { readonly pattern: string; readonly matches: (intent: string) => boolean }[];
  readonly priorityFloors: readonly { readonly pattern: string; readonly matches: (intent: string) => boolean; readonly min: number }[];
  readonly blockedAgents: NameSet;
}

/** Set on the server per agent, never by the agent's process. */
export interface Precision {
  readonly allowTools: NameSet;
  readonly allowCategories: readonly Category[];
  readonly categoryOf: ReadonlyMap<string, Category>;
  readonly auditOnly: boolean;
}

export interface ModelTier {
  readonly model: string;
  /** 1–5, fast-cheap to frontier. */
  readonly tier: number;
  readonly usdMicrosPerMillionInput: number;
  readonly usdMicrosPerMillionOutput: number;
}

/** What may happen to an agent with neither manifest nor lists when no rule speaks (DEC-8). */
export const FALLBACKS = ['allow', 'ask', 'deny'] as const satisfies readonly Effect[];

/** An activated policy, compiled: the third argument of `decide`. Functions inside are pure and total. */
export interface Policy {
  readonly digest: Digest;
  readonly name: string;
  readonly fallback: (typeof FALLBACKS)[number];
  readonly agents: ReadonlyMap<AgentId, AgentLists>;
  readonly manifests: ReadonlyMap<AgentId, Manifest>;
  readonly voices: readonly Voice[];
  readonly intents: IntentRules;
  readonly detectors: ReadonlyMap<Detector, DetectorRule>;
  readonly budgets: readonly BudgetLimit[];
  readonly rates: readonly RateLimit[];
  readonly loops: LoopLimits;
  readonly taint: TaintRules;
  readonly approvals: ApprovalTriggers;
  readonly models: readonly ModelTier[];
  /** `*` is every agent; the agent's own entry comes first. */
  readonly precision: ReadonlyMap<AgentId | '*', Precision>;
  /** Violations that revoke an agent by themselves. */
  readonly autoHalt: { readonly violations: number; readonly windowMs: number } | null;
  readonly obligations: { readonly timeoutMs: number; readonly maxOutputBytes: number };
  readonly auditOnly: boolean;
  /** Kinds this policy governs; others are recorded and allowed. Default all. */
  readonly kinds: readonly ActionKind[];
}
