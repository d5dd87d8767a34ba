import type { Risk } from './finding.ts';
import type { ActionId, ApprovalId, Digest, EntryIndex, MicroUsd, Millis } from './ids.ts';
import type { JsonObject } from './json.ts';

/** Strictest first; the position is the meaning (DEC: strictest wins). */
export const EFFECTS = ['deny', 'defer', 'ask', 'modify', 'allow'] as const;
export type Effect = (typeof EFFECTS)[number];
/** The same five in the order people are offered them. */
export const EFFECT_CHOICES = ['allow', 'deny', 'modify', 'ask', 'defer'] as const satisfies readonly Effect[];

export interface Reason {
  /** One of REASON_CODES, or a code of the policy's own. */
  readonly code: string;
  /** Which rule spoke: `halt`, `budget`, `rule:no-deletes-outside-tmp`, `detector:shell` … */
  readonly rule: string;
  readonly effect: Effect;
  /** What happened and why, edited for a person. */
  readonly message: string;
  readonly hint?: string;
  readonly pointer?: string;
  /** Code of the finding it rests on (since semantics 3). */
  readonly finding?: string;
}

export interface Obligations {
  /** Default 30_000. */
  readonly timeoutMs: number;
  /** Default 1_048_576. */
  readonly maxOutputBytes: number;
  readonly recommendedModel?: string;
  /** RFC 6901 pointers whose values must be redacted before they leave. */
  readonly redact?: readonly string[];
  /** What whoever hands the result on does when it holds instructions to the model; absent: nothing (TAINT-14). */
  readonly injectedResults?: 'mask' | 'withhold';
}

/** How a value of the session came to be known, the most trusted first; what is not known was made by the model (TAINT-1). */
export const KNOWN_PROVENANCES = ['typed', 'reference', 'quoted'] as const;
export const PROVENANCES = [...KNOWN_PROVENANCES, 'made'] as const;
export type Provenance = (typeof PROVENANCES)[number];

/** Where content that entered a session came from. */
export const LABELS = ['user_input', 'tool_output', 'memory_read', 'retrieved_doc', 'model_output'] as const;
export type Label = (typeof LABELS)[number];

export interface Origin {
  readonly pointer: string;
  readonly provenance: Provenance;
  readonly labels: readonly Label[];
  /** The entry that brought the value into the session. */
  readonly source?: EntryIndex;
}

/** Amounts reserved against every ledger the action counts in; settled or refunded later (SPEND). */
export interface Amounts {
  readonly usdMicros: MicroUsd;
  readonly tokens: number;
  readonly toolCalls: number;
  readonly modelCalls: number;
  readonly steps: number;
}

export interface AskTerms {
  readonly approval: ApprovalId;
  /** Digest of exactly what may run: tool, definition, arguments, agent, session, policy, expiry, nonce (ASK). */
  readonly digest: Digest;
  /** Roles or operator ids that may decide. Never an agent. */
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly expiresAt: Millis;
}

export interface DecisionCore {
  readonly action: ActionId;
  /** Of every rule that spoke, in rule order; never empty. */
  readonly reasons: readonly [Reason, ...Reason[]];
  readonly risk: Risk;
  readonly policy: Digest;
  /** Entries folded into the world that was read. */
  readonly worldIndex: EntryIndex;
  /** Number of the semantics this was decided under (kernel/semantics.ts). */
  readonly semantics: number;
  readonly obligations: Obligations;
  readonly origins: readonly Origin[];
  /** What shadow mode would have done, when the policy is audit-only. */
  readonly shadow?: Effect;
}

export type Decision =
  | (DecisionCore & { readonly effect: 'allow'; readonly reserve: Amounts; readonly fence?: EntryIndex })
  | (DecisionCore & {
      readonly effect: 'modify';
      readonly reserve: Amounts;
      readonly fence?: EntryIndex;
      readonly modify: { readonly args: JsonObject };
    })
  | (DecisionCore & { readonly effect: 'ask'; readonly ask: AskTerms })
  | (DecisionCore & { readonly effect: 'defer'; readonly defer: { readonly retryAfterMs: number; readonly waitingFor: string } })
  | (DecisionCore & { readonly effect: 'deny' });
